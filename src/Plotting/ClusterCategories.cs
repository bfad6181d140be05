using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>A column of categories in a picture of clusters: the share of each category in each cluster, as bars side by side.</summary>
internal sealed class ClusterCategories
{
    private const int MostBars = 120;
    private const int LeastCategories = 3;
    private const double Width = 0.84;

    private readonly IReadOnlyList<Feature> features;
    private readonly int[] indicators;
    private readonly ClusterGroups groups;
    private readonly int[] shown;

    /// <summary>Chooses the categories to draw: those that differ most between clusters, if there are many.</summary>
    /// <param name="features">The model's features.</param>
    /// <param name="indicators">Those that indicate the column's categories.</param>
    /// <param name="groups">The clusters.</param>
    public ClusterCategories(IReadOnlyList<Feature> features, int[] indicators, ClusterGroups groups)
    {
        (this.features, this.indicators, this.groups) = (features, indicators, groups);
        var most = Math.Max(LeastCategories, MostBars / groups.Names.Count);
        shown = [.. Enumerable.Range(0, indicators.Length)
            .OrderByDescending(c => groups.All.Max(k => k.Place[indicators[c]]) - groups.All.Min(k => k.Place[indicators[c]])).Take(most).Order()];
    }

    /// <summary>What the panel leaves out; null = nothing.</summary>
    public string? Note => shown.Length == indicators.Length ? null
        : $"{PlotTexts.Name(features[indicators[0]].Source)}: the {shown.Length} of {indicators.Length} categories that differ most between clusters are drawn";

    /// <summary>Makes the panel.</summary>
    /// <param name="options">Labels.</param>
    /// <param name="sample">Rows with all features of the model; null: the centers tell the shares, as they are means.</param>
    /// <param name="labels">Shape [rows]: the cluster of each.</param>
    public Panel Draw(PlotOptions options, FeatureSample? sample, int[] labels)
    {
        var shares = sample is null ? OfCenters() : OfRows(sample, labels);
        var bars = new List<BarSeries>();
        var (count, width) = (groups.Names.Count, Width / groups.Names.Count);
        for (var g = 0; g < count; g++)
        {
            // The first category is at the top, and the first cluster in each of them.
            double[] centers = [.. shown.Select((_, i) => shown.Length - 1 - i + (Width / 2) - ((g + 0.5) * width))];
            bars.Add(new(centers, new double[shown.Length], [.. shown.Select(c => shares[g, c])], width, groups.Ink(g)));
        }
        var column = features[indicators[0]].Source;
        return new Panel(sample is null ? "share of the cluster's rows in the fit" : "share of the cluster's rows", options.LabelOf(column))
        {
            Bars = bars,
            BarsAreFlat = true,
            YNames = [.. PlotTexts.Names(shown.Select(c => features[indicators[c]].Category!)).Reverse()],
            XRange = (0, Math.Max(0.01, 1.08 * bars.Max(b => b.Tops.Max()))),
            YRange = (-0.6, shown.Length - 0.4),
        };
    }

    private double[,] OfCenters()
    {
        var shares = new double[groups.Names.Count, indicators.Length];
        foreach (var group in Enumerable.Range(0, groups.All.Count).GroupBy(groups.GroupOf))
            for (var c = 0; c < indicators.Length; c++) shares[group.Key, c] = group.Average(k => groups.All[k].Place[indicators[c]]);
        return shares;
    }

    private double[,] OfRows(FeatureSample sample, int[] labels)
    {
        var (shares, totals) = (new double[groups.Names.Count, indicators.Length], new double[groups.Names.Count]);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || double.IsNaN(sample.Values[i, indicators[0]])) continue;
            var group = groups.GroupOf(labels[i]);
            totals[group] += sample.Weights[i];
            for (var c = 0; c < indicators.Length; c++) shares[group, c] += sample.Weights[i] * sample.Values[i, indicators[c]];
        }
        for (var g = 0; g < totals.Length; g++)
            for (var c = 0; c < indicators.Length; c++) shares[g, c] /= Math.Max(totals[g], double.Epsilon);
        return shares;
    }
}
