namespace Pipelines.Plotting;

/// <summary>A histogram under lines of densities; stems for single values that have a probability beside the density.</summary>
internal sealed class ContinuousPanel(PanelSource source, Bins bins) : FeaturePanel(source, bins)
{
    private const int MostTicked = 60;

    private readonly List<string> seen = [];

    // A component whose peak is below this share of the axis is invisible on a linear one, if its weight is worth seeing.
    private const double Invisible = 0.015;
    private const double WorthSeeing = 0.01;

    // Less than a pixel, as a share of the axis.
    private const double SameLine = 0.003;

    // The lower end of a logarithmic axis, as a share of its upper end.
    private const double LowestShown = 1e-6;

    public override bool HasLines => true;

    public override bool HasBarsOfModel => HasSpread || Bins.Atoms.Count > 0;

    // Masses that are no stems: of counts among densities, or of single values alone.
    private bool HasSpread => Source.Whole.HasOtherMasses ? Source.Whole.HasDensity : !Source.Whole.HasDensity && Source.Whole.Atoms.Any();

    private Func<double, double> Slope => Source.Whole.HasDensity ? Bins.SlopeAt : static _ => 1;

    public override IEnumerable<string> Notes(BinnedWeights? counts, bool isAlone)
    {
        foreach (var note in base.Notes(counts, isAlone)) yield return note;
        if (HasSpread && Source.Whole.HasDensity)
            yield return $"{PlotTexts.Name(Source.Feature.Name)}: coloured bars are counts with a probability, spread over the width of a bin";
        var (single, narrow) = (Places(isNarrow: false), Places(isNarrow: true));
        if (single.Length > 0)
            yield return $"{PlotTexts.Name(Source.Feature.Name)}: the bars at {single} are the probability of this value alone, on the right axis";
        if (narrow.Length > 0)
            yield return $"{PlotTexts.Name(Source.Feature.Name)}: components too narrow for a line are bars at {narrow}, on the right axis, and not in the sum";
        foreach (var note in seen) yield return $"{PlotTexts.Name(Source.Feature.Name)}: {note}";
    }

    public override Panel Draw(BinnedWeights? counts)
    {
        var bars = new List<BarSeries>();
        var tallest = 0.0;
        if (counts is not null)
        {
            var heights = Array.ConvertAll(counts.Shares, s => s / Bins.Width);
            bars.Add(new([.. Enumerable.Range(0, Bins.Count).Select(Bins.Center)], new double[heights.Length], heights, Bins.Width, new(Palette.Grey)));
            tallest = heights.Max();
        }
        var grid = new DensityGrid(Bins, Source.Whole, [.. Parts.Select(p => p.Density)]);
        // The sum is drawn below, so that both are visible where a single component makes up the whole sum.
        var isSum = Source.Components.Count > 0;
        var lines = new List<LineSeries> { Line(Source.Whole, 1, isSum ? "sum of all components" : "model", new(Palette.Black, isSum ? 4 : 2.5)) };
        if (isSum) lines.AddRange(Parts.Select(p => Line(p.Density, p.Weight, p.Name, p.Ink)));
        tallest = Math.Max(tallest, Spread(bars));
        var top = Top(lines[0].Y, tallest);
        var isLog = IsLog(lines, top);
        var bottom = isLog ? Bottom(lines, bars, top) : 0;
        var stems = new StemBars(Bins, Source.Whole, Parts, counts);
        seen.Clear();
        if (isSum) seen.AddRange(Coinciding([.. lines.Skip(1)], top));
        var cut = lines.Skip(isSum ? 1 : 0).Where(l => l.Y.Any(y => y > 1.001 * top * (isLog ? 1.5 : 1))).Select(l => l.Name).ToArray();
        if (cut.Length > 0) seen.Add($"{PlotTexts.Some(cut)} {(cut.Length == 1 ? "reaches" : "reach")} above the axis");
        return new Panel(Source.Label, Caption(isLog))
        {
            Bars = bars,
            Stems = stems.Bars,
            StemLabel = Bins.Reaches.Any(r => r.High > r.Low) ? "probability of a bar" : "probability of a single value",
            // Where a density is unbounded, the line ends well above the picture.
            Lines = [.. lines.Select(l => l with { Y = [.. l.Y.Select(y => Math.Min(y, (isLog ? 1e3 : 10) * top))] })],
            XRange = stems.Range ?? (Bins.ValueAt(Bins.Low), Bins.ValueAt(Bins.High)),
            XMarks = stems.Marks,
            XIsLog = Bins.IsLog,
            XIsWhole = Source.Seen is { IsWhole: true } && Bins is { Width: 1, Count: <= MostTicked },
            YIsLog = isLog,
            YRange = (bottom, isLog ? top * 1.5 : top),
        };

        LineSeries Line(DensityOfFeature density, double weight, string name, Ink ink)
        {
            var (x, y) = grid.Line(density);
            return new(name, x, [.. y.Select((d, i) => weight * d * Slope(x[i]))], ink);
        }
    }

