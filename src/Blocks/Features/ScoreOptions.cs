namespace Pipelines.Blocks;

/// <summary>What scoring reads and writes.</summary>
public sealed record ScoreOptions
{
    /// <summary>
    /// Names of the requested scores, such as <c>log-probability</c>, <c>label</c>, <c>probability</c>; null (default) = the model's defaults.
    /// </summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Input columns to keep beside the scores, in this order; null (default) = all. Empty = none.</summary>
    public IReadOnlyList<string>? Keep { get; init; }

    /// <summary>Columns that hold the model's features, in the model's order; null (default) = columns of the features' own names.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>
    /// What becomes of sequences that a model gives probability 0, where log-probabilities are among the scores; default <see cref="ImpossibleRows.Keep"/>.
    /// </summary>
    public ImpossibleRows Impossible { get; init; }
}

/// <summary>What becomes of rows of a sequence that the model gives probability 0.</summary>
public enum ImpossibleRows
{
    /// <summary>They are written with the log-probability -infinity and the label -1 (null where labels are names), and a warning names their keys.</summary>
    Keep,

    /// <summary>They are an error that names their keys.</summary>
    Fail,
}
