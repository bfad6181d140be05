using System.Text;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Networks;

public sealed class BifTests
{
    private const string Two = "network n { }\nvariable a { type discrete [ 2 ] { x, y }; }\nvariable b { type discrete [ 3 ] { u, v, w }; }\n";

    private const string A = "probability ( a ) { table 0.25, 0.75; }\n";

    private const string B = "probability ( b | a ) { (x) 0.5, 0.5, 0; (y) 0.25, 0.25, 0.5; }\n";

    public static TheoryData<string> Shared => [.. SharedNetworks.Names];

    [Fact]
    public void A_network_is_read_in_the_order_of_the_file()
    {
        var network = BifFile.Parse(B + A + Two);
        Assert.Equal([new("a", ["x", "y"]), new("b", ["u", "v", "w"])], network.Variables);
        Assert.Equal([[], [0]], network.Parents);
        Assert.Equal([0.25, 0.75], network.Tables[0].Probabilities.ToArray());
        Assert.Equal([0.5, 0.5, 0, 0.25, 0.25, 0.5], network.Tables[1].Probabilities.ToArray());
    }

    // Each way to write P(b | a) above, and names as files have them.
    [Theory]
    [InlineData("probability ( b | a ) { (y) 0.25, 0.25, 0.5; (x) 0.5, 0.5, 0; }")]
    [InlineData("probability(b|a){default .5,.5,0e0;(y)25e-2,+0.25,0.5;}")]
    [InlineData("probability ( b | a ) { (y) 0.25, 0.25, 0.5; default 0.5 0.5 0; }")]
    [InlineData("probability ( b | a ) { table 0.5, 0.25, 0.5, 0.25, 0, 0.5; }")]
    [InlineData("probability ( \"b\" \"a\" ) { table 0.5 0.25 0.5 0.25 0 0.5; }")]
    [InlineData("probability ( b a ) { property \"} ; {\" ; (\"x\") 0.5 0.5 0 ; property p; (y) 0.25 0.25 0.5; }")]
    [InlineData("/* ( */ probability // ) {\n ( b | a ) { (x) 0.5, /* 1, */ 0.5, 0; (y)\r\n0.25, 0.25, 0.5; }//")]
    public void Tables_may_be_written_in_several_ways(string b)
    {
        var network = BifFile.Parse(Two + A + b);
        Assert.Equal([[], [0]], network.Parents);
        Assert.Equal([0.5, 0.5, 0, 0.25, 0.25, 0.5], network.Tables[1].Probabilities.ToArray());
    }

    [Fact]
    public void Parents_keep_the_order_of_their_block()
    {
        var network = BifFile.Parse(Two + A + "probability ( b ) { table 0.2, 0.3, 0.5; }"
            + "variable c { type discrete [2] { 0, 1 }; } probability ( c | b, a ) { (u, x) 0.1, 0.9; (u, y) 0.2, 0.8; (v, x) 0.3, 0.7; (v, y) 0.4, 0.6; "
            + "(w, x) 0, 1; (w, y) 1, 0; }");
        Assert.Equal([1, 0], network.Parents[2]);
        Assert.Equal([0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0, 1, 1, 0], network.Tables[2].Probabilities.ToArray());
        Assert.Equal(network, BifFile.Parse(BifFile.Write(network)));
    }

    [Fact]
    public void Names_may_hold_anything()
    {
        var network = BifFile.Parse("""
            network "my { network" { property author "x;y" ; }
            variable  Smoking   habit { type discrete [ 5 ] { <5, 5-12, Asy/Patch, 12+ days, "a, \"b\" \\ }" }; property position = (73, 165) ; }
            variable table { property p ; type discrete[2] { true false }; }
            variable "größe" { type discrete [1] { one value }; }
            probability ( Smoking habit ) { table 0.2 0.2 0.2 0.2 0.2; }
            probability ( table | Smoking habit ) { (12+ days) 1, 0; ("a, \"b\" \\ }") 0, 1; default 0.5, 0.5; }
            probability ( größe ) { table 1; }
            """);
        Assert.Equal(
            [
                new("Smoking habit", ["<5", "5-12", "Asy/Patch", "12+ days", "a, \"b\" \\ }"]), new("table", ["true", "false"]), new("größe", ["one value"]),
            ], network.Variables);
        Assert.Equal([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 0, 0, 1], network.Tables[1].Probabilities.ToArray());
        Assert.Equal(network, BifFile.Parse(BifFile.Write(network)));
    }

