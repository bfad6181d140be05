namespace Pipelines.Cli.Tests;

/// <summary>What bad columns of categories, weights and values outside a support get: the message to the letter.</summary>
public sealed class BadCategoryTests : IDisposable
{
    private readonly Folder folder = new();

    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "text for a family of numbers", "fit distribution ~/d.parquet --distribution gamma --features t --output ~/out.json", 3,
            "pipelines: error: ~/d.parquet, column 't': found values of type string, expected a numeric feature; leave the column out, fit a "
                + "distribution of categories to it (discrete), or for k-means one-hot encode it (--one-hot)" },
        { "text as weights", "fit distribution ~/d.parquet --distribution normal --features x --weights t --output ~/out.json", 3,
            "pipelines: error: ~/d.parquet, column 't': found values of type string, expected a numeric weight; leave the column out, or convert it first" },
        { "times as categories", "fit distribution ~/d.parquet --distribution discrete --features time --output ~/out.json", 3,
            "pipelines: error: ~/d.parquet, column 'time': found values of type timestamp, expected a feature of texts, numbers or booleans; take a part of "
                + "it, such as weekday(time), or leave the column out" },
        { "negative weight", "fit distribution ~/d.parquet --distribution discrete --features t --weights negative --output ~/out.json", 3,
            "pipelines: error: ~/d.parquet, row group 0, row 2, column 'negative': found -1, expected a finite weight of at least 0; correct the weight, or "
                + "choose another weight column" },
        { "weights of 0", "fit distribution ~/d.parquet --distribution discrete --features t --weights zero --output ~/out.json", 3,
            "pipelines: error: input: found a total weight of 0, expected more than 0; check the weights" },
        { "all values missing", "fit distribution ~/d.parquet --distribution discrete --features gone --output ~/out.json", 3,
            "pipelines: error: feature 'gone': found no value at all: all 3 rows are missing, expected at least one value; leave the feature out" },
        { "outside of a support", "fit distribution ~/d.parquet --distribution gamma --features negative --output ~/out.json", 3,
            "pipelines: error: feature 'negative', gamma distribution: found values outside its support (total weight 1), expected finite numbers above 0; "
                + "clean the column, mark such values as missing, or choose a distribution that covers them" },
        { "too many categories", "fit distribution ~/many.parquet --distribution discrete --features n --output ~/out.json", 3,
            "pipelines: error: ~/many.parquet, row group 0, row 65536, column 'n': found more than 65536 different values, expected at most 65536 categories; "
                + "choose a distribution of numbers for this column, or group its values first" },
        { "a chain of far too many combinations", "fit markov-chain ~/ids.parquet --features n --sequence id --markov-order 8 --output ~/out.json", 3,
            "pipelines: error: feature 'n': found 40 categories, which have 2.62144E+14 combinations of 9, expected at most 4194304 combinations; choose a "
                + "lower order, or group categories" },
        { "statistics beyond the memory", "fit markov-chain ~/many2.parquet --features n --sequence k --memory 64MB --output ~/out.json", 2,
            "pipelines: error: ~/many2.parquet, statistics of a pass: found 18.01MB for each batch, expected at most 16MB, a quarter of the memory budget; "
                + "give more memory (--memory), take fewer components, or group categories" },
        { "long texts", "fit distribution ~/long.parquet --distribution discrete --features t --memory 16MiB --batch-size 10 --output ~/out.json", 3,
            "pipelines: error: ~/long.parquet, row group 0, row 10, column 't': found categories of more than 2.4MB of text in all, expected at most 2.1MB, an "
                + "eighth of the memory budget; give more memory (--memory), or leave out columns of long texts" },
        { "text scored where a number was fitted", "score ~/number.json ~/d.parquet --output ~/out.parquet", 3,
            "pipelines: error: ~/d.parquet, column 't': found values of type string, expected numbers; give files with the columns that the model was fitted "
                + "to, or another model" },
        { "begin with a mixture", "fit distribution ~/d.parquet --initial ~/mixture.json --output ~/out.json", 2,
            "pipelines: error: --initial ~/mixture.json: found a mixture model, expected a distribution model; give a model of the kind to fit" },
        { "a joint family among several", "fit distribution ~/d.parquet --features t,x --distribution discrete,multivariate-gaussian --output ~/out.json", 2,
            "pipelines: error: --distribution: found 'multivariate-gaussian' among several names, expected distributions of one feature, one for each feature, "
                + "or 'multivariate-gaussian' alone for all features together; for example --distribution multivariate-gaussian\nSee pipelines fit "
                + "distribution --help." },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_refused(string what, string arguments, int code, string message)
    {
        var many = Enumerable.Range(0, 70_000).ToArray();
        await TestData.WriteAsync(folder["many.parquet"], ("n", many));
        await TestData.WriteAsync(folder["ids.parquet"], ("id", Enumerable.Range(0, 40).Select(i => 9007199254740992 + i).ToArray()),
            ("n", Enumerable.Range(0, 40).ToArray()));
        await TestData.WriteAsync(folder["many2.parquet"], ("n", Enumerable.Range(0, 1500).ToArray()), ("k", new int[1500]));
        await TestData.WriteAsync(folder["long.parquet"], ("t", Enumerable.Range(0, 30).Select(i => $"{i}{new string('x', 60_000)}").ToArray()));
        await TestData.WriteAsync(folder["d.parquet"],
            ("t", new[] { "a", "b", "a" }), ("x", new[] { 1.0, 2, 4 }), ("negative", new[] { 1.0, 1, -1 }), ("zero", new double[3]), ("gone", new string?[3]),
            ("time", new DateTime[] { new(2020, 1, 1), new(2020, 1, 2), new(2020, 1, 3) }));
        new SavedModel(new NormalDistribution(0, 1), [new Feature("t")]).Save(folder["number.json"]);
        new SavedModel(new GeneralMixtureModel([new NormalDistribution(0, 1)]), [new Feature("x")]).Save(folder["mixture.json"]);
        var before = folder.Names.ToArray();
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        var text = result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal);
        Assert.True(message == text && code == result.Code, $"{what}: [{result.Code}]\n{text}\nexpected [{code}]\n{message}");
        Assert.Equal(before, folder.Names);
    }

    [Fact]
    public async Task One_category_is_certain()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("t", new[] { "a", "a" }));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", "discrete", "--features", "t",
            "--output", folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal([1.0], ((DiscreteDistribution)saved.Model).Probabilities.ToArray());
        Assert.Equal(0, saved.Training!.LogLikelihood);
    }
}
