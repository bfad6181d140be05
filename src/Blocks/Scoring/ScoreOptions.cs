namespace Pipelines;

/// <summary>Which columns scoring reads and writes.</summary>
public sealed record ScoreOptions
{
    /// <summary>
    /// Names of the requested scores, such as <c>log-probability</c>, <c>label</c>, <c>probability</c>; null (default) = the model's defaults.
    /// </summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Input columns to keep in addition to the scores, in this order; null (default) = all. Empty = none.</summary>
    public IReadOnlyList<string>? Keep { get; init; }

    /// <summary>Columns that hold the model's features, in the model's order; null (default) = columns with the features' names.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>
    /// Columns with the priors of each row (<see cref="RowPriors"/>), one for each component, class or state in the model's order; null (default) = none.
    /// </summary>
    public IReadOnlyList<string>? Priors { get; init; }

    /// <summary>How a network answers questions about missing features; null (default) = as the model's own options say.</summary>
    public InferenceOptions? Inference { get; init; }

    /// <summary>
    /// How to handle sequences that have probability 0 under the model, if log-probabilities are among the scores, or rows of a network; default
    /// <see cref="ImpossibleRows.Keep"/>.
    /// </summary>
    public ImpossibleRows Impossible { get; init; }
}

/// <summary>How to handle rows, or the rows of a sequence, that have probability 0 under the model.</summary>
public enum ImpossibleRows
{
    /// <summary>
    /// They are written with the log-probability -infinity, the label -1 (null if labels are names), and posteriors NaN, and a warning says which they are.
    /// </summary>
    Keep,

    /// <summary>The run fails with an error that says which they are.</summary>
    Fail,
}
