namespace Pipelines.Blocks.Tests.Composing;

/// <summary>A pipeline that was interrupted goes on to the same bytes, and only as the same job.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly double[][] data = TestData.Random(3000, 3);
    private static readonly PipelineOptions options = new() { MaxDegreeOfParallelism = 2, BatchSize = 100 };
    private static readonly ParquetSinkOptions parts = new() { RowsPerFile = 450 };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipelines-resume-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task After_a_fault_at_any_batch_it_ends_with_the_same_bytes()
    {
        await InputAsync();
        await Pipe(-1).ToParquet(this["ref"], parts).RunAsync();
        var reference = Read("ref");
        Assert.Equal(6, reference.Count(f => f.Name.StartsWith("part-", StringComparison.Ordinal)));
        foreach (var fault in (int[])[0, 4, 5, 12, 29])
        {
            await Assert.ThrowsAsync<FormatException>(() => Pipe(fault).ToParquet(this[$"out{fault}"], parts).RunAsync());
            // Parts of five batches: those written before the fault are kept. Where there is none, nothing is.
            var isKept = Directory.Exists(this[$"out{fault}"]);
            Assert.False(fault < 5 && isKept);
            var result = await Pipe(-1).With(options with { MaxDegreeOfParallelism = 1 + fault }).ToParquet(this[$"out{fault}"], parts with { Resume = true })
                .RunAsync();
            Assert.Equal((3000L, 3000L, 0L), (result.RowsIn, result.RowsOut, result.RowsRejected));
            // The batch that faults may be worked on before the part before it is written.
            Assert.InRange(result.RowsResumed, isKept ? 500 : 0, fault / 5 * 500);
            Assert.Equal(0, result.RowsResumed % 500);
            Assert.Equal(6, result.Files.Count);
            Assert.Equal(reference, Read($"out{fault}"));
        }
        var again = await Pipe(-1).ToParquet(this["ref"], parts with { Resume = true }).RunAsync();
        Assert.Equal((3000L, 3000L, 3000L), (again.RowsIn, again.RowsOut, again.RowsResumed));
    }

    [Fact]
    public async Task Winding_down_ends_at_a_part_and_goes_on()
    {
        await InputAsync();
        await Pipe(-1).ToParquet(this["ref"], parts).RunAsync();
        using var windDown = new CancellationTokenSource();
        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Pipe(-1).With(options with { WindDown = windDown.Token })
            .ToParquet(this["out"], parts).RunAsync(new Reports(p => { if (p.Rows >= 1_100) windDown.Cancel(); })));
        Assert.Equal(windDown.Token, stopped.CancellationToken);
        var result = await Pipe(-1).ToParquet(this["out"], parts with { Resume = true }).RunAsync();
        Assert.Equal(1_500, result.RowsResumed);
        Assert.Equal(Read("ref"), Read("out"));
    }

    [Fact]
    public async Task Another_job_or_changed_data_are_refused_with_the_difference()
    {
        await InputAsync();
        await Assert.ThrowsAsync<FormatException>(() => Pipe(20).ToParquet(this["out"], parts).RunAsync());
        async Task<string> RefusedAsync(Pipeline pipeline, ParquetSinkOptions sink)
        {
            var error = await Assert.ThrowsAsync<FlowException>(() => pipeline.ToParquet(this["out"], sink with { Resume = true }).RunAsync());
            Assert.Equal(ErrorKind.Usage, error.Kind);
            return error.Found;
        }
        Assert.Equal("an unfinished output of another job: batch size was 100 and is now 50",
            await RefusedAsync(Pipe(-1).With(options with { BatchSize = 50 }), parts));
        Assert.Equal("an unfinished output of another job: rows per file was 450 and is now 451",
            await RefusedAsync(Pipe(-1), parts with { RowsPerFile = 451 }));
        Assert.Equal("an unfinished output of another job: columns kept was all and is now x1",
            await RefusedAsync(Pipe(-1, new ScoreOptions { Keep = ["x1"] }), parts));
        data[0][17]++;
        await InputAsync();
        data[0][17]--;
        Assert.StartsWith($"an unfinished output of another job: input {this["in.parquet"]} was ", await RefusedAsync(Pipe(-1), parts),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_file_cannot_be_gone_on_with_and_leaves_nothing()
    {
        var rows = Pipeline.From(new ArraySource(data)).With(options);
        var error = await Assert.ThrowsAsync<FlowException>(() => rows.ToParquet(this["out"], parts with { Resume = true }).RunAsync());
        Assert.Equal("array: found a source that cannot tell whether its rows are the same, and a run to resume, expected files, or a source that "
            + "identifies its rows (SourceInfo.IsRepeatable); read files, or leave Resume out", error.Message);
        await Assert.ThrowsAsync<FormatException>(
            () => rows.Transform(b => b.Index == 20 ? throw new FormatException() : b).ToParquet(this["out"], parts).RunAsync());
        Assert.Empty(folder.EnumerateFileSystemInfos());
    }

    private string this[string name] => Path.Combine(folder.FullName, name);

    private Task InputAsync() => Pipeline.From(new ArraySource(data)).With(options).ToParquet(this["in.parquet"]).RunAsync();

    private Pipeline Pipe(int fault, ScoreOptions? score = null) => Pipeline.FromParquet(this["in.parquet"]).With(options)
        .Transform(b => b.Index == fault ? throw new FormatException() : b)
        .Score(TestData.Mixture(), TestData.Two, score);

    private List<(string Name, string Bytes)> Read(string name) =>
        [.. Directory.EnumerateFiles(this[name], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), Convert.ToBase64String(File.ReadAllBytes(f))))];

    private sealed class Reports(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }
}
