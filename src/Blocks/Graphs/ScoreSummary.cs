namespace Pipelines.Blocks;

/// <summary>What the scores of a run say together.</summary>
/// <param name="MeanLogLikelihood">Mean log-probability of the items scored, natural logarithm; null if it was not computed, or nothing was scored.</param>
/// <param name="Items">Number of items scored: rows, or sequences.</param>
/// <param name="IsOfSequences">True if the items are sequences.</param>
/// <param name="Labels">Number of rows of each label that a row got, in the order of the labels; a null label, first, is that of rows without one. Empty if no
/// labels were written.</param>
internal sealed record ScoreSummary(double? MeanLogLikelihood, long Items, bool IsOfSequences, IReadOnlyList<(string? Label, long Rows)> Labels)
{
    /// <summary>True if the labels are names; false (default) if they are the indexes of components, clusters or states.</summary>
    public bool HasNames { get; init; }
}
