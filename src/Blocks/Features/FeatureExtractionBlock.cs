using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Converts batches to features: the named columns as doubles, null as NaN. A column that is absent or not numeric is an error that gives its location; so is a
/// row that no model can use (an infinite value, an invalid weight), unless <see cref="PipelineOptions.BadRows"/> allows it to be left out.
/// </summary>
public sealed class FeatureExtractionBlock : GuardedPropagator<DataBatch, FeatureBatch>
{
    private readonly FeatureExtractor extractor;
    private readonly FeatureLayout layout;
    private readonly AlignedBufferPool pool;
    private readonly Action<long, AlignedBuffer>? made;

    /// <summary>Creates the block.</summary>
    /// <param name="features">Names of the columns, in the model's order; at least one.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="weights">Name of the column with the row weights; null = every weight is 1.</param>
    /// <param name="name">Name for messages.</param>
    public FeatureExtractionBlock(IReadOnlyList<string> features, RunSupervisor run, string? weights = null, string name = "features")
        : this(features, run, weights, null, name)
    {
    }

    /// <summary>Creates a block that also applies transforms and looks up categories.</summary>
    /// <param name="features">The features, in the model's order (<see cref="SavedModel.Features"/>); at least one.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="weights">Name of the column with the row weights; null = every weight is 1.</param>
    /// <param name="name">Name for messages.</param>
    public FeatureExtractionBlock(IReadOnlyList<Feature> features, RunSupervisor run, string? weights = null, string name = "features")
        : this(features, run, weights, null, name)
    {
    }

    /// <summary>Creates a block that shows each buffer to a test before it is passed on.</summary>
    internal FeatureExtractionBlock(IReadOnlyList<string> features, RunSupervisor run, string? weights, Action<long, AlignedBuffer>? made, string name)
        : this([.. (features ?? throw new ArgumentNullException(nameof(features))).Select(f => new Feature(f))], run, weights, made, name)
    {
    }

    private FeatureExtractionBlock(IReadOnlyList<Feature> features, RunSupervisor run, string? weights, Action<long, AlignedBuffer>? made, string name)
        : base(name, run)
    {
        extractor = new FeatureExtractor(features, weights);
        layout = new FeatureLayout(run.Options.BatchSize, extractor.Columns, extractor.IsWeighted);
        pool = new AlignedBufferPool(layout.Length);
        this.made = made;
    }

    private protected override FeatureBatch Process(DataBatch item)
    {
        Guard.CheckSize(item, Run, Name);
        var buffer = pool.Rent();
        if (extractor.Extract(item, buffer.Span, layout, Name) is { } bad)
        {
            item = Refusal.TakeOut(item, bad, Run, out var stay);
            layout.Compact(buffer.Span, stay);
        }
        extractor.Transform(buffer.Span, layout, item.Rows);
        made?.Invoke(item.Index, buffer);
        return new FeatureBatch(item, layout, pool, buffer);
    }
}
