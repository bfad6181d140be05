using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>Sequences that <c>sample</c> draws.</summary>
public sealed class SampleSequencesTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Sequences_follow_the_model_whatever_cuts_them()
    {
        const int count = 2_000, length = 50;
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.3, 0.7 } }, [new NormalDistribution(0, 1), new NormalDistribution(10, 1)],
            [0.25, 0.75], names: ["calm", "storm"]);
        new SavedModel(model, [new Feature("wind")]).Save(folder["m.json"]);
        string[] sample = ["sample", folder["m.json"], "--rows", $"{count * length}", "--length", $"{length}", "--label", "state", "--seed", "4"];
        var result = await Tool.RunAsync([.. sample, "--output", folder["s.parquet"], "--batch-size", "1000"]);
        Assert.StartsWith("drew 100,000 rows: ", result.Out, StringComparison.Ordinal);
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(["sequence", "wind", "state"], columns.Keys);
        Assert.Equal(Enumerable.Range(0, count * length).Select(r => (object)(long)(r / length)), columns["sequence"]);
        var (wind, state) = (columns["wind"].Cast<double>().ToArray(), columns["state"].Cast<string>().ToArray());
        // Five standard errors of a share: sqrt(p (1 - p) / n).
        Assert.Equal(0.25, Enumerable.Range(0, count).Count(s => state[s * length] == "calm") / (double)count, 5 * Math.Sqrt(0.25 * 0.75 / count));
        var leaves = Enumerable.Range(0, wind.Length).Where(r => r % length < length - 1 && state[r] == "calm").ToArray();
        Assert.Equal(0.1, leaves.Count(r => state[r + 1] == "storm") / (double)leaves.Length, 5 * Math.Sqrt(0.09 / leaves.Length));
        Assert.All(Enumerable.Range(0, wind.Length), r => Assert.Equal(state[r] == "calm", wind[r] < 5));
        Assert.Equal(wind.Length, wind.Distinct().Count());

        foreach (var more in new[] { new[] { "--batch-size", "1000", "--max-parallelism", "1" }, ["--batch-size", "1000", "--max-parallelism", "8"] })
        {
            Assert.Equal(0, (await Tool.RunAsync([.. sample, "--output", folder["again.parquet"], .. more])).Code);
            Assert.Equal(await File.ReadAllBytesAsync(folder["s.parquet"]), await File.ReadAllBytesAsync(folder["again.parquet"]));
        }
        // Batches that cut sequences, and are shorter than one.
        foreach (var size in new[] { 7, 64, 16384 })
        {
            Assert.Equal(0,
                (await Tool.RunAsync([.. sample[..3], $"{40 * length}", .. sample[4..], "--output", folder["cut.parquet"], "--batch-size", $"{size}"])).Code);
            var cut = await TestData.ColumnsAsync(folder["cut.parquet"]);
            Assert.Equal(wind[..(40 * length)], cut["wind"].Cast<double>());
            Assert.Equal(state[..(40 * length)], cut["state"].Cast<string>());
        }

        // What was drawn can be fitted and scored.
        Assert.Equal(0,
            (await Tool.RunAsync("fit", "hmm", folder["s.parquet"], "--features", "wind", "--sequence", "sequence", "--distribution", "normal", "--components",
                "2", "--label", "state", "--output", folder["f.json"], "--quiet")).Code);
        var fitted = Assert.IsType<HiddenMarkovModel>(SavedModel.Load(folder["f.json"]).Model);
        Assert.Equal(10, ((NormalDistribution)fitted.Emission(1)).Mean, 5 / Math.Sqrt(20_000));
    }

    [Fact]
    public async Task Chains_give_their_categories_and_mixtures_their_components()
    {
        // From a always to b and back; the mixture's second chain stays where it is.
        MarkovChain Chain(double stay) =>
            new([new DiscreteDistribution([0.5, 0.5]), new ConditionalProbabilityTable([2, 2], [stay, 1 - stay, 1 - stay, stay])]);
        new SavedModel(Chain(0), [new Feature("letter", ["a", "b"])]).Save(folder["chain.json"]);
        Assert.Equal(0,
            (await Tool.RunAsync("sample", folder["chain.json"], "--rows", "600", "--length", "6", "--sequence", "word", "--output",
                folder["s.parquet"])).Code);
        var chain = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(["word", "letter"], chain.Keys);
        Assert.Equal(["ababab", "bababa"], chain["letter"].Chunk(6).Select(w => string.Concat(w)).Distinct().Order());

        new SavedModel(new GeneralMixtureModel([Chain(0), Chain(1)], [0.4, 0.6]), [new Feature("letter", ["a", "b"])]).Save(folder["mixture.json"]);
        Assert.Equal(0,
            (await Tool.RunAsync("sample", folder["mixture.json"], "--rows", "12000", "--length", "6", "--label", "component", "--output",
                folder["s.parquet"])).Code);
        var mixture = await TestData.ColumnsAsync(folder["s.parquet"]);
        var words = mixture["letter"].Chunk(6).Select(w => string.Concat(w)).ToArray();
        var components = mixture["component"].Cast<int>().Chunk(6).Select(w => Assert.Single(w.Distinct())).ToArray();
        Assert.All(words.Zip(components), w => Assert.Equal(w.Second == 0, w.First.Contains("ab", StringComparison.Ordinal)));
        Assert.Equal(0.4, components.Count(c => c == 0) / 2_000.0, 5 * Math.Sqrt(0.24 / 2_000));
    }

    [Theory]
    [InlineData("hmm", "--rows 10", "--length: found none for a model of sequences, expected the number of rows in each sequence, 1 to 16777216; correct "
        + "the options and run again")]
    [InlineData("hmm", "--rows 10 --length 3",
        "--rows: found 10, expected a multiple of 3, the length of each sequence; correct the options and run again")]
    [InlineData("hmm", "--rows 10 --length 5 --sequence x",
        "--sequence: found 'x', which is a feature or the label too, expected the name of a new column; correct the options and run again")]
    [InlineData("hmm", "--rows 10 --length 0", "--length: found '0', expected a whole number from 1 to 16777216 (2^24); for example --length 1000")]
    [InlineData("wide", "--rows 16777216 --length 16777216",
        "--length: found 16777216, expected at most 14913080, 2^27 over the number of features; correct the options and run again")]
    [InlineData("finite", "--rows 2 --length 2",
        "sampling: found no sequence of 2 rows in 10000 attempts, expected a length that the model can have; choose another length")]
    [InlineData("chain", "--rows 10 --length 5 --label k", "--label: found a markov-chain model, expected a mixture or a hidden Markov model, whose rows come "
        + "from components or states; correct the options and run again")]
    [InlineData("normal", "--rows 10 --length 5",
        "--length: found 5 for a normal model, expected none, as its rows are independent; correct the options and run again")]
    [InlineData("normal", "--rows 10 --sequence k",
        "--sequence: found a normal model, whose rows are independent, expected a model of sequences; leave it out")]
    [InlineData("finite", "--rows 10 --length 5",
        "sampling: found no sequence of 5 rows in 10000 attempts, expected a length that the model can have; choose another length")]
    public async Task Bad_usage_is_named(string model, string arguments, string message)
    {
        Model made = model switch
        {
            "hmm" =>
                HiddenMarkovModel.FromMatrix(new[,] { { 0.5, 0.5 }, { 0.5, 0.5 } }, [new NormalDistribution(0, 1), new NormalDistribution(4, 1)], [0.5, 0.5]),
            // Sequences of one row.
            "finite" => HiddenMarkovModel.FromMatrix(new[,] { { 0.0 } }, [new NormalDistribution(0, 1)], [1], ends: [1]),
            "wide" =>
                HiddenMarkovModel.FromMatrix(new[,] { { 1.0 } },
                    [new IndependentComponentsDistribution([.. Enumerable.Repeat(new NormalDistribution(0, 1), 9)])], [1]),
            "chain" => new MarkovChain([new DiscreteDistribution([0.5, 0.5])]),
            _ => new NormalDistribution(0, 1),
        };
        new SavedModel(made, model == "wide" ? null : [model == "chain" ? new Feature("x", ["a", "b"]) : new Feature("x")]).Save(folder["m.json"]);
        var result = await Tool.RunAsync(["sample", folder["m.json"], .. arguments.Split(' '), "--output", folder["s.parquet"]]);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Split('\n')[0]));
        Assert.Equal(["m.json"], folder.Names);
    }
}
