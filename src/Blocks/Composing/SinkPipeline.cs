using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>A pipeline with both ends: it can run.</summary>
public sealed class SinkPipeline
{
    private readonly Graph graph;
    private readonly PipelineOptions options;
    private readonly Func<IBatchSink> createSink;

    internal SinkPipeline(Graph graph, PipelineOptions options, Func<IBatchSink> createSink) => (this.graph, this.options, this.createSink) = (graph, options, createSink);

    /// <summary>
    /// Reads, works and writes. The output appears at the end, all at once, or not at all. A folder of Parquet parts that is made from files can be gone on with
    /// after an interruption (<see cref="ParquetSinkOptions.Resume"/>): the job must be the same, where code of yours counts by the name that you gave it.
    /// </summary>
    /// <param name="progress">Told of the rows written; null = the options'.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/> and leaves no output.</param>
    /// <exception cref="DataException">The data cannot be read, used or written, or the output is of another job.</exception>
    /// <exception cref="ModelException">Options or model do not fit.</exception>
    public async Task<RunResult> RunAsync(IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // Cancelled too where a run that shall wind down comes to the end of a part.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var run = new RunSupervisor(progress is null ? options : options with { Progress = progress }, stop.Token);
        var sink = createSink();
        var parquet = sink as ParquetSink;
        // The block disposes the sink; until there is one, this does.
        SinkBlock? end = null;
        QuarantineWriter? quarantine = null;
        var point = new ResumePoint(0, 0, 0, 0, IsComplete: false);
        try
        {
            var bound = await graph.BindAsync(null, cancellationToken, options.BadRows.Keeps).ConfigureAwait(false);
            parquet?.CheckInput(bound.Read);
            point = await ResumeAsync(bound, sink, cancellationToken).ConfigureAwait(false);
            run.Accounts.Resume(point);
            if (!point.IsComplete)
            {
                // Where the columns are known, a sink that cannot be written is reported before anything is read.
                if (bound.Schema is { } schema) await sink.OpenAsync(schema, cancellationToken).ConfigureAwait(false);
                quarantine = OpenQuarantine(bound, parquet, cancellationToken);
                var last = bound.Create(run, point.NextBatch);
                Action? written = parquet is { IsFolder: true } && options.WindDown.CanBeCanceled && bound.Info.Files.Count > 0 ? WindDown : null;
                Linking.Link(last, end = new SinkBlock(sink, run, isOpen: bound.Schema is not null) { FirstBatch = point.NextBatch, Quarantine = quarantine, Written = written });
            }
        }
        catch when (end is null)
        {
            await DisposeQuietlyAsync(sink).ConfigureAwait(false);
            throw;
        }
        using (quarantine)
        {
            if (end is not null) await EndAsync().ConfigureAwait(false);
        }
        return new RunResult(run.Accounts.RowsIn, run.Accounts.RowsOut, run.Accounts.Elapsed.TotalSeconds, sink.Name, Files(sink))
        {
            RowsRejected = run.Accounts.RowsRejected,
            RowsResumed = point.RowsIn,
            Warnings = [.. parquet?.Warnings ?? [], .. quarantine?.Warnings ?? []],
        };

        void WindDown()
        {
            if (options.WindDown.IsCancellationRequested && parquet.IsAtPartStart) stop.Cancel();
        }

        async Task EndAsync()
        {
            try
            {
                await run.RunAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (OperationCanceledException) when (options.WindDown.IsCancellationRequested)
            {
                throw new OperationCanceledException(options.WindDown);
            }
        }
    }

    // What is no file could be other rows the next time, and nobody would notice: such runs leave nothing, and cannot be gone on with.
    private async ValueTask<ResumePoint> ResumeAsync(BoundGraph bound, IBatchSink sink, CancellationToken cancellationToken)
    {
        var resume = sink is ParquetSink { Options.Resume: true };
        if (sink is IResumableSink resumable && bound.Info.Files.Count > 0)
        {
            var job = JobDescription.Of(bound, options, [.. (sink as ParquetSink)?.Options.Facts ?? [], new JobFact("bad rows", options.BadRows.Mode.ToString())]);
            return await resumable.ResumeAsync(job with { Inputs = bound.Info.Files }, resume, cancellationToken).ConfigureAwait(false);
        }
        if (resume)
            throw new DataException(DataErrorKind.Usage, graph.Source.Name, "a source that is no file, and a run to go on with", "files, which tell whether they are the same as before", "read files, or leave Resume out");
        return new ResumePoint(0, 0, 0, 0, IsComplete: false);
    }

    // A sink that keeps refused rows itself keeps them in step with its parts.
    private QuarantineWriter? OpenQuarantine(BoundGraph bound, ParquetSink? sink, CancellationToken cancellationToken)
    {
        if (options.BadRows.QuarantineFolder is not { } folder || !options.BadRows.Keeps || sink?.Options.QuarantineFolder is not null) return null;
        var made = new QuarantineWriter(folder, sink?.Options);
        try
        {
            made.Open(JobDescription.Of(bound, options, []), bound.Read, cancellationToken: cancellationToken);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    // What the user must see is the first failure, not that cleaning up failed too.
    private static async Task DisposeQuietlyAsync(IBatchSink sink)
    {
        try
        {
            await sink.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nothing was written yet.
        }
    }

    private static IReadOnlyList<string> Files(IBatchSink sink)
    {
        if (sink is not ParquetSink) return [];
        return File.Exists(sink.Name) ? [sink.Name] : [.. Directory.EnumerateFiles(sink.Name, "*.parquet").Order(StringComparer.Ordinal)];
    }
}