    // Of point masses, or of what is almost one.
    private string Places(bool isNarrow) => string.Join(", ", Bins.Atoms.Zip(Bins.Reaches).Where(a => a.Second.High > a.Second.Low == isNarrow)
        .Select(a => PlotTexts.Number(a.First)));

    // Components whose lines lie on each other, so that only the last is visible.
    private static IEnumerable<string> Coinciding(List<LineSeries> lines, double top)
    {
        var visible = lines.Where(l => l.Y.Any(y => y > WorthSeeing * top)).ToList();
        while (visible.Count > 1)
        {
            var same = visible.Where(l => l.X.Length == visible[0].X.Length
                && l.Y.Zip(visible[0].Y).All(p => Math.Abs(p.First - p.Second) < SameLine * top)).ToArray();
            if (same.Length > 1) yield return $"{PlotTexts.Some(same.Select(l => l.Name))} have the same line";
            visible.RemoveAll(l => Array.IndexOf(same, l) >= 0);
        }
    }

    private string Caption(bool isLog)
    {
        var caption = !Source.Whole.HasDensity ? "probability" : Bins.IsLog ? "density per decade" : "density";
        return isLog ? $"{caption} (log scale)" : caption;
    }

    private bool IsLog(List<LineSeries> lines, double top) => Source.DensityScale == AxisScale.Log || (Source.DensityScale == AxisScale.Auto
        && Source.Whole.HasDensity && lines.Zip(Parts.Select(p => p.Weight * (p.Density.HasDensity ? 1 : 0)).Prepend(1)).Skip(1)
            .Any(p => p.Second >= WorthSeeing && p.First.Y.DefaultIfEmpty(0).Max() is > 0 and var peak && peak < Invisible * top));

    // Low enough for every component and for single rows.
    private static double Bottom(List<LineSeries> lines, List<BarSeries> bars, double top)
    {
        var peaks = lines.Select(l => l.Y.Max()).Where(p => p > 0).DefaultIfEmpty(top).Min();
        var rows = bars.SelectMany(b => b.Tops).Where(t => t > 0).DefaultIfEmpty(peaks).Min();
        return Math.Clamp(Math.Min(0.05 * peaks, 0.7 * rows), LowestShown * top, 0.01 * top);
    }

    /// <summary>Adds a bar for each value that has a mass among densities, as high as a histogram bar of that mass alone.</summary>
    /// <returns>The height of the highest bar.</returns>
    private double Spread(List<BarSeries> bars)
    {
        if (!HasSpread) return 0;
        double[] values = Source.Whole.HasDensity ? Bins.High - Bins.Low <= 1_000 && !Bins.IsLog ? DensityGrid.Whole(Bins) : [] : [.. Source.Whole.Atoms];
        values = [.. values.Where(v => Bins.PlaceOf(v) >= Bins.Low && Bins.PlaceOf(v) <= Bins.High).Except(Bins.Atoms).Distinct().Order()];
        values = [.. values.Zip(Source.Whole.Mass(values)).Where(p => p.Second > 0).Select(p => p.First)];
        var bases = new double[values.Length];
        foreach (var (weight, density, ink, _) in Parts)
        {
            var tops = bases.Zip(density.Mass(values), (b, m) => b + (weight * m / Bins.Width)).ToArray();
            bars.Add(new(values, bases, tops, Bins.Width, ink));
            bases = tops;
        }
        return bases.DefaultIfEmpty(0).Max();
    }

    private static double Top(double[] line, double tallest)
    {
        var sorted = line.Where(double.IsFinite).Order().ToArray();
        var highest = sorted.Length == 0 ? 1 : sorted[^1];
        // An unbounded density, or a peak that dwarfs everything else.
        if (sorted.Length > 0 && (sorted.Length < line.Length || highest > 50 * FeatureRange.Quantile(sorted, 0.98)))
            highest = Math.Max(2 * FeatureRange.Quantile(sorted, 0.98), tallest);
        if (tallest > 0 && highest > 4 * tallest) highest = 4 * tallest;
        var top = 1.08 * Math.Max(highest, tallest);
        return top > 0 ? top : 1;
    }
}
