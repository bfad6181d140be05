using Microsoft.Data.Analysis;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Passes each batch through your function, several at a time, and passes the results on in order. Rows may change but must not be added or removed; columns
/// may be.
/// </summary>
/// <param name="transform">Returns a batch with the same number of rows; called concurrently by many threads.</param>
/// <param name="run">The run's supervisor.</param>
/// <param name="name">Name for messages.</param>
public sealed class TransformRowsBlock(Func<DataBatch, DataBatch> transform, RunSupervisor run, string name = "transform")
    : GuardedPropagator<DataBatch, DataBatch>(name, run)
{
    private readonly Func<DataBatch, DataBatch> transform = transform ?? throw new ArgumentNullException(nameof(transform));

    internal static Func<DataBatch, DataBatch> FromDataFrame(Func<DataFrame, DataFrame> transform, string name)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return batch => batch.ThroughDataFrame(frame => transform(frame) ?? throw new InvalidOperationException(
            $"block '{name}': found null, expected a DataFrame; return the frame itself where nothing changes"));
    }

    private protected override DataBatch Process(DataBatch item)
    {
        // The function receives a batch without the credit, so that it cannot lose it; the batch also keeps its own numbers and origins.
        var carrier = item.With(item.Schema, item.Columns);
        var made = transform(item)
            ?? throw new InvalidOperationException($"block '{Name}': found null, expected a batch; return the batch itself where nothing changes");
        if (made.Rows != item.Rows)
            throw new InvalidOperationException($"block '{Name}': found {made.Rows} rows in the function's result, expected {item.Rows}; keep every "
                + "row of a batch");
        return carrier.With(made.Schema, made.Columns);
    }
}
