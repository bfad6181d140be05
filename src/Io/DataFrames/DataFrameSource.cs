using Microsoft.Data.Analysis;
using Pipelines.Io;

namespace Pipelines;

/// <summary>The rows of a DataFrame, which is copied when the source is created.</summary>
public sealed class DataFrameSource : IBatchSource
{
    private readonly MemorySource rows;

    /// <summary>Creates a source.</summary>
    /// <param name="frame">The rows.</param>
    public DataFrameSource(DataFrame frame)
    {
        var batch = frame.ToBatch();
        rows = MemorySource.FromBatches(batch.Schema, [batch]);
    }

    /// <inheritdoc/>
    public string Name => "DataFrame";

    /// <inheritdoc/>
    public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => rows.OpenAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, CancellationToken cancellationToken) => rows.ReadAsync(options, cancellationToken);
}

/// <summary>Collects rows in a DataFrame, which is available once the sink is complete.</summary>
public sealed class DataFrameSink : IBatchSink
{
    private readonly MemorySink rows = new();

    /// <inheritdoc/>
    public string Name => "DataFrame";

    /// <summary>All rows, a new frame each time.</summary>
    /// <exception cref="InvalidOperationException">The sink is not complete.</exception>
    public DataFrame ToDataFrame() => rows.ToBatch().ToDataFrame();

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (schema.Fields.FirstOrDefault(f => !DataFrameConversion.CanHold(f)) is { } field)
            throw new FlowException(ErrorKind.Usage, $"DataFrame, column '{field.Name}'", field.Obstacle is { } why
                ? $"a column that is only passed on: {why}" : "values of type byte[]", "values that a DataFrame can hold", "leave the column out");
        return rows.OpenAsync(schema, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken) => rows.WriteAsync(batch, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => rows.CompleteAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => rows.DisposeAsync();
}
