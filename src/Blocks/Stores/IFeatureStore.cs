namespace Pipelines.Blocks;

/// <summary>Decoded features that any number of passes can read, in any range: batches, or groups of whole sequences.</summary>
internal interface IFeatureStore
{
    /// <summary>Number of batches or groups.</summary>
    long Count { get; }

    /// <summary>A batch or group, whose rows are read when they are needed. Thread-safe.</summary>
    /// <param name="item">Its number, from 0 to <see cref="Count"/> - 1.</param>
    /// <param name="number">Its number in the pass, which goes on after the last item.</param>
    FeatureBatch Open(long item, long number);
}
