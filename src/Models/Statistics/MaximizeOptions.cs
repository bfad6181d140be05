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

    /// <summary>Number of rows behind the statistics, whatever their weights; 0 (default) = unknown.</summary>
    internal long Rows { get; init; }

    /// <summary>True if all parameters of these kinds keep their values.</summary>
    internal bool Holds(ParameterKinds kinds) => (kinds & ~Held) == 0;

    /// <summary>The same options, under which only these kinds change, as far as they do under these options.</summary>
    internal MaximizeOptions Only(ParameterKinds kinds) => this with { Held = Held | (ParameterKinds.All & ~kinds) };
}
