namespace Pipelines.Io;

/// <summary>Sinks made of functions.</summary>
public static class BatchSink
{
    /// <summary>A sink that passes each batch to a function.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="write">Takes a batch: in order, one call at a time. It copies what it keeps, as the batch is released afterwards.</param>
    /// <param name="open">Called before any row is read, with the columns that will be written (with the first batch, if they are not known before). Null
    /// (default) = nothing to prepare.</param>
    /// <param name="complete">Makes what was written durable and visible; called only if every row has been written. Null (default) = nothing to do.</param>
    /// <param name="dispose">Called at the end in any case; without <paramref name="complete"/> before it, it discards what was written. Null (default) =
    /// nothing to do.</param>
    public static IBatchSink Create(string name, Func<DataBatch, CancellationToken, ValueTask> write,
        Func<BatchSchema, CancellationToken, ValueTask>? open = null, Func<CancellationToken, ValueTask>? complete = null, Func<ValueTask>? dispose = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(write);
        return new Functions(name, write, open, complete, dispose);
    }

    private sealed class Functions(string name, Func<DataBatch, CancellationToken, ValueTask> write, Func<BatchSchema, CancellationToken, ValueTask>? open,
        Func<CancellationToken, ValueTask>? complete, Func<ValueTask>? dispose) : IBatchSink
    {
        public string Name => name;

        public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken) => open?.Invoke(schema, cancellationToken) ?? default;

        public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken) => write(batch, cancellationToken);

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => complete?.Invoke(cancellationToken) ?? default;

        public ValueTask DisposeAsync() => dispose?.Invoke() ?? default;
    }
}
