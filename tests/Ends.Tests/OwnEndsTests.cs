using Pipelines.Io;

namespace Pipelines.Ends.Tests;

/// <summary>Sources and sinks of one's own can do what Parquet can: resume, wind down, be planned, keep rejected rows.</summary>
public sealed class OwnEndsTests : IDisposable
{
    private const int Rows = 1000;
    private const int BatchRows = 64;

    private static readonly Model Standard = new NormalDistribution(0, 1);

    private readonly string root = Directory.CreateTempSubdirectory("ends").FullName;

    private string Output => Path.Combine(root, "out");

    public void Dispose() => Directory.Delete(root, true);

    [Fact]
    public async Task A_run_writes_every_row_once_and_the_rejected_ones_beside_them()
    {
        var sink = new LinesSink(Output, resume: false);
        var result = await Scored(new CountingSource(Rows)).To(sink).RunAsync();
        Assert.Equal(CountingSource.Lines(Rows), Lines());
        Assert.Equal((Rows, Rows - 20, 20), (result.RowsIn, result.RowsOut, result.RowsRejected));
        Assert.Equal(20, Directory.GetFiles(Output, "*.bad").Sum(f => File.ReadLines(f).Count()));
        Assert.False(Directory.Exists(Path.Combine(root, "q")), "the sink keeps rejected rows itself");
        Assert.Equal(["check", "resume", "open", "complete", "dispose"], sink.Calls);
        Assert.Contains("lines are not sorted", result.Warnings);
        Assert.Equal((Rows + BatchRows - 1) / BatchRows, result.Files.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(980)]
    public async Task A_run_that_was_stopped_is_resumed_from_its_next_batch(int stopAt)
    {
        var broken = new CountingSource(Rows) { Reading = row => _ = row >= stopAt ? throw new IOException("the line is dead") : 0 };
        await Assert.ThrowsAsync<IOException>(() => Scored(broken).To(new LinesSink(Output, resume: false)).RunAsync());
        var done = Directory.Exists(Output) ? Directory.GetFiles(Output, "*.lines").Length : 0;

        var source = new CountingSource(Rows);
        var result = await Scored(source).To(new LinesSink(Output, resume: true)).RunAsync();
        Assert.Equal(CountingSource.Lines(Rows), Lines());
        Assert.Equal((long)done * BatchRows, result.RowsResumed);
        Assert.Equal([(long)done * BatchRows], source.Begun);

        // Nothing is left to do.
        var again = new LinesSink(Output, resume: true);
        Assert.Equal(Rows, (await Scored(source).To(again).RunAsync()).RowsResumed);
        Assert.Equal(["check", "resume", "dispose"], again.Calls);
    }

    [Fact]
    public async Task A_run_that_is_asked_to_stop_does_so_at_a_safe_point()
    {
        using var windDown = new CancellationTokenSource();
        var source = new CountingSource(100_000) { Reading = row => Stop(row, windDown) };
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => Scored(source, o => o with { WindDown = windDown.Token }).To(new LinesSink(Output, resume: false)).RunAsync());
        Assert.InRange(Lines().Length, 1, 90_000);
        await Scored(new CountingSource(100_000)).To(new LinesSink(Output, resume: true)).RunAsync();
        Assert.Equal(CountingSource.Lines(100_000), Lines());

        static void Stop(long row, CancellationTokenSource windDown)
        {
            if (row > 1000) windDown.Cancel();
        }
    }

    [Fact]
    public async Task Other_rows_and_a_source_that_cannot_tell_are_refused()
    {
        await Scored(new CountingSource(Rows)).To(new LinesSink(Output, resume: false)).RunAsync();
        Assert.Equal("an output of another job",
            (await Assert.ThrowsAsync<FlowException>(() => Scored(new CountingSource(Rows, "2")).To(new LinesSink(Output, resume: true)).RunAsync())).Found);
        Assert.Equal("counting: found a source that cannot tell whether its rows are the same, and a run to resume, expected files, or a source that "
            + "identifies its rows (SourceInfo.IsRepeatable); read files, or leave Resume out",
            (await Assert.ThrowsAsync<FlowException>(
                () => Scored(new CountingSource(Rows, null)).To(new LinesSink(Output, resume: true)).RunAsync())).Message);
    }

    [Fact]
    public async Task A_run_is_planned_without_reading_or_writing()
    {
        var (source, sink) = (new CountingSource(Rows), new LinesSink(Output, resume: true));
        var plan = await Scored(source).To(sink).PlanAsync();
        Assert.Equal((Rows, 16L, 16L), (plan.Rows, plan.Batches, plan.Parts));
        Assert.Equal([("arithmetic", 1)], plan.Engines);
        Assert.Equal([("lines", new OutputPreview(Output, "0 files"))], plan.Outputs);
        // Column i as it is in the input, and a double for each row.
        Assert.Equal(16L * Rows, plan.WrittenBytes);
        Assert.Equal(["i", "log_probability"], plan.Written!.Fields.Select(f => f.Name));
        Assert.Equal(["check", "plan", "dispose"], sink.Calls);
        Assert.Empty(source.Begun);
        Assert.False(Directory.Exists(Output));
        Assert.Equal("cannot be resumed", (await Scored(new CountingSource(Rows, null)).To(new LinesSink(Output, false)).PlanAsync()).Outputs[0].Preview.State);
    }

    [Fact]
    public async Task Rejected_rows_go_to_the_folder_if_the_sink_does_not_keep_them()
    {
        var rows = 0;
        var sink = BatchSink.Create("counter", (batch, _) =>
        {
            rows += batch.Rows;
            return default;
        });
        var result = await Scored(new CountingSource(Rows)).To(sink).RunAsync();
        Assert.Equal((980, 20), (rows, result.RowsRejected));
        Assert.Equal(20, (await OutputVerification.OfAsync(Path.Combine(root, "q"))).Rows);
    }

    private Pipeline Scored(CountingSource source, Func<PipelineOptions, PipelineOptions>? change = null)
    {
        var options = new PipelineOptions
        {
            BatchSize = BatchRows,
            MaxDegreeOfParallelism = 2,
            BadRows = new() { Mode = BadRowMode.Quarantine, QuarantineFolder = Path.Combine(root, "q") },
        };
        return Pipeline.From(source).With(change is null ? options : change(options)).Score(Standard, ["x"], new ScoreOptions { Keep = ["i"] });
    }

    private string[] Lines() => [.. Directory.GetFiles(Output, "*.lines").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)];
}
