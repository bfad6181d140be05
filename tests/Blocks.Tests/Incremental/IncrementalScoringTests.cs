using Pipelines.Blocks.Incremental;
using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks.Tests.Incremental;

/// <summary>Each file is scored exactly once, whatever happens between and within the runs.</summary>
public sealed class IncrementalScoringTests : IDisposable
{
    private const int Rows = 1_000;
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-incremental-").FullName;

    public IncrementalScoringTests() => Directory.CreateDirectory(At("in"));

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Only_new_files_are_scored()
    {
        await WriteAsync("b", 1);
        var first = await RunAsync();
        Assert.Equal(["b"], Names(first.New));
        await WriteAsync("a", 2);
        await WriteAsync("c", 3);
        var second = await RunAsync();
        Assert.Equal(["a", "c"], Names(second.New));
        Assert.Equal((1, 2L * Rows, 2L * Rows, 0L), (second.Done, second.RowsIn, second.RowsOut, second.RowsRejected));
        Assert.Equal(["run=00001", "run=00002", "run=00003"], Folders());
        Assert.Equal(Expected(1, 2, 3), await ValuesAsync());
    }

    [Fact]
    public async Task A_second_run_changes_no_byte()
    {
        await WriteAsync("a", 1);
        await RunAsync();
        var before = Snapshot();
        var again = await RunAsync();
        Assert.Empty(again.New);
        Assert.Equal(1, again.Done);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task Changed_and_vanished_files_are_reported_and_not_taken_again()
    {
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 2), ("c", 3) }) await WriteAsync(name, seed);
        await RunAsync();
        await WriteAsync("a", 9, rows: Rows + 1);
        File.Delete(At("in/b.parquet"));
        var result = await RunAsync();
        Assert.Empty(result.New);
        Assert.Equal(["a"], Names(result.Changed));
        Assert.Equal([At("in/b.parquet")], result.Vanished);
        Assert.Equal(2, result.Warnings.Count);
        Assert.EndsWith("a.parquet has changed since it was processed; its rows were not processed again", result.Warnings[0], StringComparison.Ordinal);
        Assert.Equal($"{At("in/b.parquet")} was processed and no longer exists", result.Warnings[1]);
        Assert.Equal(Expected(1, 2, 3), await ValuesAsync());
    }

    [Fact]
    public async Task A_backfill_replaces_the_rows_of_its_range_alone()
    {
        foreach (var (name, seed) in new[] { ("a", 1), ("b", 2), ("c", 3) }) await WriteAsync(name, seed);
        await RunAsync();
        await WriteAsync("b", 7);
        await WriteAsync("d", 4);
        var name2 = (await ParquetSource.IdentifyAsync([At("in/b.parquet")]))[0].Name;
        var result = await RunAsync(backfill: new FileRange(name2, name2));
        Assert.Equal(["b"], Names(result.New));
        Assert.Equal(["run=00001", "run=00003", "run=00004"], Folders());
        Assert.Equal(Expected(1, 3, 7), await ValuesAsync());
        // The next ordinary run takes what the backfill left out.
        Assert.Equal(["d"], Names((await RunAsync()).New));
        Assert.Equal(Expected(1, 3, 4, 7), await ValuesAsync());
    }

    [Fact]
    public async Task Killed_at_any_step_every_row_comes_once()
    {
        await WriteAsync("a", 1);
        await RunAsync();
        await WriteAsync("a", 5);
        await WriteAsync("c", 3);
        var range = new FileRange("", "\uffff");
        Copy(root, root + "-start");
        try
        {
            var counting = new FailingLayer(int.MaxValue);
            await RunAsync(range, counting);
            Assert.True(counting.Steps > 50, $"{counting.Steps} steps");
            for (var step = 1; step <= counting.Steps; step++)
            {
                Directory.Delete(root, recursive: true);
                Copy(root + "-start", root);
                // At the last steps, which only clear up, nobody hears of it.
                var killed = await Record.ExceptionAsync(() => RunAsync(range, new FailingLayer(step)));
                Assert.True(killed is not null || step > counting.Steps - 5, $"step {step} of {counting.Steps}");
                // No row is ever there twice, and none of a file that is half done.
                var seen = await ValuesAsync();
                Assert.Equal(seen.Count, seen.Distinct().Count());
                Assert.Equal(0, seen.Count % Rows);
                await RunAsync(range);
                // An interrupted backfill does the files before again under new numbers: the rows count, not the folders' names.
                Assert.Equal(Expected(3, 5), await ValuesAsync());
                await RunAsync(range);
                Assert.Equal(Expected(3, 5), await ValuesAsync());
                // Neither a lock nor a temporary file outlives the run that went on.
                Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories), e => Path.GetFileName(e).StartsWith('.'));
            }
        }
        finally
        {
            Directory.Delete(root + "-start", recursive: true);
        }
    }

    [Fact]
    public async Task A_file_without_rows_is_done_and_holds_nothing_up()
    {
        await WriteAsync("a", 1, rows: 0);
        await WriteAsync("b", 2);
        Assert.Equal(["a", "b"], Names((await RunAsync()).New));
        Assert.Equal(Expected(2), await ValuesAsync());
        Assert.Empty((await RunAsync()).New);
    }

    [Fact]
    public async Task An_output_that_is_gone_or_of_other_runs_is_refused()
    {
        await WriteAsync("a", 1);
        await RunAsync();
        Directory.Move(At("out/run=00001"), At("kept"));
        var gone = await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        // The parts are compared: a long path is cut in the message.
        Assert.Equal((At("out"), $"no folder run=00001, which held the rows of {At("in/a.parquet")}", "the output of all runs before",
            "restore it, do its files again (IncrementalOptions.Backfill), or start over with another state file and output"),
            (gone.Place, gone.Found, gone.Expected, gone.Remedy));
        Directory.Move(At("kept"), At("out/run=00001"));
        File.Delete(At("state.json"));
        var other = await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        Assert.Equal($"{At("out")}: found run=00001, which the state does not know, expected the folders of its own runs alone; give the state file that "
            + "belongs to this folder, or another folder", other.Message);
    }

    [Fact]
    public async Task A_backfill_of_nothing_is_refused()
    {
        await WriteAsync("a", 1);
        var name = (await ParquetSource.IdentifyAsync([At("in")]))[0].Name;
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync(new FileRange("zz", "zzz")));
        Assert.Equal($"range zz..zzz: found no file of the inputs in it, expected names as messages spell them, such as {name}; correct the range "
            + "(IncrementalOptions.Backfill)", error.Message);
    }

    [Fact]
    public async Task A_file_that_changes_after_its_output_appeared_is_done_as_it_was()
    {
        await WriteAsync("a", 1);
        var counting = new FailingLayer(int.MaxValue);
        await RunAsync(files: counting);
        // Killed right after the folder got its name: the steps after it are the state's and the locks'.
        var isFound = false;
        for (var step = counting.Steps; !isFound && step > 0 && Directory.Exists(At("out/run=00001")); step--)
        {
            Directory.Delete(At("out"), recursive: true);
            File.Delete(At("state.json"));
            await Record.ExceptionAsync(() => RunAsync(files: new FailingLayer(step)));
            if (!Directory.Exists(At("out/run=00001")) || !File.ReadAllText(At("state.json")).Contains("\"pending\": {", StringComparison.Ordinal)) continue;
            await WriteAsync("a", 2, rows: Rows + 1);
            var result = await RunAsync();
            Assert.Empty(result.New);
            Assert.Single(result.Changed);
            Assert.Equal(Expected(1), await ValuesAsync());
            isFound = true;
        }
        Assert.True(isFound, "no step between the folder's name and the state");
    }

    [Fact]
    public async Task Another_job_is_refused_with_a_reason()
    {
        await WriteAsync("a", 1);
        await RunAsync();
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync(columns: ["label"]));
        Assert.Equal($"{At("state.json")}: found the state of another job: scores was log_probability, label and is now label, expected the same model and "
            + "options as in the runs before; repeat those, or start over with another state file and output", error.Message);
    }

    [Theory]
    [InlineData("{", "found a damaged state (")]
    [InlineData("{\"format\":\"x\",\"version\":1,\"kind\":\"score\",\"job\":[],\"nextRun\":1,\"files\":[]}", "found the format 'x', expected")]
    [InlineData("{\"format\":\"pipelines-incremental\",\"version\":9,\"kind\":\"score\",\"job\":[],\"nextRun\":1,\"files\":[]}",
        "found version 9, which this version of Pipelines does not know")]
    [InlineData("{\"format\":\"pipelines-incremental\",\"version\":1,\"kind\":\"fit\",\"job\":[],\"nextRun\":1,\"files\":[]}",
        "found the state of another job: it is of incremental runs of 'fit'")]
    [InlineData("{\"format\":\"pipelines-incremental\",\"version\":1}", "found a damaged state (")]
    public async Task A_bad_state_is_refused(string text, string message)
    {
        await WriteAsync("a", 1);
        await File.WriteAllTextAsync(At("state.json"), text);
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public async Task Two_runs_on_one_state_refuse_each_other()
    {
        await WriteAsync("a", 1);
        using var held = RunLock.Take(FileLayer.Disk, At(".state.json.lock"), At("state.json"), static () => { });
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        Assert.Contains("found a run that writes it now", error.Message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(root, name);

    [Fact]
    public async Task A_model_that_was_trained_again_scores_the_new_files_if_asked_to()
    {
        var (second, third) = (new NormalDistribution(1, 2), new NormalDistribution(2, 3));
        await WriteAsync("a", 1);
        await RunAsync();
        await WriteAsync("b", 2);
        var before = Snapshot();
        var error = await Assert.ThrowsAsync<FlowException>(() => RunAsync(model: second));
        Assert.Equal($"{At("state.json")}: found the state of runs with another model, expected the model of the runs before; give that model, let this one "
            + "score the new files (IncrementalOptions.OnNewModel), or start over with another state file and output", error.Message);
        Assert.Equal(before, Snapshot());

        var result = await RunAsync(model: second, onNewModel: NewModelPolicy.Continue);
        Assert.Equal(["b"], Names(result.New));
        Assert.Equal($"model 2 of this state scored these files, the others were scored by other models (see 'models' in {At("state.json")})",
            Assert.Single(result.Warnings));
        // From now on it is the model; the first one is another.
        await WriteAsync("c", 3);
        Assert.Empty((await RunAsync(model: second)).Warnings);
        await Assert.ThrowsAsync<FlowException>(() => RunAsync());
        await RunAsync(new FileRange(At("in/a"), At("in/a")), model: third, onNewModel: NewModelPolicy.Continue);

        Assert.Equal(Expected(1, 2, 3), await ValuesAsync());
        var state = IncrementalState.Read(At("state.json"))!;
        Assert.Equal([("a", 3), ("b", 2), ("c", 2)], state.Files.Select(f => (Path.GetFileNameWithoutExtension(f.Path), f.Model)).Order());
        Assert.Equal([1, 2, 4], state.Models!.Select(m => m.FirstRun));
        Assert.Equal(3, state.Models!.Select(m => m.Fingerprint).Distinct().Count());
        // The first model keeps its number.
        await WriteAsync("d", 4);
        await RunAsync(onNewModel: NewModelPolicy.Continue);
        Assert.Equal(1, IncrementalState.Read(At("state.json"))!.Files.Single(f => f.Path == At("in/d.parquet")).Model);
        Assert.Equal(3, IncrementalState.Read(At("state.json"))!.Models!.Count);
        // Each row by the model that the state names.
        foreach (var (run, model) in new (int, NormalDistribution)[] { (2, second), (3, second), (4, third) })
        {
            await foreach (var batch in new ParquetSource([At($"out/run={run:D5}")]).ReadAsync(new ReadOptions(), default))
            {
                var (x, scores) = (((BatchColumn<double>)batch["x"]).Values.ToArray(), ((BatchColumn<double>)batch["log_probability"]).Values.ToArray());
                for (var i = 0; i < x.Length; i++)
                {
                    // The density as a formula; a few roundings.
                    var density = (Normal(x[i], model.Mean, model.StandardDeviation) + Normal(x[i], 3, 1)) / 2;
                    Assert.Equal(Math.Log(density), scores[i], 1e-12);
                }
            }
        }
    }

    private static double Normal(double x, double mean, double deviation) =>
        Math.Exp(-0.5 * Math.Pow((x - mean) / deviation, 2)) / (deviation * Math.Sqrt(2 * Math.PI));

    [Fact]
    public async Task A_new_model_with_other_scores_is_refused()
    {
        await WriteAsync("a", 1);
        await RunAsync(columns: ["label"]);
        Assert.StartsWith("the state of another job: scores was label and is now log_probability",
            (await Assert.ThrowsAsync<FlowException>(
                () => RunAsync(columns: ["log-probability"], model: new NormalDistribution(1, 2), onNewModel: NewModelPolicy.Continue))).Found,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_model_with_labels_of_another_type_is_refused()
    {
        await WriteAsync("a", 1);
        await WithAsync(new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(3, 1)]), NewModelPolicy.Fail);
        await WriteAsync("b", 2);
        var before = Snapshot();
        var named = new NaiveBayes([new NormalDistribution(0, 1), new NormalDistribution(3, 1)],
            labels: new ClassLabels(["low", "high"]));
        var error = await Assert.ThrowsAsync<FlowException>(() => WithAsync(named, NewModelPolicy.Continue));
        Assert.Equal($"{At("out/run=00001")}, column 'label': found int32 in the output of the runs before, expected string, as the new model writes it; give "
            + "a model with the same scores, or start over with another state and output", error.Message);
        Assert.Equal(before, Snapshot());

        Task<IncrementalResult> WithAsync(Model model, NewModelPolicy policy) => IncrementalScoring.RunAsync([At("in")],
            paths => Pipeline.FromParquet(paths).Score(model, ["x"], new ScoreOptions { Columns = ["label"] }), At("out"),
            new IncrementalOptions { StateFile = At("state.json"), OnNewModel = policy });
    }

    private async Task<IncrementalResult> RunAsync(FileRange? backfill = null, FileLayer? files = null, string[]? columns = null,
        NormalDistribution? model = null, NewModelPolicy onNewModel = NewModelPolicy.Fail) =>
        await IncrementalScoring.RunAsync(
        [At("in")],
        paths => Pipeline.FromParquet(paths).With(new PipelineOptions { BatchSize = 300, MaxDegreeOfParallelism = 2 })
            .Score((model ?? new NormalDistribution(0, 1)).ToMixture(), ["x"], new ScoreOptions { Columns = columns }),
        At("out"),
        new IncrementalOptions { StateFile = At("state.json"), Backfill = backfill, OnNewModel = onNewModel },
        new ParquetSinkOptions { RowsPerFile = 600, Files = files ?? FileLayer.Disk });

    private async Task WriteAsync(string name, long seed, int rows = Rows)
    {
        var source = MemorySource.FromArrays(("x", Values(seed, rows)));
        await using var sink = new ParquetSink(At($"in/{name}.parquet"));
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }

    private static double[] Values(long seed, int rows)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => random.NextNormal())];
    }

    private static List<double> Expected(params long[] seeds) => [.. seeds.SelectMany(s => Values(s, Rows)).Order()];

    private async Task<List<double>> ValuesAsync()
    {
        var values = new List<double>();
        if (!Directory.Exists(At("out")) || Folders().Count == 0) return values;
        await foreach (var batch in new ParquetSource([At("out")]).ReadAsync(new ReadOptions { Columns = ["x"] }, default))
        {
            var part = new double[batch.Rows];
            batch.Columns[0].CopyTo(part);
            values.AddRange(part);
        }
        values.Sort();
        return values;
    }

    private List<string> Folders() => [.. Directory.EnumerateDirectories(At("out"), "run=*").Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    private List<string> Snapshot() => [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(f => $"{Path.GetRelativePath(root, f)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}")];

    private static IEnumerable<string> Names(IEnumerable<InputFile> files) => files.Select(f => Path.GetFileNameWithoutExtension(f.Path));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            File.Copy(file, target);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
        }
    }

    /// <summary>Dies at a step: from then on nothing it is asked for happens any more.</summary>
    private sealed class FailingLayer(int last) : FileLayer
    {
        private int steps;

        public int Steps => steps;

        public override Stream Create(string path)
        {
            Step();
            return base.Create(path);
        }

        public override Stream Append(string path)
        {
            Step();
            return base.Append(path);
        }

        public override void Sync(Stream file)
        {
            Step();
            base.Sync(file);
        }

        public override void Rename(string from, string to)
        {
            Step();
            base.Rename(from, to);
        }

        public override void RenameFolder(string from, string to)
        {
            Step();
            base.RenameFolder(from, to);
        }

        public override void Delete(string path)
        {
            Step();
            base.Delete(path);
        }

        public override void CreateFolder(string path)
        {
            Step();
            base.CreateFolder(path);
        }

        public override void DeleteFolder(string path)
        {
            Step();
            base.DeleteFolder(path);
        }

        public override void SyncFolder(string path)
        {
            Step();
            base.SyncFolder(path);
        }

        private void Step()
        {
            if (Interlocked.Increment(ref steps) >= last) throw new IOException("killed");
        }
    }
}

file static class Mixtures
{
    public static Model ToMixture(this NormalDistribution normal) => new GeneralMixtureModel([normal, new NormalDistribution(3, 1)]);
}
