namespace Pipelines.Plotting;

/// <summary>
/// Bars of single values that have a probability beside a density, on an axis of their own: the rows left of the value, the stacked components right of it.
/// </summary>
internal sealed class StemBars
{
    // As shares of the axis.
    private const double BarWidth = 0.014;
    private const double Gap = 0.05;

    /// <summary>Makes the bars.</summary>
    /// <param name="bins">The axis and the values.</param>
    /// <param name="whole">The model.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="counts">The rows; null = none.</param>
    public StemBars(Bins bins, DensityOfFeature whole, IReadOnlyList<PanelPart> parts, BinnedWeights? counts)
    {
        if (bins.Atoms.Count == 0) return;
        double[] values = [.. bins.Atoms];
        var span = bins.High - bins.Low;
        var width = BarWidth * span;
        // A value without a place on a logarithmic axis stands before it.
        var places = Array.ConvertAll(values, v => bins.PlaceOf(v) is var place && double.IsNaN(place) ? bins.Low - (Gap * span) : place);
        var bars = new List<BarSeries>();
        var shift = counts is null ? 0 : width / 2;
        if (counts is not null) bars.Add(new(At(-shift), new double[values.Length], counts.Atoms, width, new(Palette.Grey)));
        var bases = new double[values.Length];
        foreach (var (weight, density, ink, _) in parts)
        {
            var own = density.AtomMass(bins.Reaches);
            if (Array.TrueForAll(own, m => m == 0)) continue;
            var tops = bases.Zip(own, (b, m) => b + (weight * m)).ToArray();
            bars.Add(new(At(shift), bases, tops, width, ink));
            bases = tops;
        }
        Bars = bars;
        Marks = [.. values.Zip(places).Where(p => double.IsNaN(bins.PlaceOf(p.First))).Select(p => (bins.ValueAt(p.Second), PlotTexts.Number(p.First)))];
        Range = (bins.ValueAt(Math.Min(bins.Low, places.Min() - (2 * width))), bins.ValueAt(Math.Max(bins.High, places.Max() + (2 * width))));

        double[] At(double by) => [.. places.Select(p => bins.ValueAt(p + by))];
    }

    /// <summary>The bars; empty if no value has a probability.</summary>
    public IReadOnlyList<BarSeries> Bars { get; } = [];

    /// <summary>Values that stand elsewhere on the axis, and their texts.</summary>
    public IReadOnlyList<(double At, string Text)> Marks { get; } = [];

    /// <summary>The range of the axis with all bars; null = that of the bins.</summary>
    public (double Low, double High)? Range { get; }
}
