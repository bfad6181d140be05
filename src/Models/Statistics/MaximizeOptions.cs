namespace Pipelines.Models.Fitting;

/// <summary>How statistics become parameters.</summary>
public readonly record struct MaximizeOptions
{
    /// <summary>
    /// Share of the old parameters in the new ones, 0 (default: none) … 1 (nothing changes): old * inertia + estimate * (1 - inertia). Mixing weights are not
    /// blended.
    /// </summary>
    public double Inertia { get; init; }

    /// <summary>Added to each count of a discrete estimate (mixing weights, category counts), in rows; at least 0, default 0.</summary>
    public double Pseudocount { get; init; }

    /// <summary>Added to the weight of each class of a classifier, in rows (sequences: in sequences); at least 0, default 0.</summary>
    public double ClassPseudocount { get; init; }

    /// <summary>Minimum variance of a continuous distribution in any direction, in squared units of the feature; at least 0, default 0 = off.</summary>
    public double MinVariance { get; init; }

    /// <summary>
    /// What happens to a conditional table's shares for parents without rows. True, as in every fit: they stay unchanged. False (default), as in
    /// pomegranate: they become equal, whatever the inertia.
    /// </summary>
    public bool KeepsUnseen { get; init; }

    /// <summary>Number of rows behind the statistics, whatever their weights; 0 (default) = unknown.</summary>
    internal long Rows { get; init; }
}
