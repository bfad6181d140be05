using System.Text;
using Pipelines.Models.Serialization;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Tests.Serialization;

/// <summary>Markov networks and factor graphs in pomegranate's files.</summary>
public sealed class PomegranateUndirectedTests
{
    // Numbers in a column are one key in whatever form; the table of c and a has its columns the other way round.
    private const string Markov = """{"class":"MarkovNetwork","name":"m","distributions":[{"class":"Distribution","name":"JointProbabilityTable","table":["""
        + """["x",1,0.2],["x",2,0.3],["y",1,0.1],["y",2,0.4]],"dtypes":["str","int","float"],"parents":[0,1]},{"class":"Distribution","name":"""
        + "\"JointProbabilityTable\"" + ""","table":[["u","y",0.7],["v","x",0.3]],"dtypes":["str","str","float"],"parents":[2,0]}]}""";

    public static TheoryData<string, string, string> DamagedMarkov => new()
    {
        { "\"parents\":[2,0]", "\"parents\":[2]", "$.distributions[1].parents: found 1 columns, expected 2, as the table has" },
        { "\"parents\":[2,0]", "\"parents\":[7,0]",
            "$.distributions[1].parents: found column 7, expected columns from 0 to 2, each of which is in a table, as there are 3 different ones" },
        { "\"parents\":[2,0]", "\"parents\":[2,-1]",
            "$.distributions[1].parents[1]: found '-1', expected the index of a column, a whole number of at least 0" },
        { "\"parents\":[2,0]", "\"parents\":[]", "$.distributions[1].parents: found no column, expected columns from 0 to 1, each of which is in a table" },
        { "[\"v\",\"x\",0.3]", "[\"v\",\"x\",-0.3]",
            "$ (MarkovNetwork), Markov network, clique 1: found -0.3 at place 2, expected finite numbers of at least 0" },
        { "0.2", "NaN", "$.distributions[0].table[0][2]: found the text 'NaN', expected a finite number" },
        { "\"parents\":[2,0]", "\"parents\":[0,0]",
            "$ (MarkovNetwork), Markov network, clique 1: found variable '0' twice, expected each variable once" },
    };

    public static TheoryData<string, string, string> DamagedGraph => new()
    {
        { "[0,2],[2,1]", "[0,2]", "$.states[2].distribution: found a table of 2 columns, and 1 edges, expected an edge for each column" },
        { "[0,2],[2,1]", "[0,1],[2,1]", "$.edges[0]: found an edge between two variables, expected a variable and a factor" },
        { "[0,2],[2,1]", "[0,9],[2,1]", "$.edges[0][1]: found '9', expected the index of a state, a whole number from 0 to 2" },
        { "[0,2],[2,1]", "[0],[2,1]", "$.edges[0]: found 1 entries, expected 2: the indexes of a variable and a factor" },
        { "[\"x\",\"u\",5]", "[\"z\",\"u\",5]",
            "$.states[2].distribution.table: found keys in column 0 that none of the other variables at its edges has, expected the keys of a variable" },
        { "[\"x\",\"u\",5]", "[\"x\",\"u\",-5]", "$ (FactorGraph), factor graph, factor 1: found -5 at place 0, expected finite numbers of at least 0" },
    };

    [Fact]
    public void MarkovNetworksAreReadAndWritten()
    {
        var saved = Read(Markov);
        Assert.Empty(saved.Warnings);
        Assert.True(saved.FeaturesByPosition);
        Assert.Equal([new("0", ["x", "y"]) { Type = "string", MissingText = "nan" }, new("1", ["1", "2"]) { MissingText = "nan" },
            new("2", ["u", "v"]) { Type = "string", MissingText = "nan" }], saved.Features);
        // A combination without a row has probability 0.
        Assert.Equal(new MarkovNetwork([new("0", ["x", "y"]), new("1", ["1", "2"]), new("2", ["u", "v"])],
            [new([0, 1], [0.2, 0.3, 0.1, 0.4]), new([2, 0], [0, 0.7, 0.3, 0])]), saved.Model);
        var text = PomegranateFile.Write(saved, out var warnings);
        Assert.Empty(warnings);
        var again = SavedModel.FromJson(text);
        Assert.Equal((saved.Model, true), (again.Model, again.FeaturesByPosition));
        Assert.Equal(saved.Features, again.Features);
        // 0.2 * 0.3, of 0.2 * 0.3 + 0.3 * 0.3 + 0.1 * 0.7 + 0.4 * 0.7.
        Assert.Equal(Math.Log(0.06 / 0.5), ((MarkovNetwork)saved.Model).LogProbability(FeatureMatrix.FromRows(new double[,] { { 0, 0, 1 } }))[0], 1e-12);
    }

