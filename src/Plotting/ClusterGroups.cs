namespace Pipelines.Plotting;

/// <summary>The clusters as drawn in pictures: in the model's order; beyond twelve, the smallest share one colour.</summary>
internal sealed class ClusterGroups
{
    private readonly int[] groupOf;
    private readonly double[]? shares;
    private readonly string[] centerNames;

    /// <summary>Groups the clusters.</summary>
    /// <param name="centers">Their centers.</param>
    /// <param name="weights">Total weight of the rows of each, shape [centers]; null = no rows.</param>
    public ClusterGroups(IReadOnlyList<ModelCenter> centers, double[]? weights)
    {
        All = centers;
        var total = weights?.Sum() ?? 0;
        shares = total > 0 ? Array.ConvertAll(weights!, w => w / total) : null;
        var most = centers.Count <= Palette.Most ? centers.Count : Palette.Most - 1;
        int[] own = [.. Enumerable.Range(0, centers.Count).OrderByDescending(k => shares?[k] ?? 0).ThenBy(k => k).Take(most).Order()];
        groupOf = [.. Enumerable.Range(0, centers.Count).Select(k => Array.IndexOf(own, k) is >= 0 and var g ? g : most)];
        double[] sums = [.. own.Select(k => shares?[k] ?? 0), .. most < centers.Count ? [1 - own.Sum(k => shares?[k] ?? 0)] : Array.Empty<double>()];
        var texts = PlotTexts.Percents(sums);
        centerNames = PlotTexts.Names(centers.Select(c => c.Name));
        Names =
        [
            .. own.Select((k, g) => shares is null ? centerNames[k] : $"{centerNames[k]} ({texts[g]})"),
            .. most < centers.Count
                ? [$"{centers.Count - most} more clusters{(shares is null ? "" : $" ({texts[^1]})")}"] : Array.Empty<string>(),
        ];
        this.own = own;
    }

    private readonly int[] own;

    /// <summary>All centers.</summary>
    public IReadOnlyList<ModelCenter> All { get; }

    /// <summary>Names of the groups, with their shares of the rows.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The group of a cluster.</summary>
    public int GroupOf(int cluster) => groupOf[cluster];

    /// <summary>The colour of a group.</summary>
    public Ink Ink(int group) => group < own.Length ? Palette.Of(group) : new(Palette.DarkGrey);

    /// <summary>The centers as crosses on a white ground, so that they stand out from the rows.</summary>
    /// <param name="x">The feature on the horizontal axis.</param>
    /// <param name="y">The feature on the vertical axis; null = none.</param>
    public IEnumerable<PointSeries> Centers(int x, int? y)
    {
        double[] xs = [.. All.Select(c => c.Place[x])], ys = [.. All.Select(c => y is { } j ? c.Place[j] : 0)];
        yield return new(xs, ys, Marker.Dot, new(Palette.White, 17, 0, 0.85));
        foreach (var group in Enumerable.Range(0, All.Count).GroupBy(k => groupOf[k]))
            yield return new([.. group.Select(k => xs[k])], [.. group.Select(k => ys[k])], Marker.Cross, Ink(group.Key) with { Width = 12 });
    }

    /// <summary>A bar for the share of each group; null if there are no rows.</summary>
    public Panel? Sizes()
    {
        if (shares is null) return null;
        var count = Names.Count;
        double[] sizes = [.. Enumerable.Range(0, count).Select(g => Enumerable.Range(0, All.Count).Where(k => groupOf[k] == g).Sum(k => shares[k]))];
        var texts = PlotTexts.Percents(sizes);
        return new Panel("share of the rows", "")
        {
            BarsAreFlat = true,
            Bars = [.. Enumerable.Range(0, count).Select(g => new BarSeries([count - 1 - g], [0], [sizes[g]], 0.7, Ink(g)))],
            Texts = [.. Enumerable.Range(0, count).Select(g => new PanelText(sizes[g], count - 1 - g, $" {texts[g]}"))],
            YNames = [.. Enumerable.Range(0, count).Select(g => g < own.Length ? centerNames[own[g]] : $"{All.Count - own.Length} more").Reverse()],
            XRange = (0, 1.25 * sizes.Max()),
            YRange = (-0.6, count - 0.4),
        };
    }
}
