namespace Pipelines;

/// <summary>How rows are divided for cross-validation. Which fold a row lies in depends on nothing but this, the seed, and the row's place or key.</summary>
public sealed record FoldOptions
{
    /// <summary>Maximum number of folds.</summary>
    public const int MostFolds = 1_000;

    /// <summary>Number of folds, 2 to 1,000; default 10. One model is fitted without each of them.</summary>
    public int Folds { get; init; } = 10;

    /// <summary>
    /// True: the rows of each class are shared out evenly, so that the folds of a class differ by at most one row. For classifiers. False (default): a row's
    /// fold is a hash of its place or key.
    /// </summary>
    public bool Stratify { get; init; }

    /// <summary>
    /// A column of texts or whole numbers: all rows with the same key lie in the same fold. Null (default) = each row by itself, or the keys of rows in memory
    /// (<see cref="FeatureMatrix.WithFoldKeys(IReadOnlyList{string})"/>). Sequences are never divided.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>Number of calibration bins of each class, 1 to 10,000; default 10.</summary>
    public int Bins { get; init; } = 10;

    /// <summary>Throws a single error that names every option out of range.</summary>
    /// <exception cref="ModelException">At least one option is out of range.</exception>
    public void Validate() => ModelException.CheckOptions(nameof(FoldOptions),
        (Folds is >= 2 and <= MostFolds, nameof(Folds), Folds, $"2 to {MostFolds}"),
        (Key is not "", nameof(Key), "an empty name", "the name of a column, or null"),
        (Key is null || !Stratify, nameof(Stratify), $"true, and {nameof(FoldOptions)}.{nameof(Key)} '{Key}'", "one of them"),
        (Bins is >= 1 and <= 10_000, nameof(Bins), Bins, "1 to 10000"));
}

/// <summary>Which rows are held out of a fit, to evaluate the model on them.</summary>
public sealed record TestOptions
{
    /// <summary>Share of the rows, above 0 and below 1; default 0.2. A row is held out by a hash of its place or key.</summary>
    public double Share { get; init; } = 0.2;

    /// <inheritdoc cref="FoldOptions.Key"/>
    public string? Key { get; init; }

    /// <inheritdoc cref="FoldOptions.Bins"/>
    public int Bins { get; init; } = 10;

    /// <summary>Throws a single error that names every option out of range.</summary>
    /// <exception cref="ModelException">At least one option is out of range.</exception>
    public void Validate() => ModelException.CheckOptions(nameof(TestOptions),
        (Share is > 0 and < 1, nameof(Share), Share, "a number above 0 and below 1"),
        (Key is not "", nameof(Key), "an empty name", "the name of a column, or null"),
        (Bins is >= 1 and <= 10_000, nameof(Bins), Bins, "1 to 10000"));
}
