namespace Pipelines.Models.Fitting;

/// <summary>How statistics become parameters.</summary>
public readonly record struct MaximizeOptions
{
    /// <summary>
    /// Share of the old parameters in the new ones, 0 (default: none) … 1 (nothing changes): old * inertia + estimate * (1 - inertia). Mixing weights are not
    /// blended.
    /// </summary>
    public double Inertia { get; init; }

    /// <summary>
    /// Share of the old mixing weights, or priors of classes, in the new ones, 0 (default: none) … 1: old * inertia + share * (1 - inertia).
    /// </summary>
    public double WeightInertia { get; init; }

    /// <summary>
    /// The parameters that keep their values; none by default. Where means are held, covariances are the scatter about the held means.
    /// </summary>
    public ParameterKinds Held { get; init; }

    /// <summary>Added to each count of a discrete estimate (mixing weights, category counts), in rows; at least 0, default 0.</summary>
    public double Pseudocount { get; init; }

    /// <summary>Added to the weight of each class of a classifier, in rows (sequences: in sequences); at least 0, default 0.</summary>
    public double ClassPseudocount { get; init; }

    /// <summary>Minimum variance of a continuous distribution in any direction, in squared units of the feature; at least 0, default 0 = off.</summary>
    public double MinVariance { get; init; }

    /// <summary>How full covariances are shrunk, before their variances are raised to the minimum; default not at all.</summary>
    public CovarianceShrinkage Shrinkage { get; init; }

    /// <summary>
    /// What happens to a conditional table's shares for parents without rows. True, as in every fit: they stay unchanged. False (default), as in
    /// pomegranate: they become equal, whatever the inertia.
    /// </summary>
    public bool KeepsUnseen { get; init; }

    /// <summary>Minimum variances by feature, for parts that set none of their own; null (default) = <see cref="MinVariance"/> for all.</summary>
    internal VarianceFloors? Floors { get; init; }

    /// <summary>Minimum variance of the logarithm of a single feature; null (default) = <see cref="MinVariance"/> stands for it.</summary>
    internal double? MinLogVariance { get; init; }

    /// <summary>Collects the variances that are raised; null (default) = nobody asks.</summary>
    internal RaisedVariances? Raised { get; init; }

    /// <summary>Index in the whole model of the first feature that these options are for.</summary>
    internal int FirstFeature { get; init; }

    /// <summary>Number of rows behind the statistics, whatever their weights; 0 (default) = unknown.</summary>
    internal long Rows { get; init; }

    /// <summary>True if all parameters of these kinds keep their values.</summary>
    internal bool Holds(ParameterKinds kinds) => (kinds & ~Held) == 0;

    /// <summary>The options for a part of the features.</summary>
    /// <param name="first">The part's first feature among those that these options are for.</param>
    /// <param name="count">Their number.</param>
    internal MaximizeOptions At(int first, int count) => Floors is null || count > 1
        ? this with { FirstFeature = FirstFeature + first }
        : this with
        {
            FirstFeature = FirstFeature + first,
            MinVariance = Floors.Linear[FirstFeature + first],
            MinLogVariance = Floors.Logarithmic[FirstFeature + first],
            Floors = null,
        };

    /// <summary>The minimum variance of each feature.</summary>
    /// <param name="features">Number of features.</param>
    internal double[] MinVariances(int features) =>
        Floors is null ? [.. Enumerable.Repeat(MinVariance, features)] : Floors.Linear.Slice(FirstFeature, features).ToArray();

    /// <summary>The variance of a single feature, or the minimum if that is more.</summary>
    internal double Raise(double variance) => Raise(variance, MinVariance);

    /// <summary>The variance of a single feature's logarithm, or the minimum if that is more.</summary>
    internal double RaiseLog(double variance) => Raise(variance, MinLogVariance ?? MinVariance);

    /// <summary>The most that a parameter may be which falls as a variance rises, or less.</summary>
    /// <param name="value">The estimate.</param>
    /// <param name="most">Its value at the minimum variance.</param>
    internal double Lower(double value, double most)
    {
        if (value > most) Raised?.Add(FirstFeature, MinLogVariance ?? MinVariance);
        return Math.Min(value, most);
    }

    private double Raise(double variance, double minimum)
    {
        if (variance >= minimum) return variance;
        Raised?.Add(FirstFeature, minimum);
        return minimum;
    }

    /// <summary>The same options, under which only these kinds change, as far as they do under these options.</summary>
    internal MaximizeOptions Only(ParameterKinds kinds) => this with { Held = Held | (ParameterKinds.All & ~kinds) };
}