    [Fact]
    public void Rounded_rows_are_divided_by_their_sum()
    {
        // 0.75 - 2^-23: the sum is exact.
        Assert.Equal([0.25 / (1 - Math.ScaleB(1, -23)), (0.75 - Math.ScaleB(1, -23)) / (1 - Math.ScaleB(1, -23))], Root("0.25, 0.74999988079071044921875"));
        // Within 1e-12 nothing changes.
        Assert.Equal([0.3, 0.7000000000001], Root("0.3, 0.7000000000001"));
        Assert.Equal([1 / (1 + Math.ScaleB(1, -21)), Math.ScaleB(1, -21) / (1 + Math.ScaleB(1, -21))], Root("1, 4.76837158203125e-7"));

        static double[] Root(string row) => BifFile.Parse($"variable a {{ type discrete [ 2 ] {{ x, y }}; }} probability ( a ) {{ table {row}; }}")
            .Tables[0].Probabilities.ToArray();
    }

    [Fact]
    public void What_was_divided_once_is_read_back_to_the_same_bits()
    {
        var random = new SeededRandom(5, 1);
        foreach (var size in new[] { 2, 3, 17, 1000, 50_000 })
        {
            var row = Enumerable.Range(0, size).Select(_ => random.NextDouble()).ToArray();
            var sum = row.Sum() * (1 + 3e-7);
            var text = $"variable a {{ type discrete [ {size} ] {{ {string.Join(", ", Enumerable.Range(0, size))} }}; }} probability ( a ) {{ table "
                + $"{string.Join(", ", row.Select(p => (p / sum).ToString("R", System.Globalization.CultureInfo.InvariantCulture)))}; }}";
            var network = BifFile.Parse(text);
            Assert.NotEqual(row[0] / sum, network.Tables[0].Probabilities[0]);
            Assert.Equal(network, BifFile.Parse(BifFile.Write(network)));
        }
    }

