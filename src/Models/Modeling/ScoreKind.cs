namespace Pipelines;

/// <summary>A column that scoring writes.</summary>
/// <param name="Name">Column name, lower-case with underscores.</param>
/// <param name="IsInteger">True: INT32. False: DOUBLE.</param>
/// <param name="Names">For an integer column, what its values from 0 on stand for, if the model has names: written as strings, -1 as null. Null (default) =
/// written as numbers.</param>
/// <param name="NameType">Type in which names are written, as in <see cref="ClassLabels.Type"/>; null (default) = text.</param>
public readonly record struct ScoreColumn(string Name, bool IsInteger = false, IReadOnlyList<string>? Names = null, string? NameType = null)
{
    /// <summary>True: a real-valued column may have no value in some rows (<see cref="ScoreBatch.Null"/>). False by default.</summary>
    public bool IsNullable { get; init; }

    /// <summary>
    /// True: logarithms of densities of the features, which change with their unit (<see cref="FeatureTransform"/>), as those of the kind
    /// <see cref="ScoreKind.LogProbability"/> always are. False by default.
    /// </summary>
    public bool IsLogDensity { get; init; }

    /// <summary>Index of the feature whose values the names are: they are written in the type of its column. Null (default) = no feature.</summary>
    public int? Feature { get; init; }

    /// <summary>True: the column takes the place of the feature's, of which it fills in missing values. False by default.</summary>
    public bool Fills { get; init; }
}

/// <summary>One kind of score that a model can report for each row, and the columns it is written to.</summary>
/// <param name="Name">Name of the score: <c>log-probability</c>, <c>label</c>, <c>probability</c>, <c>distance</c> …</param>
/// <param name="Columns">The columns it is written to, in order.</param>
/// <param name="IsDefault">Written if the user requests no particular scores.</param>
public sealed record ScoreKind(string Name, IReadOnlyList<ScoreColumn> Columns, bool IsDefault = false)
{
    /// <summary>Log-probability of the row, natural logarithm.</summary>
    public const string LogProbability = "log-probability";

    /// <summary>Index of the most probable component, class or nearest centroid; the first on ties.</summary>
    public const string Label = "label";

    /// <summary>Posterior probability of each component or class.</summary>
    public const string Probability = "probability";

    /// <summary>Natural logarithm of the posterior probability of each component or class, without underflow.</summary>
    public const string PosteriorLogProbability = "posterior-log-probability";

    /// <summary>The features, with the most probable value of each that is missing.</summary>
    public const string Fill = "fill";

    /// <summary>The most probable values of all missing features together.</summary>
    public const string Explanation = "explanation";

    /// <summary>Squared Euclidean distance to each centroid.</summary>
    public const string Distance = "distance";
}
