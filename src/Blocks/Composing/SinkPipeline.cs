using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A pipeline with both ends: it can run.</summary>
public sealed class SinkPipeline
{
    private readonly Graph graph;
    private readonly PipelineOptions options;
    private readonly Func<IBatchSink> createSink;

    internal SinkPipeline(Graph graph, PipelineOptions options, Func<IBatchSink> createSink) => (this.graph, this.options, this.createSink) = (graph, options, createSink);

    /// <summary>Reads, works and writes. The output appears at the end, all at once, or not at all.</summary>
    /// <param name="progress">Told of the rows written; null = the options'.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/> and leaves no output.</param>
    /// <exception cref="DataException">The data cannot be read, used or written.</exception>
    /// <exception cref="Models.ModelException">Options or model do not fit.</exception>
    public async Task<RunResult> RunAsync(IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await using var run = new RunSupervisor(progress is null ? options : options with { Progress = progress }, cancellationToken);
        var sink = createSink();
        // The block disposes the sink; until there is one, this does.
        SinkBlock? end = null;
        try
        {
            var bound = await graph.BindAsync(null, cancellationToken, options.BadRows.Keeps).ConfigureAwait(false);
            // Where the columns are known, a sink that cannot be written is reported before anything is read.
            if (bound.Schema is { } schema) await sink.OpenAsync(schema, cancellationToken).ConfigureAwait(false);
            var last = bound.Create(run);
            Linking.Link(last, end = new SinkBlock(sink, run, isOpen: bound.Schema is not null));
        }
        catch when (end is null)
        {
            await DisposeQuietlyAsync(sink).ConfigureAwait(false);
            throw;
        }
        await run.RunAsync().ConfigureAwait(false);
        return new RunResult(run.Accounts.RowsIn, run.Accounts.RowsOut, run.Accounts.Elapsed.TotalSeconds, sink.Name, Files(sink)) { RowsRejected = run.Accounts.RowsRejected };
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