    [Fact]
    public void Own_networks_survive_to_the_bit()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var network = RandomNetworks.Network(seed, 1 + (seed % 9));
            var text = BifFile.Write(network);
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            var again = BifFile.Read(stream);
            Assert.Equal(network, again);
            Assert.Equal(text, BifFile.Write(again));
        }
    }

    [Fact]
    public void Names_and_numbers_that_need_care_survive()
    {
        string[] names =
            ["", " ", "a b", "a  b", "a\"b", "\\", "a\\", "//", "/*", "x/y", "table", "}", "\t\n", "\u0001", "é", "12+", "<5", "a,b", "|", "\uD83D\uDE00"];
        var tiny = 2.9802322387695312e-08;
        var row = names.Select((_, i) => i == 0 ? tiny : i == 1 ? 5e-324 : i == 2 ? 1 - tiny : 0).ToArray();
        var network = new BayesianNetwork([.. names.Select(n => new NetworkVariable(n, names))], [.. names.Select((_, i) => i == 1 ? new[] { 0 } : [])],
            [.. names.Select((_, i) => i == 1 ? [.. names.SelectMany(_ => row)] : row)]);
        var again = BifFile.Parse(BifFile.Write(network));
        Assert.Equal(network, again);
        Assert.Equal(row.Select(BitConverter.DoubleToInt64Bits), again.Tables[0].Probabilities.ToArray().Select(BitConverter.DoubleToInt64Bits));
    }

    [SharedNetworksTheory]
    [MemberData(nameof(Shared))]
    public void Well_known_networks_survive_to_the_bit(string name)
    {
        var saved = SavedModel.Load(SharedNetworks.File(name + ".bif"));
        var network = (BayesianNetwork)saved.Model;
        Assert.Equal(network.Variables.Select(v => new Feature(v.Name, v.Values)), saved.Features);
        Assert.Equal(network, BifFile.Parse(BifFile.Write(network)));
        Assert.Equal(network, SavedModel.FromJson(saved.ToJson()).Model);
        // What README.md of the networks says.
        var (arcs, parameters) = name switch
        {
            "asia" => (8, 18),
            "survey" => (6, 21),
            "sachs" => (17, 178),
            "child" => (25, 230),
            "alarm" => (46, 509),
            "hailfinder" => (66, 2656),
            "pigs" => (592, 5618),
            _ => (273, 15622),
        };
        Assert.Equal((arcs, parameters), (network.Parents.Sum(p => p.Count), (int)network.ParameterCount));
    }

    [Fact]
    public void A_model_file_is_known_by_its_content()
    {
        var text = "\uFEFF // made by hand\n" + Two + A + B;
        var saved = SavedModel.FromBytes(Encoding.UTF8.GetBytes(text), "m.json");
        Assert.Equal([new("a", ["x", "y"]), new("b", ["u", "v", "w"])], saved.Features);
        Assert.False(saved.FeaturesByPosition);
        Assert.Empty(saved.Warnings);
        Assert.Equal(BifFile.Parse(Two + A + B), saved.Model);
        var error = Assert.Throws<ModelException>(() => SavedModel.FromBytes(Encoding.UTF8.GetBytes(Two + A), "m.json"));
        Assert.Equal("m.json, line 3, column 10: found no probabilities of variable 'b', expected a probability block for each variable; add the block, or "
            + "remove the variable", error.Message);
        // The first word decides how a file is read; one that may be replaced has to have a block.
        error = Assert.Throws<ModelException>(() => SavedModel.FromBytes("network n"u8.ToArray(), "m.json"));
        Assert.Equal("m.json, line 1, column 10: found the end of the file, expected '{'; correct the file", error.Message);
        Assert.True(BifFile.IsBif("network x { nothing else"u8));
        Assert.True(BifFile.IsBif("probability ( a | b ) {"u8));
        Assert.True(BifFile.IsBif("variable \"a b\" {"u8));
        foreach (var other in new[] { "", "network", "network,x\n1,2", "{\"network\":1}", "/* network", "networks { }", "\"network\" x {", "network x\n1" })
            Assert.False(BifFile.IsBif(Encoding.UTF8.GetBytes(other)), other);
    }

    [Fact]
    public void What_the_format_cannot_say_is_named()
    {
        var format = ForeignFormat.All["bif"];
        var network = BifFile.Parse(Two + A + B);
        Assert.Equal(BifFile.Write(network), Encoding.UTF8.GetString(format.Write(new(network), out var warnings)));
        Assert.Empty(warnings);
        // The names of the features count, and of their categories as many as there are values.
        var saved = new SavedModel(network, [new("c", ["1", "2", "3"]), new("d", ["u", "v", "w"])]);
        Assert.Equal([new("c", ["1", "2"]), new("d", ["u", "v", "w"])], BifFile.Parse(Encoding.UTF8.GetString(format.Write(saved, out _))).Variables);
        var rounded = new BayesianNetwork([new("a", 2)], [[]], [[0.5, 0.4999999]]);
        format.Write(new((Model)rounded.With(MissingValues.Em).Freeze()), out warnings);
        Assert.Equal(
            [
                "$: the format does not say that a network is frozen", "$: the format has no place for how the model is fitted",
                "variable 'a': a row of its table misses the sum 1 by more than 1e-12, and is divided by its sum when it is read",
            ], warnings);
        Assert.Equal("the model: found a normal model, expected a Bayesian network, the only model that BIF has; keep the file as it is, or fit a network",
            Assert.Throws<ModelException>(() => format.Write(new(new NormalDistribution(0, 1)), out _)).Message);
    }
}
