using Pipelines.Blocks;

namespace Pipelines;

/// <content>What the columns are to fits and evaluations.</content>
public sealed partial class Pipeline
{
    /// <summary>
    /// Names the feature columns of a fit, in the model's order; by default all numeric columns except the weights are features. <c>hour(departure)</c> is a
    /// part of a date, time or timestamp (<see cref="DatePart"/>), unless there is a column of this very name.
    /// </summary>
    public Pipeline Features(params string[] columns) =>
        As(roles with { Features = [.. columns.Select(c => new Feature(c))], AreNames = true });

    /// <summary>
    /// Names the features of a fit that continues from an existing model, with the categories that the model knows and the transforms that it takes; or those
    /// of a fit with transforms of your choice.
    /// </summary>
    /// <param name="features">The features, in the model's order.</param>
    public Pipeline Features(IReadOnlyList<Feature> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return As(roles with
        {
            Features = [.. features.Select(f => f.Bare)],
            AreNames = false,
        });
    }

    /// <summary>
    /// Fits to the natural logarithm of these features (<see cref="FeatureTransform.Log"/>), which belongs to the fitted model: a value that is not above 0 is
    /// a bad row in the fit and wherever the model scores rows.
    /// </summary>
    /// <param name="features">Names of features of numbers. Repeated calls add to them.</param>
    /// <exception cref="ModelException">A feature is named twice.</exception>
    public Pipeline Log(params string[] features)
    {
        ArgumentNullException.ThrowIfNull(features);
        string[] all = [.. roles.Logs, .. features];
        ModelException.CheckOptions("logarithms",
            (all.Distinct(StringComparer.Ordinal).Count() == all.Length, "features", string.Join(",", all), "each name once"));
        return As(roles with { Logs = all });
    }

    /// <summary>
    /// Turns columns of text, numbers or booleans into features of 0 and 1, one for each of their values (<see cref="Feature.Indicator"/>), as k-means needs
    /// them. The values are collected in a read of these columns before the fit. A row with another value is a bad row wherever the model scores; where the
    /// value is missing, so are all of its features. Indicators are not scaled.
    /// </summary>
    /// <param name="columns">Names of features; if no features are named, they are added to the numeric columns. Repeated calls add to them.</param>
    /// <exception cref="ModelException">A column is named twice.</exception>
    public Pipeline OneHot(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string[] all = [.. roles.OneHots, .. columns];
        ModelException.CheckOptions("one-hot",
            (all.Distinct(StringComparer.Ordinal).Count() == all.Length, "columns", string.Join(",", all), "each name once"));
        return As(roles with { OneHots = all });
    }

    /// <summary>Names the column with the row weights for a fit.</summary>
    public Pipeline WeightedBy(string column) => As(roles with { Weights = column });

    /// <summary>Defines which rows form a sequence, for sequence models: consecutive rows with the same key.</summary>
    /// <param name="key">Name of the column with the sequence keys.</param>
    /// <param name="order">Name of the column that must not decrease within a sequence; null = the order of the rows.</param>
    /// <param name="regroup">True: rows with the same key need not be consecutive; see <see cref="SequenceColumns"/>.</param>
    /// <exception cref="ModelException">Both names refer to the same column.</exception>
    public Pipeline Sequences(string key, string? order = null, bool regroup = false)
    {
        var (labels, priors) = (roles.Labels, roles.Priors);
        var columns = new SequenceColumns(key, order, regroup);
        columns.Validate();
        ModelException.CheckOptions("sequences",
            (labels is null || (labels.Name != key && labels.Name != order), "label column", labels?.Name ?? "", "another column than the key and the order"),
            (priors is null || (!priors.Columns.Contains(key) && !priors.Columns.Contains(order)), "prior columns", priors?.Description ?? "",
                "other columns than the key and the order"));
        return As(roles with { Sequences = columns });
    }

    /// <summary>
    /// Names the column with the labels of a fit: the class, component or state that each row is known to belong to. Where a label is missing, it is unknown.
    /// </summary>
    /// <param name="column">Name of the column: text, numbers or booleans.</param>
    /// <param name="names">Allowed labels, in the order of the model's classes or states (a numeric column may contain their numbers, from 0); null = all
    /// values of the column, sorted.</param>
    /// <exception cref="ModelException">The column is the key or the order of the sequences.</exception>
    public Pipeline Labels(string column, IReadOnlyList<string>? names = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        ModelException.CheckOptions("labels",
            (roles.Sequences is null || (column != roles.Sequences.Key && column != roles.Sequences.Order), "label column", column,
                "another column than the key and the order"));
        return As(roles with { Labels = new LabelColumn(column, names) });
    }

    /// <summary>
    /// Names the columns with the priors of each row for a fit or an evaluation: the probability of each component, class or state before the features are
    /// looked at (<see cref="RowPriors"/>). For scores, <see cref="ScoreOptions.Priors"/>.
    /// </summary>
    /// <param name="columns">Numeric columns, one for each component, class or state in the model's order: classes as their labels are sorted, or as
    /// <see cref="Labels"/> lists them. A row whose values are no probabilities that sum to 1 within 1e-6 is a bad row.</param>
    /// <exception cref="ModelException">There is no column, or a column is named twice.</exception>
    public Pipeline Priors(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Taking(new PriorColumns([.. columns]));
    }

    /// <summary>Names the columns with the priors of each row for a fit or an evaluation of a classifier, by class.</summary>
    /// <param name="columns">For each class, its name and a numeric column. If neither <see cref="Labels"/> nor an initial model lists the classes, these
    /// are the classes, in this order.</param>
    /// <inheritdoc cref="Priors(string[])"/>
    public Pipeline Priors(params (string Class, string Column)[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ModelException.CheckOptions("priors", (columns.Select(c => c.Class).Distinct(StringComparer.Ordinal).Count() == columns.Length, "classes",
            string.Join(",", columns.Select(c => c.Class)), "each name once"));
        return Taking(new PriorColumns([.. columns.Select(c => c.Column)], [.. columns.Select(c => c.Class)]));
    }

    private Pipeline Taking(PriorColumns columns)
    {
        var names = columns.Columns;
        ModelException.CheckOptions(
            "priors",
            (names.Count > 0, "number of columns", names.Count, "at least 1"),
            (names.Distinct(StringComparer.Ordinal).Count() == names.Count, "columns", string.Join(",", names), "each name once"),
            (roles.Sequences is null || (!names.Contains(roles.Sequences.Key) && !names.Contains(roles.Sequences.Order)), "columns", string.Join(",", names),
                "other columns than the key and the order"));
        return As(roles with { Priors = columns });
    }

    private Pipeline As(ColumnRoles columns) => new(graph, given, columns);
}