    [Fact]
    public void WhatTheFormatHasNoPlaceForIsSaid()
    {
        var network = new MarkovNetwork([new("a", ["x", "y"]), new("b", 2)], [new([1, 0], [1, 2, 3, 4])]);
        PomegranateFile.Write(new((Model)network.Freeze(), [new("a", ["x", "y"]), new("b", ["0", "1"])]), out var warnings);
        Assert.Equal(["$: the format has no place for feature names (a, b); columns are matched by position",
            "$: the format does not say that a network is frozen"], warnings);
        // The variables' own values, where no features are known.
        Assert.Equal([new("x y"), new("0 1")], Read(Encoding.ASCII.GetString(PomegranateFile.Write(new(network), out _))).Features!
            .Select(f => new Feature(string.Join(' ', f.Categories!))));
    }

    [Fact]
    public void FactorGraphsAreReadAndWritten()
    {
        var saved = Read(Graph());
        Assert.Empty(saved.Warnings);
        Assert.Equal(["a", "b"], saved.Features!.Select(f => f.Name));
        Assert.False(saved.FeaturesByPosition);
        // The table of b is uniform: no factor. Numbers may be above 1.
        Assert.Equal(new FactorGraph([new("a", ["x", "y"]), new("b", ["u", "v"])], [new([0], [0.75, 0.25]), new([0, 1], [5, 1, 0, 2])]), saved.Model);
        var text = PomegranateFile.Write(saved, out var warnings);
        Assert.Empty(warnings);
        // The table of a is written as its own, not as a factor: two variables and one factor.
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(Encoding.ASCII.GetString(text), "\"State\""));
        Assert.Equal(saved.Model, SavedModel.FromJson(text).Model);
        Assert.Equal(saved.Features, SavedModel.FromJson(text).Features);
    }

    [Fact]
    public void ColumnsOfAFactorGoByTheirKeysWhereEdgesHaveAnotherOrder() =>
        Assert.Equal(Read(Graph()).Model, Read(Graph().Replace("[0,2],[2,1]", "[2,1],[0,2]", StringComparison.Ordinal)).Model);

    [Fact]
    public void AFactorOfOneVariableIsWrittenAsItIs()
    {
        // The second one cannot be the variable's own table, nor the third.
        var graph = new FactorGraph([new("a", 2)], [new([0], [0.25, 0.75]), new([0], [3, 2]), new([0], [0.5, 0.5])]);
        Assert.Equal(graph, Read(Encoding.ASCII.GetString(PomegranateFile.Write(new(graph), out _))).Model);
        // A name that ends in -joint makes a factor of a table of one column.
        var json = Graph().Replace("[0,2],[2,1]", "[0,2]", StringComparison.Ordinal);
        json = json[..json.IndexOf("{\"class\":\"State\",\"distribution\":{\"class\":\"Distribution\",\"name\":\"Joint", StringComparison.Ordinal)]
            + State("f-joint", Discrete("\"x\":0.5,\"y\":0.5")) + json[json.IndexOf("],\"edges\"", StringComparison.Ordinal)..];
        Assert.Equal(new FactorGraph([new("a", ["x", "y"]), new("b", ["u", "v"])], [new([0], [0.75, 0.25]), new([1], [0.5, 0.5]), new([0], [0.5, 0.5])]),
            Read(json).Model);
    }

    [Theory]
    [MemberData(nameof(DamagedMarkov))]
    public void ADamagedMarkovNetworkIsRefusedWithItsPath(string text, string damaged, string message) => Refused(Markov, text, damaged, message);

    [Theory]
    [MemberData(nameof(DamagedGraph))]
    public void ADamagedFactorGraphIsRefusedWithItsPath(string text, string damaged, string message) => Refused(Graph(), text, damaged, message);

    private static void Refused(string json, string text, string damaged, string message)
    {
        Assert.Contains(text, json, StringComparison.Ordinal);
        var error = Assert.Throws<ModelException>(() => Read(json.Replace(text, damaged, StringComparison.Ordinal)));
        Assert.Equal(ErrorKind.ModelFile, error.Kind);
        Assert.StartsWith("model, " + message, error.Message, StringComparison.Ordinal);
    }

    private static string Graph() => $$"""{"class":"FactorGraph","name":"g","states":[{{State("a", Discrete("\"x\":0.75,\"y\":0.25"))}},"""
        + State("b", Discrete("\"u\":0.5,\"v\":0.5")) + ","
        + State("f", """{"class":"Distribution","name":"JointProbabilityTable","table":[["x","u",5],["x","v",1],["y","v",2.0]],"""
            + "\"dtypes\":[\"str\",\"str\",\"float\"],\"parents\":[]}") + """],"edges":[[0,2],[2,1]]}""";

    private static string Discrete(string entries) =>
        $$"""{"class":"Distribution","dtype":"str","name":"DiscreteDistribution","parameters":[{ {{entries}} }],"frozen":false}""";

    private static string State(string name, string distribution) => $$"""{"class":"State","distribution":{{distribution}},"name":"{{name}}","weight":1.0}""";

    private static SavedModel Read(string json) => SavedModel.FromJson(Encoding.UTF8.GetBytes(json));
}
