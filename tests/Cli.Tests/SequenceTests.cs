namespace Pipelines.Cli.Tests;

/// <summary>Sequences from Parquet to the model and back.</summary>
public sealed class SequenceTests : IDisposable
{
    // Sums of some thousand numbers of order 1.
    private const double Rounding = 1e-9;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_markov_chain_counts_what_follows_what()
    {
        // Two sequences: a b a c, and b a.
        await TestData.WriteAsync(folder["d.parquet"], ("key", new[] { "x", "x", "x", "x", "y", "y" }), ("symbol", new[] { "a", "b", "a", "c", "b", "a" }));
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("fit", "markov-chain", folder["d.parquet"], "--features", "symbol", "--sequence", "key",
            "--output", folder["m.json"], "--quiet"));
        var saved = SavedModel.Load(folder["m.json"]);
        Assert.Equal(["a", "b", "c"], saved.Features![0].Categories!);
        // First: a, b. After a: b, c. After b: a, a.
        Assert.Equal(Math.Log(0.5) + Math.Log(0.5) + Math.Log(0.5) + Math.Log(0.5), saved.Training!.LogLikelihood, Rounding);
        Assert.True(saved.Training.Converged);

        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--sequence", "key", "--output",
            folder["s.parquet"], "--quiet"));
        var logs = await TestData.DoublesAsync(folder["s.parquet"], "log_probability");
        Assert.Equal(Enumerable.Repeat(3 * Math.Log(0.5), 4).Concat(Enumerable.Repeat(Math.Log(0.5), 2)), logs, (a, b) => Math.Abs(a - b) < Rounding);
    }

    [Fact]
    public async Task A_hidden_markov_model_is_fitted_and_scored_as_in_memory_whatever_the_batches_and_the_order_of_rows()
    {
        var truth = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.2, 0.8 } }, [new NormalDistribution(0, 1), new NormalDistribution(4, 1)],
            [0.5, 0.5]);
        var random = new SeededRandom(3);
        var (keys, times, values) = (new List<double>(), new List<double>(), new List<double>());
        for (var s = 0; s < 80; s++)
        {
            var state = 0;
            for (var t = 0; t < 1 + (s * 13 % 90); t++)
            {
                if (random.NextDouble() < (state == 0 ? 0.1 : 0.2)) state = 1 - state;
                keys.Add(s * 7 % 101);
                times.Add(t);
                values.Add((4 * state) + random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
            }
        }
        new SavedModel(truth, [new Feature("x")]).Save(folder["start.json"]);
        await TestData.WriteAsync(folder["d.parquet"], ("key", keys.ToArray()), ("time", times.ToArray()), ("x", values.ToArray()));
        string[] common = ["--initial", folder["start.json"], "--sequence", "key", "--order", "time", "--iterations", "3", "--batch-size", "100", "--quiet"];
        foreach (var parallelism in new[] { "1", "2", "3", "8", "64" })
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["fit", "hmm", folder["d.parquet"], "--output", folder[$"m{parallelism}.json"], "--max-parallelism", parallelism,
                    .. common]));
        var model = await File.ReadAllBytesAsync(folder["m1.json"]);
        foreach (var parallelism in new[] { "2", "3", "8", "64" }) Assert.Equal(model, await File.ReadAllBytesAsync(folder[$"m{parallelism}.json"]));

        // The same sequences in memory: the same bits.
        var offsets = Enumerable.Range(0, keys.Count).Where(r => r == 0 || keys[r] != keys[r - 1]).Append(keys.Count).ToArray();
        var set = new SequenceSet(values.ToArray(), offsets);
        var fitted = truth.Fit(set, SequenceFitting.DefaultFit with { MaxIterations = 3, BatchSize = 100 });
        var saved = SavedModel.Load(folder["m1.json"]);
        Assert.Equal(fitted.Model, saved.Model);
        Assert.Equal(fitted.LogLikelihood, saved.Training!.LogLikelihood);

        // Scores by row, from rows in another order too.
        var expected = fitted.Model.LogProbability(set);
        var paths = fitted.Model.Viterbi(set);
        var shuffled = Enumerable.Range(0, keys.Count).OrderBy(_ => random.NextDouble()).ToArray();
        await TestData.WriteAsync(folder["shuffled.parquet"], ("key", shuffled.Select(r => keys[r]).ToArray()),
            ("time", shuffled.Select(r => times[r]).ToArray()), ("x", shuffled.Select(r => values[r]).ToArray()));
        foreach (var (input, rows, regroup) in new[] { ("d", Enumerable.Range(0, keys.Count).ToArray(), false), ("shuffled", shuffled, true) })
        {
            string[] arguments = ["score", folder["m1.json"], folder[$"{input}.parquet"], "--sequence", "key", "--order", "time", "--columns",
                "log-probability,viterbi", "--output", folder[$"{input}-scored.parquet"], "--batch-size", "64", "--quiet",
                .. regroup ? ["--regroup"] : Array.Empty<string>()];
            Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(arguments));
            var logs = await TestData.DoublesAsync(folder[$"{input}-scored.parquet"], "log_probability");
            var best = await TestData.DoublesAsync(folder[$"{input}-scored.parquet"], "viterbi_log_probability");
            for (var i = 0; i < rows.Length; i++)
            {
                var s = Array.FindLastIndex(offsets, o => o <= rows[i]);
                Assert.Equal(expected[s], logs[i], Rounding);
                Assert.Equal(paths[s].LogProbability, best[i], Rounding);
            }
        }
    }

    [Fact]
    public async Task Rows_of_a_key_that_stand_apart_are_refused_with_what_to_try()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("key", new[] { "x", "y", "x" }), ("symbol", new[] { "a", "b", "a" }));
        var result = await Tool.RunAsync("fit", "markov-chain", folder["d.parquet"], "--features", "symbol", "--sequence", "key", "--output",
            folder["m.json"], "--quiet");
        Assert.Equal((3, $"pipelines: error: {folder["d.parquet"]}, row group 0, row 2, column 'key': found key x again, after other keys, expected "
            + "consecutive rows for each key; sort the files by key, or let rows be regrouped (--regroup)"), (result.Code, result.ErrorText));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Impossible_sequences_are_named_by_their_keys(bool regroup)
    {
        // The model knows no way from b to a.
        new SavedModel(HiddenMarkovModel.FromMatrix(new[,] { { 0.5, 0.5 }, { 0, 1 } }, [new DiscreteDistribution([1, 0]), new DiscreteDistribution([0, 1])],
            [0.5, 0.5], names: ["A", "B"]), [new Feature("x", ["a", "b"])]).Save(folder["m.json"]);
        string[] keys = ["one", "one", "two", "two", "three", "three"], symbols = ["a", "b", "b", "a", "b", "a"];
        int[] order = regroup ? [0, 2, 4, 1, 3, 5] : [0, 1, 2, 3, 4, 5];
        await TestData.WriteAsync(folder["d.parquet"], ("key", order.Select(r => keys[r]).ToArray()), ("t", order.ToArray()),
            ("x", order.Select(r => symbols[r]).ToArray()));
        string[] input = [folder["d.parquet"], "--sequence", "key", "--order", "t", "--quiet", .. regroup ? ["--regroup"] : Array.Empty<string>()];

        var scored = await Tool.RunAsync(["score", folder["m.json"], .. input, "--output", folder["s.parquet"]]);
        Assert.Equal(0, scored.Code);
        Assert.Equal(regroup ? 2 : 1, Named(scored.Error, "pipelines: warning: 2 of 3 sequences are impossible under the model (keys ", "): rows have the "
            + "log-probability -infinity"));
        var logs = await TestData.DoublesAsync(folder["s.parquet"], "log_probability");
        Assert.Equal(order.Select(r => r < 2 ? 2 * Math.Log(0.5) : double.NegativeInfinity), logs, (a, b) => a == b || Math.Abs(a - b) < Rounding);

        Assert.Equal(order.Select(r => r == 0 ? "A" : r == 1 ? "B" : null), await TestData.TextsAsync(folder["s.parquet"], "label"));

        var labels = await Tool.RunAsync(["score", folder["m.json"], .. input, "--columns", "label", "--output", folder["l.parquet"]]);
        Named(labels.Error, "pipelines: warning: 2 of 3 sequences are impossible under the model (keys ", "): rows have the log-probability -infinity");

        var refused = await Tool.RunAsync(["score", folder["m.json"], .. input, "--impossible", "fail", "--output", folder["none.parquet"]]);
        Assert.Equal(3, refused.Code);
        Named(refused.ErrorText, $"pipelines: error: {folder["d.parquet"]}, column 'key': found 2 of 3 sequences that the model gives probability 0 (keys ",
            "), expected sequences that the model can produce; look for unknown symbols and missing transitions, or score them -infinity (--impossible keep)");
        Assert.False(File.Exists(folder["none.parquet"]));

        var fitted = await Tool.RunAsync(["fit", "hmm", .. input, "--initial", folder["m.json"], "--iterations", "1", "--output", folder["f.json"]]);
        Assert.Equal(0, fitted.Code);
        Assert.Contains("2 of 3 sequences are impossible under the model", fitted.Error, StringComparison.Ordinal);
        Named(fitted.Error.TrimEnd().Split('\n')[^1], "pipelines: warning: the first impossible sequences have the keys ", "");

        var strict = await Tool.RunAsync(["fit", "hmm", .. input, "--initial", folder["m.json"], "--impossible", "fail", "--output", folder["g.json"]]);
        Assert.Equal(3, strict.Code);
        Assert.Matches("^pipelines: error: sequence of key '(two|three)': found a probability of 0 for its 2 rows, expected a sequence that the model can "
            + "produce; look for unknown symbols and missing transitions, or skip such sequences \\(--impossible skip\\)$", strict.ErrorText);

        // Regrouped sequences stand in an order of their own. Returns 1 for the data's order, 2 where it may be the other.
        int Named(string text, string before, string after)
        {
            string[] ways = regroup ? ["'two', 'three'", "'three', 'two'"] : ["'two', 'three'"];
            Assert.Contains(ways, w => text.TrimEnd() == $"{before}{w}{after}");
            return ways.Length;
        }
    }

    [Fact]
    public async Task Transitions_that_do_not_sum_to_1_are_scaled_with_a_warning_or_refused()
    {
        new SavedModel(HiddenMarkovModel.FromMatrix(new[,] { { 0.75, 0.25 }, { 0.5, 0.5 } }, [new NormalDistribution(0, 1), new NormalDistribution(4, 1)],
            [0.5, 0.5]), [new Feature("x")]).Save(folder["m.json"]);
        var text = await File.ReadAllTextAsync(folder["m.json"]);
        Assert.Contains("0.75", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["wrong.json"], text.Replace("0.75", "0.25", StringComparison.Ordinal));
        const string words = "the transitions out of state 's0' sum to 0.5: they were scaled to sum 1";
        var run = await Tool.RunAsync("convert", folder["wrong.json"], folder["right.json"], "--quiet");
        Assert.Equal(new ToolResult(0, "", $"pipelines: warning: {folder["wrong.json"]}, {words}\n"), run);
        Assert.Equal(0.5, ((HiddenMarkovModel)SavedModel.Load(folder["right.json"]).Model).DenseTransitions()[0, 0]);
        var strict = await Tool.RunAsync("convert", folder["wrong.json"], folder["none.json"], "--strict");
        Assert.Equal((2, $"pipelines: error: --strict: found {folder["wrong.json"]}, {words}, expected a model that converts without changes; correct the "
            + "model, or "
            + "leave --strict out"), (strict.Code, strict.ErrorText));
        Assert.False(File.Exists(folder["none.json"]));
        Assert.Equal(0, (await Tool.RunAsync("convert", folder["m.json"], folder["same.json"], "--strict")).Code);
    }

    private sealed record Track
    {
        public string? Name { get; set; }

        public List<double?>? Speed { get; set; }

        public List<string?>? Symbol { get; set; }
    }

    [Fact]
    public async Task Lists_are_sequences_with_the_bytes_of_rows_by_key()
    {
        var random = new SeededRandom(2);
        var tracks = Enumerable.Range(0, 60).Select(s => new Track
        {
            Name = $"track {s}",
            Speed = [.. Enumerable.Range(0, s * 7 % 50).Select(t => (double?)((t / 9 % 2 * 4) + random.NextNormal()))],
            Symbol = [.. Enumerable.Range(0, s * 7 % 50).Select(t => t / 9 % 2 == 0 ? "a" : "b")],
        }).ToList();
        await using (var stream = File.Create(folder["lists.parquet"])) await Parquet.Serialization.ParquetSerializer.SerializeAsync(tracks, stream,
            new Parquet.ParquetOptions { RowGroupSize = 25 });
        var rows = tracks.SelectMany((t, s) => t.Speed!.Select((x, i) => (Key: (long)s, X: x!.Value, Symbol: t.Symbol![i], t.Name))).ToArray();
        await TestData.WriteAsync(folder["rows.parquet"], ("sequence", rows.Select(r => r.Key).ToArray()), ("Speed", rows.Select(r => r.X).ToArray()),
            ("Symbol", rows.Select(r => r.Symbol).ToArray()));
        string[] fit = ["--distribution", "normal,discrete", "--components", "2", "--iterations", "4", "--batch-size", "100", "--quiet"];
        Assert.Equal(new ToolResult(0, "", ""),
            await Tool.RunAsync(["fit", "hmm", folder["rows.parquet"], "--sequence", "sequence", "--features", "Speed,Symbol", "--output",
                folder["rows.json"], .. fit]));
        var (expected, warning) = (await File.ReadAllTextAsync(folder["rows.json"]),
            $"pipelines: warning: {tracks.Count(t => t.Speed!.Count == 0)} lists are empty or null: they have no rows\n");
        foreach (var parallelism in new[] { "1", "2", "3", "8", "64" })
        {
            Assert.Equal(new ToolResult(0, "", warning),
                await Tool.RunAsync(["fit", "hmm", folder["lists.parquet"], "--lists", "Speed,Symbol", "--max-parallelism", parallelism, "--output",
                    folder["lists.json"], .. fit]));
            // Elements may be null, which a plain column says of itself.
            Assert.Equal(expected.Replace("\"nullable\": false", "\"nullable\": true", StringComparison.Ordinal),
                await File.ReadAllTextAsync(folder["lists.json"]));
        }

        // A row for each element, with what stands beside the lists; a run that is repeated gives the same bytes.
        string[] score = ["score", folder["lists.json"], folder["lists.parquet"], "--lists", "Speed,Symbol", "--batch-size", "64", "--columns",
            "log-probability,label,viterbi", "--quiet"];
        Assert.Equal(new ToolResult(0, "", warning), await Tool.RunAsync([.. score, "--output", folder["scored.parquet"]]));
        Assert.Equal(0,
            (await Tool.RunAsync("score", folder["rows.json"], folder["rows.parquet"], "--sequence", "sequence", "--columns", "log-probability,label,viterbi",
                "--output", folder["scored-rows.parquet"], "--quiet")).Code);
        Assert.Equal(rows.Select(r => r.Name), await TestData.TextsAsync(folder["scored.parquet"], "Name"));
        foreach (var column in new[] { "sequence", "Speed", "log_probability", "label", "viterbi", "viterbi_log_probability" })
            Assert.Equal(await TestData.DoublesAsync(folder["scored-rows.parquet"], column), await TestData.DoublesAsync(folder["scored.parquet"], column));
        foreach (var parallelism in new[] { "1", "8" })
        {
            Assert.Equal(0, (await Tool.RunAsync([.. score, "--max-parallelism", parallelism, "--output", folder["again.parquet"]])).Code);
            Assert.Equal(await File.ReadAllBytesAsync(folder["scored.parquet"]), await File.ReadAllBytesAsync(folder["again.parquet"]));
        }
        Assert.Equal(0,
            (await Tool.RunAsync("fit", "markov-chain", folder["lists.parquet"], "--lists", "Symbol", "--sequence", "track", "--output", folder["chain.json"],
                "--quiet")).Code);
        Assert.Equal(["a", "b"], SavedModel.Load(folder["chain.json"]).Features![0].Categories!);

        // A list that is named for something else is no feature.
        Assert.Equal(0,
            (await Tool.RunAsync("fit", "hmm", folder["lists.parquet"], "--lists", "Speed,Symbol", "--label", "Symbol", "--training", "labeled",
                "--distribution", "normal", "--components", "2", "--output", folder["labeled.json"], "--quiet")).Code);
        Assert.Equal(["Speed"], SavedModel.Load(folder["labeled.json"]).Features!.Select(f => f.Name));
        var plan = await Tool.RunAsync("score", folder["labeled.json"], folder["lists.parquet"], "--lists", "Speed,Symbol", "--output",
            folder["planned.parquet"], "--dry-run");
        Assert.Equal(0, plan.Code);
        Assert.Contains("input       1 file, rows not known, ", plan.Out, StringComparison.Ordinal);
        Assert.Contains("\nreads       all 4 columns: sequence, Name, Speed, Symbol\nengine      builtin for 3 row groups\n", plan.Out,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fit hmm ~/d.parquet --features x --sequence key --order n --distribution normal --components 2 --output ~/o.json",
        "~/d.parquet, row group 0, row 1, column 'n': found NaN, expected a value of the order column in every row; leave such rows out of the file, or choose "
            + "another column")]
    [InlineData("fit hmm ~/d.parquet --features x --sequence key --weights w --distribution normal --components 2 --output ~/o.json",
        "sequence of key '2': found a weight of 0.5 in its row 1 and 1 in its row 0, expected one weight in all rows of a sequence; give the rows of a "
            + "sequence the same weight; rows to leave out are filtered before")]
    [InlineData("fit hmm ~/d.parquet --features x --sequence key --weights w --distribution normal --components 2 --output ~/o.json --batch-size 3",
        "sequence of key '2': found a weight of 0.5 in its row 1 and 1 in its row 0, expected one weight in all rows of a sequence; give the rows of a "
            + "sequence the same weight; rows to leave out are filtered before")]
    [InlineData("fit markov-chain ~/d.parquet --sequence key --output ~/o.json",
        "Markov chain: found data of 3 features (x, n, w), expected 1; name the one that holds the categories")]
    [InlineData("score ~/m.json ~/d.parquet --lists nope --output ~/o.parquet",
        "~/d.parquet, column 'nope': found no such column, expected a column of lists of numbers, booleans, texts or times; the file has none; correct the "
            + "name (--lists)")]
    public async Task Mistakes_in_the_columns_of_sequences_are_named(string command, string message)
    {
        new SavedModel(HiddenMarkovModel.FromMatrix(new[,] { { 0.5, 0.5 }, { 0.5, 0.5 } }, [new NormalDistribution(0, 1), new NormalDistribution(4, 1)],
            [0.5, 0.5]), [new Feature("x")]).Save(folder["m.json"]);
        await TestData.WriteAsync(folder["d.parquet"], ("key", new[] { 1.0, 1, 2, 2, 2 }), ("x", new[] { 1.0, 2, 3, 4, 5 }),
            ("n", new[] { 1, double.NaN, 2, 3, 4 }), ("w", new[] { 2, 2, 1, 0.5, 1 }));
        var result = await Tool.RunAsync([.. command.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '), "--quiet"]);
        Assert.Equal($"pipelines: error: {message}", result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal).Split('\n')[0]);
    }

    [Fact]
    public async Task A_dry_run_says_that_rows_are_brought_together()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("key", new[] { 1.0, 2, 1 }), ("x", new[] { 1.0, 2, 3 }));
        const string sorting = "the rows of each key are collected and sorted as they are read: in half of the memory for decoded features, beyond it in "
            + "private temporary files\n";
        string[] fit = ["fit", "hmm", folder["d.parquet"], "--features", "x", "--sequence", "key", "--distribution", "normal", "--components", "1", "--output",
            folder["m.json"]];
        Assert.Contains(sorting, (await Tool.RunAsync([.. fit, "--regroup", "--dry-run"])).Out, StringComparison.Ordinal);
        Assert.DoesNotContain(sorting, (await Tool.RunAsync([.. fit, "--dry-run"])).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync([.. fit, "--regroup"])).Code);
        Assert.Contains(sorting,
            (await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--sequence", "key", "--regroup", "--output", folder["s.parquet"],
                "--dry-run")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--lists Speed --order t", 2,
        "--lists and --order: found both, expected one of them, as list elements are already in order; for example --lists speed,heading")]
    [InlineData("--lists Speed,Short", 3, "~/lists.parquet, row group 0, row 1: found lists of different lengths in 'Speed' and 'Short', expected lists of "
        + "equal length in each row; correct the row, or read one of the columns alone (--lists)")]
    [InlineData("--lists Speed,Short --label Short --distribution normal,normal", 2,
        "--distribution: found 2 names for 1 feature, expected one name for all features, or one for each; for example --distribution normal")]
    [InlineData("--lists Speed --parquet-engine parquet.net", 3, "~/lists.parquet, column 'Speed': found lists that cannot be read: its elements are not read "
        + "by this engine, expected lists of numbers, booleans, texts or times; choose another engine (--parquet-engine), or leave the column out")]
    [InlineData("--lists Short --label Short", 2, "--lists: found only lists that are labels or weights, expected at least one list of features; add it "
        + "to --lists, or name the features (--features)")]
    [InlineData("--lists Speed", 3, "~/lists.parquet, row group 0, row 2, element 1, column 'Speed': found Infinity, expected a finite number, null or NaN; "
        + "replace infinite values, or leave the column out of the features")]
    [InlineData("--lists Name", 3, "~/lists.parquet, column 'Name': found a plain column, expected a column of lists of numbers, booleans, texts or times; "
        + "correct the name (--lists)")]
    [InlineData("--sequence Name --features Speed", 3, "~/lists.parquet, column 'Speed': found a column that is only passed on: it is a list; its elements "
        + "can be read as rows (--lists), expected a feature of numbers, booleans or texts; leave the column out, or convert it first")]
    [InlineData("--features Speed", 2, "--sequence: found none, expected the column with the sequences' keys, or list columns (--lists); for example "
        + "--sequence id")]
    public async Task Mistakes_with_lists_are_named(string options, int code, string message)
    {
        Uneven[] rows = [new() { Name = "a", Speed = [1, 2], Short = [3, 4] }, new() { Name = "b", Speed = [1, 2], Short = [3] },
            new() { Name = "c", Speed = [1, double.PositiveInfinity], Short = [1, 1] }];
        await using (var stream = File.Create(folder["lists.parquet"])) await Parquet.Serialization.ParquetSerializer.SerializeAsync(rows, stream);
        Assert.Contains("list of DOUBLE, 6 elements", (await Tool.RunAsync("inspect", folder["lists.parquet"])).Out, StringComparison.Ordinal);
        var result =
            await Tool.RunAsync(["fit", "hmm", folder["lists.parquet"], .. options.Contains("--distribution", StringComparison.Ordinal)
                ? (string[])[]
                : ["--distribution", "normal"], "--components", "1", "--output", folder["m.json"], "--quiet", .. options.Split(' ')]);
        Assert.Equal((code, $"pipelines: error: {message}"),
            (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal).Split('\n')[0]));
    }

    private sealed record Uneven
    {
        public string? Name { get; set; }

        public List<double>? Speed { get; set; }

        public List<double>? Short { get; set; }
    }
}
