namespace Pipelines.Plotting;

/// <summary>A bar for each category or count: the rows on one side, the stacked components on the other.</summary>
internal sealed class CountedPanel(PanelSource source, Bins bins) : FeaturePanel(source, bins)
{
    // Beyond this number of bars, or of letters side by side, names stand at the left of horizontal bars.
    private const int MostUpright = 12;
    private const int MostLetters = 60;

    public override bool HasLines => false;

    public override bool HasBarsOfModel => true;

    public override Panel Draw(BinnedWeights? counts)
    {
        var shares = counts?.Shares;
        var values = Enumerable.Range(0, Bins.Count).Select(Bins.Center).ToArray();
        var masses = Source.Whole.Mass(values);
        var categories = Source.Feature.Categories;
        var order = Enumerable.Range(0, values.Length).ToArray();
        if (categories is not null && values.Length > Source.MostCategories)
            order = [.. order.OrderByDescending(b => shares?[b] ?? masses[b]).ThenBy(b => b).Take(Source.MostCategories - 1)];
        var others = values.Length - order.Length;
        var parts = Parts.Select(p => (p.Weight, Masses: p.Density.Mass(values), p.Ink)).ToArray();
        var (seenOthers, ownOthers) = (Rest(shares), Rest(masses));
        // All others together get a bar only if it does not squeeze those of single categories; their share is told in any case.
        var tallest = order.Max(b => Math.Max(masses[b], shares?[b] ?? 0));
        var drawsOthers = others > 0 && Math.Max(seenOthers, ownOthers) <= tallest;
        var places = order.Length + (others > 0 ? 1 : 0);
        string[]? names = categories is null ? null
            : [.. PlotTexts.Names(order.Select(b => categories[b])), .. others > 0 ? [$"{others} others"] : Array.Empty<string>()];
        var isFlat = names is not null && (places > MostUpright || names.Max(n => n.Length) * places > MostLetters);
        // The first category of horizontal bars is at the top.
        double[] centers = names is null ? values : [.. Enumerable.Range(0, places).Select(i => (double)(isFlat ? places - 1 - i : i))];
        var (width, shift) = shares is null ? (0.8, 0.0) : (0.42, isFlat ? -0.21 : 0.21);
        var bars = new List<BarSeries>();
        if (shares is not null) bars.Add(new(Moved(-shift), new double[places], Placed(shares), width, new(Palette.Grey)));
        var bases = new double[places];
        foreach (var (weight, own, ink) in parts)
        {
            var tops = bases.Zip(Placed(own), (b, m) => b + (weight * m)).ToArray();
            bars.Add(new(Moved(shift), bases, tops, width, ink));
            bases = tops;
        }
        var most = 1.08 * Math.Max(bases.Max(), shares is null ? 0 : Placed(shares).Max());
        var range = (centers.Min() - 0.6, centers.Max() + 0.6);
        var panel = new Panel(isFlat ? "probability" : Source.Label, isFlat ? Source.Label : "probability") { Bars = bars, BarsAreFlat = isFlat };
        if (others > 0 && !drawsOthers)
        {
            var text = shares is null ? $"{PlotTexts.Percent(ownOthers)}, no bar"
                : $"no bar: {PlotTexts.Percent(seenOthers)}, model {PlotTexts.Percent(ownOthers)}";
            panel = panel with { Texts = [isFlat ? new(0, centers[^1], $" {text}") : new(centers[^1], 0, text)] };
        }
        most = most > 0 ? most : 1;
        return isFlat
            ? panel with { YNames = [.. names!.Reverse()], YRange = range, XRange = (0, most) }
            : panel with { XNames = names, XIsWhole = true, XRange = range, YRange = (0, most) };

        double[] Moved(double by) => [.. centers.Select(c => c + by)];

        double Rest(double[]? all) => all is null ? 0 : Math.Max(0, all.Sum() - order.Sum(b => all[b]));

        double[] Placed(double[] all) => others > 0 ? [.. order.Select(b => all[b]), drawsOthers ? Rest(all) : 0] : all;
    }
}
