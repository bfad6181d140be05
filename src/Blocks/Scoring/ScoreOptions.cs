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

    /// <summary>
    /// How to handle sequences that have probability 0 under the model, if log-probabilities are among the scores; default <see cref="ImpossibleRows.Keep"/>.
    /// </summary>
    public ImpossibleRows Impossible { get; init; }
}

/// <summary>How to handle the rows of a sequence that has probability 0 under the model.</summary>
public enum ImpossibleRows
{
    /// <summary>They are written with the log-probability -infinity and the label -1 (null if labels are names), and a warning lists their keys.</summary>
    Keep,

    /// <summary>The run fails with an error that lists their keys.</summary>
    Fail,
}
