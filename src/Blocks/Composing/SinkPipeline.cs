using Pipelines.Blocks;
using Pipelines.Io;

namespace Pipelines;

/// <summary>A complete pipeline, with a source and a sink, ready to run.</summary>
public sealed class SinkPipeline
{
    private const string LeaveOut = "name the columns to write, without this one (ScoreOptions.Keep)";

    private readonly Graph graph;
    private readonly PipelineOptions options;
    private readonly Func<IBatchSink> createSink;

    internal SinkPipeline(Graph graph, PipelineOptions options, Func<IBatchSink> createSink) =>
        (this.graph, this.options, this.createSink) = (graph, options, createSink);

    /// <summary>
    /// Reads, processes and writes. The output appears at the end, all at once or not at all. A folder of Parquet parts made from files can be resumed after an
    /// interruption (<see cref="ParquetSinkOptions.Resume"/>). The job must be the same; code of your own is identified by the name that you gave it.
    /// </summary>
    /// <param name="progress">Receives the number of rows written; null = the receiver from the options.</param>
    /// <param name="cancellationToken">Cancels the run, which then throws an <see cref="OperationCanceledException"/> and leaves no output.</param>
    /// <exception cref="FlowException">The data cannot be read, used or written, or the output belongs to another job.</exception>
    /// <exception cref="ModelException">The options or the model are not usable.</exception>
    public async Task<RunResult> RunAsync(IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // Also cancelled when a run that was asked to stop reaches the end of a part.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var run = new RunSupervisor(progress is null ? options : options with { Progress = progress }, stop.Token);
        var sink = createSink();
        var graph = ForRun(sink);
        // The block disposes the sink; until the block exists, this method does.
        SinkBlock? end = null;
        QuarantineWriter? quarantine = null;
        PreparedGraph? prepared = null;
        var point = ResumePoint.Start;
        try
        {
            var bound = await BindAsync(graph, sink, cancellationToken).ConfigureAwait(false);
            point = await ResumeAsync(bound, sink, cancellationToken).ConfigureAwait(false);
            run.Accounts.Resume(point);
            if (!point.IsComplete)
            {
                // If the columns are known, a sink that cannot be written is reported before anything is read.
                if (bound.Schema is { } schema) await sink.OpenAsync(schema, cancellationToken).ConfigureAwait(false);
                quarantine = OpenQuarantine(bound, sink, cancellationToken);
                prepared = await graph.PrepareAsync(options, cancellationToken).ConfigureAwait(false);
                run.Accounts.Flow();
                var last = (bound with { Graph = prepared.Graph }).Create(run, point.NextBatch);
                Action? written = sink is IResumableSink resumable && options.WindDown.CanBeCanceled && bound.Info.IsRepeatable
                    ? () => WindDown(resumable) : null;
                Linking.Link(last, end = new SinkBlock(sink, run, isOpen: bound.Schema is not null)
                {
                    FirstBatch = point.NextBatch,
                    Quarantine = quarantine,
                    Written = written
                });
            }
        }
        catch when (end is null)
        {
            prepared?.Dispose();
            await DisposeQuietlyAsync(sink).ConfigureAwait(false);
            throw;
        }
        using (prepared)
        using (quarantine)
        {
            if (end is not null) await EndAsync().ConfigureAwait(false);
            else await sink.DisposeAsync().ConfigureAwait(false);
        }
        return new RunResult(run.Accounts.RowsIn, run.Accounts.RowsOut, run.Accounts.Elapsed.TotalSeconds, sink.Name, sink.Files)
        {
            RowsRejected = run.Accounts.RowsRejected,
            RowsResumed = point.RowsIn,
            Scores = end is null ? null : (prepared?.Graph ?? graph).Stages.Select(s => s.Summary).LastOrDefault(s => s is not null),
            Warnings = [.. sink.Warnings, .. quarantine?.Warnings ?? [], .. (prepared?.Graph ?? graph).Stages.SelectMany(s => s.Warnings),
                .. graph.Source.Warnings],
        };

        void WindDown(IResumableSink resumable)
        {
            if (options.WindDown.IsCancellationRequested && resumable.IsAtSafePoint) stop.Cancel();
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

    /// <summary>Previews a run: performs every check that a run performs before it reads a row, and writes nothing.</summary>
    /// <param name="cancellationToken">Cancels the preview.</param>
    /// <exception cref="FlowException">The data cannot be read, or the output cannot be written or belongs to another job.</exception>
    /// <exception cref="ModelException">The options or the model are not usable.</exception>
    public async ValueTask<RunPlan> PlanAsync(CancellationToken cancellationToken = default)
    {
        options.Validate();
        await using var sink = createSink();
        var graph = ForRun(sink);
        var bound = await BindAsync(graph, sink, cancellationToken).ConfigureAwait(false);
        var plan = await RunPlan.OfAsync(bound, options, MemoryPlan.For(options, bound.Info.Schema, bound.Columns, graph.Stages.Sum(s => s.ExtraRowBytes)),
            cancellationToken).ConfigureAwait(false);
        if (sink is not IPlannedSink planned) return plan with { Written = bound.Schema };
        var found = planned.Plan(bound.Info.IsRepeatable ? JobOf(bound, sink) : null, plan.Batches, options.BatchSize);
        return plan with
        {
            Written = bound.Schema,
            WrittenBytes = graph.Source is IInspectableSource source && bound.Schema is { } schema
                ? Estimate(schema, await source.InspectAsync(cancellationToken).ConfigureAwait(false), bound.Info.Rows ?? 0)
                : null,
            Parts = found.Parts,
            Outputs = found.Outputs,
        };
    }

    // Columns that only pass to a sink of the same format are not decoded: every value stays as it is.
    private Graph ForRun(IBatchSink sink)
    {
        var run = graph.ForRun();
        return run.Source is IStoredValueSource source && (sink as IStoredValueSink)?.StoredFormat == source.StoredFormat && !run.Stages.Any(s => s.IsForeign)
            ? run with { Source = source.PassingOn(Names(run.Stages.SelectMany(s => s.Used)), Names(run.Parts)) }
            : run;

        static HashSet<string> Names(IEnumerable<string> columns) => columns.ToHashSet(StringComparer.Ordinal);
    }

    private async Task<BoundGraph> BindAsync(Graph graph, IBatchSink sink, CancellationToken cancellationToken)
    {
        var bound = await graph.BindAsync(null, cancellationToken, options.BadRows.Keeps).ConfigureAwait(false);
        bound.Schema?.CheckTypes();
        bound.CheckNothingLost(LeaveOut);
        (sink as IPlannedSink)?.CheckInput(bound.Read);
        return bound;
    }

    // Kept input columns take as much space as in the input; scores hardly compress, labels almost completely.
    private static long Estimate(BatchSchema written, IReadOnlyList<SourcePart> parts, long rows)
    {
        var kept = parts.SelectMany(f => f.Columns).GroupBy(c => c.Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(c => c.CompressedBytes), StringComparer.Ordinal);
        return written.Fields.Sum(f => kept.TryGetValue(f.Name, out var bytes) ? bytes : rows * (f.ValueType == typeof(double) ? sizeof(double) : 1));
    }

    // A source that cannot tell whether its rows are the same could return others next time: such runs leave nothing behind and cannot be resumed.
    private async ValueTask<ResumePoint> ResumeAsync(BoundGraph bound, IBatchSink sink, CancellationToken cancellationToken)
    {
        if (sink is not IResumableSink resumable) return ResumePoint.Start;
        if (bound.Info.IsRepeatable) return await resumable.ResumeAsync(JobOf(bound, sink), cancellationToken).ConfigureAwait(false);
        if (resumable.Resume)
            throw new FlowException(ErrorKind.Usage, graph.Source.Name, "a source that cannot tell whether its rows are the same, and a run to resume",
                "files, or a source that identifies its rows (SourceInfo.IsRepeatable)", "read files, or leave Resume out");
        return ResumePoint.Start;
    }

    private JobIdentity JobOf(BoundGraph bound, IBatchSink sink) =>
        JobDescription.Of(bound, options, [.. (sink as IResumableSink)?.JobProperties ?? [], .. options.BadRows.JobProperties]) with
        {
            Inputs = bound.Info.Files,
        };

    // A sink that stores rejected rows itself keeps them in step with its parts.
    private QuarantineWriter? OpenQuarantine(BoundGraph bound, IBatchSink sink, CancellationToken cancellationToken)
    {
        if (options.BadRows.QuarantineFolder is not { } folder || !options.BadRows.Keeps || sink is IQuarantiningSink { KeepsRejectedRows: true }) return null;
        var made = new QuarantineWriter(folder);
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

    // The user must see the first failure, not the failure of the cleanup.
    private static async Task DisposeQuietlyAsync(IBatchSink sink)
    {
        try
        {
            await sink.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nothing has been written yet.
        }
    }
}
