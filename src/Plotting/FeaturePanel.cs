namespace Pipelines.Plotting;

/// <summary>One feature of a density plot: first the bins of its axis, then what is drawn over it.</summary>
internal abstract class FeaturePanel
{
    private const int MostCounted = 60;

    /// <summary>Prepares the panel.</summary>
    /// <param name="source">What it shows.</param>
    /// <param name="bins">The bins in which values are counted.</param>
    private protected FeaturePanel(PanelSource source, Bins bins)
    {
        (Source, Bins) = (source, bins);
        Parts = source.Components.Count > 0
            ? [.. source.Components.Select(c => new PanelPart(c.Weight, new DensityOfFeature(c.Model.Marginal(source.Index)!, source.Axis), c.Ink, c.Name))]
            : [new(1, source.Whole, Palette.Of(0), "model")];
    }

    /// <summary>The bins in which values are counted.</summary>
    public Bins Bins { get; }

    /// <summary>True if it has lines, whose colours the legend explains.</summary>
    public abstract bool HasLines { get; }

    /// <summary>True if the model is also drawn as bars.</summary>
    public abstract bool HasBarsOfModel { get; }

    /// <summary>What it shows.</summary>
    protected PanelSource Source { get; }

    /// <summary>The components, or the model itself if it has none.</summary>
    protected IReadOnlyList<PanelPart> Parts { get; }

    /// <summary>The panel of a feature: bars for categories and small counts, a histogram otherwise.</summary>
    /// <param name="source">What it shows.</param>
    /// <exception cref="ModelException">A logarithmic axis has no place for any value.</exception>
    public static FeaturePanel Of(PanelSource source)
    {
        var whole = new DensityOfFeature(source.Distribution);
        var bins = FeatureAxis.Of(source.Feature, whole, source.Seen, source.Scale);
        source = source with { Whole = whole };
        // Densities too narrow for a line become bars, if there are others.
        if (whole.HasDensity && new DensityOfFeature(source.Distribution, bins) is { HasDensity: true } split && split.Spikes.Any())
        {
            source = source with { Whole = split, Axis = bins };
            bins = FeatureAxis.Of(source.Feature, split, source.Seen, source.Scale);
        }
        return source.Feature.Categories is not null || (!source.Whole.HasDensity && bins is { Width: 1, Count: <= MostCounted, IsLog: false }
            && source.Whole.Atoms.All(a => a == Math.Floor(a)))
            ? new CountedPanel(source, bins)
            : new ContinuousPanel(source, bins);
    }

    /// <summary>Notes on the feature for the reader.</summary>
    /// <param name="counts">The rows; null = none.</param>
    /// <param name="isAlone">True if no other feature is drawn, so that the legend tells of missing values.</param>
    public virtual IEnumerable<string> Notes(BinnedWeights? counts, bool isAlone)
    {
        if (counts is null) yield break;
        var name = PlotTexts.Name(Source.Feature.Name);
        if (!isAlone && Source.Seen is { Missing: > 0 } seen)
            yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: {seen.Missing:N0} missing");
        if (counts.Outside > 0) yield return Source.Feature.Categories is null
            ? $"{name}: {PlotTexts.Percent(counts.Outside)} of the values lie beyond the axis"
            : $"{name}: {PlotTexts.Percent(counts.Outside)} of the values are no known categories";
    }

    /// <summary>Makes the panel.</summary>
    /// <param name="counts">The rows; null = none.</param>
    public abstract Panel Draw(BinnedWeights? counts);
}

/// <summary>What a panel of a feature shows.</summary>
/// <param name="Feature">Name and categories.</param>
/// <param name="Index">The feature's index in the model.</param>
/// <param name="Distribution">The model's distribution of the feature.</param>
/// <param name="Components">The model's components; empty if it is not a mixture.</param>
/// <param name="Seen">The feature's values in the rows; null = no rows.</param>
/// <param name="MostCategories">Maximum number of categories with a bar; the others have one place together.</param>
/// <param name="Label">The axis label.</param>
/// <param name="Scale">Scale of the feature's axis.</param>
/// <param name="DensityScale">Scale of the density.</param>
internal sealed record PanelSource(Feature Feature, int Index, Distribution Distribution, IReadOnlyList<DrawnComponent> Components, SeenFeature? Seen,
    int MostCategories, string Label, AxisScale Scale, AxisScale DensityScale)
{
    /// <summary>The distribution in its parts.</summary>
    public DensityOfFeature Whole { get; init; } = null!;

    /// <summary>The axis on which some densities are spikes; null (default) = none is.</summary>
    public Bins? Axis { get; init; }
}

/// <summary>A component's distribution of one feature.</summary>
/// <param name="Weight">Its weight.</param>
/// <param name="Density">The distribution.</param>
/// <param name="Ink">How it is drawn.</param>
/// <param name="Name">Its name in the legend.</param>
internal sealed record PanelPart(double Weight, DensityOfFeature Density, Ink Ink, string Name);
