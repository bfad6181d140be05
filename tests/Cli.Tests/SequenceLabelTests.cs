namespace Pipelines.Cli.Tests;

/// <summary>States that are known: <c>fit hmm --label</c>, with each way of training.</summary>
public sealed class SequenceLabelTests : IDisposable
{
    // Means of some numbers of order 1.
    private const double Rounding = 1e-12;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Labels_of_all_rows_are_counted_in_one_update()
    {
        // Two sequences: low low high low, and high high.
        await WriteAsync(["low", "low", "high", "low", "high", "high"]);
        Assert.Equal(new ToolResult(0, "", ""), await FitAsync("--training", "labeled", "--iterations", "1"));
        var model = (HiddenMarkovModel)SavedModel.Load(folder["m.json"]).Model;
        // Labels are sorted: high, low.
        Assert.Equal(["high", "low"], model.States.Take(2).Select(s => s.Name));
        var (high, low) = (model.IndexOf("high"), model.IndexOf("low"));
        Assert.Equal((12 + 10 + 14) / 3.0, ((NormalDistribution)model.Emission(high)).Mean, Rounding);
        Assert.Equal((1 + 2 + 3) / 3.0, ((NormalDistribution)model.Emission(low)).Mean, Rounding);
        var edges = model.DenseTransitions();
        // Scores say the states' names.
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--sequence", "key", "--columns",
            "label,viterbi", "--output", folder["s.parquet"], "--quiet"));
        Assert.Equal((string?[])["low", "low", "high", "low", "high", "high"], (IEnumerable<string?>)await TestData.TextsAsync(folder["s.parquet"], "label"));
        Assert.Equal((string?[])["low", "low", "high", "low", "high", "high"], (IEnumerable<string?>)await TestData.TextsAsync(folder["s.parquet"], "viterbi"));
        // Low goes to low and high; high to low and high; one sequence begins in each.
        Assert.Equal([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [edges[low, low], edges[low, high], edges[high, low], edges[high, high], edges[model.StartIndex, low],
            edges[model.StartIndex, high]], (a, b) => Math.Abs(a - b) < Rounding);
    }

    [Theory]
    [InlineData("baum-welch"), InlineData("viterbi")]
    public async Task Labels_of_some_rows_name_the_states_that_the_others_find(string training)
    {
        await WriteAsync(["low", null, null, null, "high", null]);
        Assert.Equal(new ToolResult(0, "", ""), await FitAsync("--training", training, "--iterations", "20", "--min-variance", "0.01"));
        var model = (HiddenMarkovModel)SavedModel.Load(folder["m.json"]).Model;
        Assert.Equal(2, ((NormalDistribution)model.Emission(model.IndexOf("low"))).Mean, 0.01);
        Assert.Equal(12, ((NormalDistribution)model.Emission(model.IndexOf("high"))).Mean, 0.01);
    }

    [Fact]
    public async Task A_model_to_begin_with_says_which_labels_there_are()
    {
        new SavedModel(HiddenMarkovModel.FromMatrix(new[,] { { 0.5, 0.5 }, { 0.5, 0.5 } }, [new NormalDistribution(0, 1), new NormalDistribution(9, 1)],
            [0.5, 0.5], names: ["low", "high"]), [new Feature("x")]).Save(folder["start.json"]);
        await WriteAsync(["low", "low", "up", "low", null, null]);
        var refused = await FitAsync("--initial", folder["start.json"]);
        Assert.Equal((3, $"pipelines: error: {folder["d.parquet"]}, row group 0, row 2, column 'state': found label 'up', which names no state, expected the "
            + "name of a state, or null where the state is not known; correct the label, or begin with a model that has this state"),
            (refused.Code, refused.ErrorText));
        Assert.Equal(0, (await FitAsync("--initial", folder["start.json"], "--on-bad-row", "skip")).Code);

        // A column of numbers holds the states' indices.
        await TestData.WriteAsync(folder["d.parquet"], ("key", new[] { 1, 1, 1, 1, 2, 2 }), ("x", new[] { 1.0, 2, 12, 3, 10, 14 }),
            ("state", new int[] { 0, 0, 1, 0, 1, 1 }));
        Assert.Equal(new ToolResult(0, "", ""), await FitAsync("--initial", folder["start.json"], "--training", "labeled"));
        var model = (HiddenMarkovModel)SavedModel.Load(folder["m.json"]).Model;
        Assert.Equal(12, ((NormalDistribution)model.Emission(model.IndexOf("high"))).Mean, Rounding);
    }

    [Fact]
    public async Task The_bytes_do_not_depend_on_parallelism_nor_on_an_interruption()
    {
        var random = new SeededRandom(7);
        var states = Enumerable.Range(0, 900).Select(r => r / 7 % 3).ToArray();
        await TestData.WriteAsync(folder["d.parquet"],
            ("key", states.Select((_, r) => r / 50).ToArray()), ("x", states.Select(s => (4.0 * s) + random.NextNormal()).ToArray()),
            ("state", states.Select((s, r) => r % 5 == 0 ? "abc"[s].ToString() : null).ToArray()));
        string[] three = ["--components", "3", "--batch-size", "64", "--iterations", "6"];
        byte[]? expected = null;
        foreach (var parallelism in new[] { "1", "2", "3", "8", "64" })
        {
            Assert.Equal(new ToolResult(0, "", ""), await FitAsync([.. three, "--max-parallelism", parallelism]));
            var found = await File.ReadAllBytesAsync(folder["m.json"]);
            Assert.Equal(expected ??= found, found);
        }
        Assert.Equal(0, (await FitAsync(["--components", "3", "--batch-size", "64", "--iterations", "2", "--checkpoint", folder["kept"]])).Code);
        Assert.Equal(0, (await FitAsync([.. three, "--checkpoint", folder["kept"], "--resume"])).Code);
        Assert.Equal(expected, await File.ReadAllBytesAsync(folder["m.json"]));
    }

    [Fact]
    public async Task Interrupted_anywhere_labels_give_the_same_bytes()
    {
        var random = new SeededRandom(11);
        var states = Enumerable.Range(0, 400).Select(r => r / 7 % 2).ToArray();
        await TestData.WriteAsync(folder["d.parquet"],
            ("key", states.Select((_, r) => r / 50).ToArray()), ("x", states.Select(s => (4.0 * s) + random.NextNormal()).ToArray()),
            ("state", states.Select((s, r) => r % 5 == 0 ? (s == 0 ? "low" : "high") : null).ToArray()));
        string[] fit = ["--batch-size", "64", "--iterations", "3"];
        Assert.Equal(0, (await FitAsync(fit)).Code);
        var expected = await File.ReadAllBytesAsync(folder["m.json"]);
        // Each pass takes some batches: the survey, the labels' rows, then one per iteration.
        for (var after = 1; after < 60; after += 4)
        {
            var seen = 0;
            var options = new PipelineOptions
            {
                BatchSize = 64,
                MaxDegreeOfParallelism = 1,
                Checkpoints = new() { Folder = folder[$"kept-{after}"], Resume = true, EveryBatches = 1 }
            };
            using var stop = new CancellationTokenSource();
            var labeled = Pipeline.FromParquet(folder["d.parquet"]).Features("x").Sequences("key").Labels("state");
            var how = SequenceFitting.DefaultFit with { MaxIterations = 3, Seed = 0 };
            try
            {
                var stopped = options with { WindDown = stop.Token, Progress = new Counted(() => { if (++seen == after) stop.Cancel(); }) };
                await labeled.With(stopped).FitAsync(HiddenMarkov.Of<NormalDistribution>(2), how);
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
            var fitted = await labeled.With(options).FitAsync(HiddenMarkov.Of<NormalDistribution>(2), how);
            Assert.Equal(((HiddenMarkovModel)SavedModel.Load(folder["m.json"]).Model).ToString(), fitted.Result.Model.ToString());
            Assert.Equal(SavedModel.FromJson(expected).Model, fitted.Result.Model);
        }
    }

    private sealed class Counted(Action act) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => act();
    }

    [Theory]
    [InlineData("--training labeled", 2, "--training: found 'labeled' without --label, expected the column with the labels as well; for example --label state")]
    [InlineData("--label key", 2, "--label and --sequence: found 'key' in both, expected two columns; for example --label state")]
    [InlineData("--label x", 2, "--label and --features: found 'x' in both, expected labels that are not a feature; for example --label state")]
    [InlineData("--label nowhere", 3, "~/d.parquet: found no column 'nowhere', expected the label 'nowhere' among its columns; correct the column's name")]
    [InlineData("--label state --components 1", 3,
        "labels: found 2 different ones (high, low), expected at most 1, one for each state; fit more states, or merge labels")]
    [InlineData("--label state --training labeled", 3, "sequence of key '1': found rows without a label, expected the state of each row; label every row, or "
        + "train by Baum-Welch, which takes sequences without labels too")]
    [InlineData("--training best", 2, "--training: found 'best', expected baum-welch, labeled or viterbi; for example --training baum-welch")]
    public async Task Mistakes_are_named(string options, int code, string message)
    {
        await WriteAsync(["low", null, "high", "low", null, null]);
        var result =
            await Tool.RunAsync(["fit", "hmm", folder["d.parquet"], "--sequence", "key", "--features", "x", "--distribution", "normal", "--output",
                folder["m.json"], "--quiet", .. options.Contains("--components", StringComparison.Ordinal) ? Array.Empty<string>() : ["--components", "2"],
                .. options.Split(' ')]);
        Assert.Equal((code, $"pipelines: error: {message}"),
            (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal).Split('\n')[0]));
    }

    [Theory]
    [InlineData("start"), InlineData("end"), InlineData("")]
    public async Task Names_that_are_taken_are_no_labels(string name)
    {
        await WriteAsync(["low", "low", name, "low", null, null]);
        var result = await FitAsync();
        Assert.Equal((3, $"pipelines: error: labels: found the label '{name}', expected names other than 'start' and 'end', which the states around each "
            + "sequence have, and none that is empty; rename the label"), (result.Code, result.ErrorText));
    }

    private Task WriteAsync(string?[] labels) =>
        TestData.WriteAsync(folder["d.parquet"], ("key", new[] { 1, 1, 1, 1, 2, 2 }), ("x", new[] { 1.0, 2, 12, 3, 10, 14 }), ("state", labels));

    private Task<ToolResult> FitAsync(params string[] options) => Tool.RunAsync(
        ["fit", "hmm", folder["d.parquet"], "--sequence", "key", "--features", "x", "--label", "state", "--output", folder["m.json"], "--quiet",
            .. options.Contains("--initial")
                ? Array.Empty<string>()
                : ["--distribution", "normal", .. options.Contains("--components") ? Array.Empty<string>() : ["--components", "2"]], .. options]);
}
