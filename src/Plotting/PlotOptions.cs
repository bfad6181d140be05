namespace Pipelines.Plotting;

/// <summary>What to draw of a model. All options are checked before anything is read.</summary>
public sealed record PlotOptions
{
    /// <summary>Input column with the true class of each row, for pictures of an evaluation; null (default) = none.</summary>
    public string? Label { get; init; }

    /// <summary>Which kind of picture; null (default) = <c>graph</c> for a network, <c>clusters</c> for k-means,
    /// <c>transitions</c> for a Markov chain, otherwise <c>density</c>. See <see cref="PlotKind.All"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>Names of the features to draw, in this order; null (default) = all that the kind can draw.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Seed of the row sample drawn with contours; default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Name of a column with the rows' weights; null (default) = every weight is 1.</summary>
    public string? Weights { get; init; }

    /// <summary>The picture's title; null (default) = the kind and size of the model.</summary>
    public string? Title { get; init; }

    /// <summary>Label of the horizontal axis of a picture with one panel; null (default) = what the axis shows.</summary>
    public string? XLabel { get; init; }

    /// <summary>Label of the vertical axis of a picture with one panel; null (default) = what the axis shows.</summary>
    public string? YLabel { get; init; }

    /// <summary>Units of features, by name, for their axis labels; null (default) = none.</summary>
    public IReadOnlyDictionary<string, string>? Units { get; init; }

    /// <summary>Scale of the features' axes: one for all, or one for each drawn feature; null (default) = <see cref="AxisScale.Auto"/>.</summary>
    public IReadOnlyList<AxisScale>? Scales { get; init; }

    /// <summary>Scale of the vertical axis of densities; default <see cref="AxisScale.Auto"/>.</summary>
    public AxisScale DensityScale { get; init; }

    /// <summary>The kind.</summary>
    /// <param name="model">The model to draw.</param>
    /// <exception cref="ModelException">There is no kind of this name.</exception>
    internal PlotKind FindKind(SavedModel model) => PlotKind.All.FirstOrDefault(k => Kind is null ? k.IsDefaultFor(model.Model) : k.Name == Kind)
        ?? PlotKind.All.FirstOrDefault(k => Kind is null && k.Name == DensityPlot.KindName)
        ?? throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind", $"'{Kind}'", "a kind of picture",
            NearestName.Remedy(Kind!, PlotKind.All.Select(k => k.Name), $"choose one, such as {DensityPlot.KindName}"));

    /// <summary>A feature's axis label: its name, with the unit if it has one.</summary>
    internal string LabelOf(string feature) =>
        Units is not null && Units.TryGetValue(feature, out var unit) ? $"{PlotTexts.Name(feature)} ({PlotTexts.Name(unit)})" : PlotTexts.Name(feature);

    /// <summary>Scale of the axis of the drawn feature at a place.</summary>
    internal AxisScale ScaleOf(int place) => Scales is null ? AxisScale.Auto : Scales.Count == 1 ? Scales[0] : Scales[place];

    /// <summary>Checks what only pictures of features take.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="drawn">Names of the features that will be drawn.</param>
    /// <exception cref="ModelException">An option has no effect, or names what is not drawn.</exception>
    internal void CheckFeatures(PlotKind kind, IReadOnlyList<string> drawn)
    {
        foreach (var (name, isGiven) in new[] { ("PlotOptions.Units", Units is { Count: > 0 }), ("PlotOptions.Scales", Scales is not null) })
            if (isGiven && !kind.ShowsFeatures) throw Useless(kind, name, "none: no axis shows a feature");
        if (DensityScale != AxisScale.Auto && kind is not DensityPlot) throw Useless(kind, "PlotOptions.DensityScale", "none: no axis shows densities");
        if (Units?.Keys.FirstOrDefault(u => !drawn.Contains(u)) is { } unknown)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Units", $"'{unknown}'", "features that are drawn",
                NearestName.Remedy(unknown, drawn, $"name some of them, such as {PlotTexts.Some(drawn)}"));
        if (Scales is not null && Scales.Count != 1 && Scales.Count != drawn.Count)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Scales", $"{Scales.Count} scales", $"one, or {drawn.Count}: one for each drawn feature",
                $"give them in the order of the features: {PlotTexts.Some(drawn)}");
    }

    private static ModelException Useless(PlotKind kind, string option, string expected) => new(ErrorKind.Usage, $"PlotOptions.Kind {kind.Name}", option,
        expected, $"leave {option} out, or choose another kind ({DensityPlot.KindName})");
}
