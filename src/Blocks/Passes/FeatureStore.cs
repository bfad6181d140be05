namespace Pipelines.Blocks;

/// <summary>The decoded features of a source, and where its sequences are.</summary>
/// <param name="Cache">The batches, sealed.</param>
/// <param name="Sequences">The sequences; null if rows form none.</param>
internal sealed record FeatureStore(IRowStore Cache, SequenceFilling? Sequences) : IDisposable
{
    /// <summary>Number of batches, or of groups of sequences.</summary>
    public long Count => Sequences?.Index.Groups ?? Cache.Count;

    public void Dispose()
    {
        Cache.Dispose();
        Sequences?.Places?.Dispose();
    }
}
