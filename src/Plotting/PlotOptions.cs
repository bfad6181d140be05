namespace Pipelines.Plotting;

/// <summary>What to draw of a model. All options are checked before anything is read.</summary>
public sealed record PlotOptions
{
    /// <summary>Input column with the true class of each row, for pictures of an evaluation; null (default) = none.</summary>
    public string? Label { get; init; }

    /// <summary>Which kind of picture; null (default) = <c>graph</c> for a network, otherwise <c>density</c>. See <see cref="PlotKind.All"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Names of the features to draw, in this order; null (default) = all that the kind can draw.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Seed of the row sample drawn with contours; default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Name of a column with the rows' weights; null (default) = every weight is 1.</summary>
    public string? Weights { get; init; }

    /// <summary>The kind.</summary>
    /// <param name="model">The model to draw.</param>
    /// <exception cref="ModelException">There is no kind of this name.</exception>
    internal PlotKind FindKind(SavedModel model) => PlotKind.All.FirstOrDefault(k => Kind is null ? k.IsDefaultFor(model.Model) : k.Name == Kind)
        ?? throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind", $"'{Kind}'", "a kind of picture",
            NearestName.Remedy(Kind!, PlotKind.All.Select(k => k.Name), $"choose one, such as {DensityPlot.KindName}"));
}
