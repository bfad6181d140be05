using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Turns batches into features: the named columns as doubles, null as NaN. An infinite value, a column that is absent or not numeric is an error that says where.</summary>
public sealed class FeatureExtractionBlock : GuardedPropagator<DataBatch, FeatureBatch>
{
    private readonly FeatureExtractor extractor;
    private readonly FeatureLayout layout;
    private readonly AlignedBufferPool pool;
    private readonly Action<FeatureBatch>? made;

    /// <summary>Makes the block.</summary>
    /// <param name="features">Names of the columns, in the model's order; at least one.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="weights">Name of the column with the rows' weights; null = every weight is 1.</param>
    /// <param name="name">Name for messages.</param>
    public FeatureExtractionBlock(IReadOnlyList<string> features, RunSupervisor run, string? weights = null, string name = "features")
        : this(new FeatureExtractor(features, weights), run, null, null, name)
    {
    }

    /// <summary>Makes a block that shows each batch to somebody before it is handed on.</summary>
    internal FeatureExtractionBlock(FeatureExtractor extractor, RunSupervisor run, AlignedBufferPool? pool, Action<FeatureBatch>? made, string name)
        : base(name, run)
    {
        layout = new FeatureLayout(run.Options.BatchSize, extractor.Columns, extractor.IsWeighted);
        (this.extractor, this.made) = (extractor, made);
        this.pool = pool ?? run.Own(new AlignedBufferPool(layout.Length));
    }

    private protected override FeatureBatch Process(DataBatch item)
    {
        if (item.Rows > Run.Options.BatchSize)
            throw new InvalidOperationException($"block '{Name}', batch {item.Index}: found {item.Rows} rows, expected at most the batch size of {Run.Options.BatchSize}");
        var buffer = pool.Rent();
        extractor.Extract(item, buffer.Span, layout, Name);
        var batch = new FeatureBatch(item, layout, pool, buffer);
        made?.Invoke(batch);
        return batch;
    }

    private protected override string Describe(DataBatch item) => Guard.Describe(item);
}
