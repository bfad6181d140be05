using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>What one pass computes.</summary>
/// <param name="Summarizer">Computes the statistics.</param>
/// <param name="Fold">Receives the statistics, from its next batch on.</param>
/// <param name="Folded">Called in order for each batch that was folded.</param>
/// <param name="Token">Cancels the pass.</param>
internal sealed record PassWork(ISummarizer Summarizer, CanonicalFold Fold, Action<CanonicalFold> Folded, CancellationToken Token)
{
    /// <summary>Number of the first batch to read.</summary>
    public long First { get; } = Fold.Next;
}
