namespace Pipelines.Plotting;

/// <summary>One feature of a density plot: first the bins of its axis, then the bars and lines drawn over it.</summary>
internal sealed class FeaturePanel
{
    private const int MostBins = 100;
    private const int LeastBins = 10;
    private const int MostCounted = 60;
    private const int GridPoints = 401;

    private readonly Feature feature;
    private readonly DensityOfFeature whole;
    private readonly List<(double Weight, DensityOfFeature Density, Ink Ink, string Name)> parts;
    private readonly SeenFeature? seen;
    private readonly int mostCategories;

    /// <summary>Prepares the panel of a model's feature.</summary>
    /// <param name="feature">Name and categories.</param>
    /// <param name="index">Its index in the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="components">Its components; empty if it is not a mixture.</param>
    /// <param name="seen">The feature's values in the rows; null = no rows.</param>
    /// <param name="mostCategories">Maximum number of categories with their own bar; one less if there are more.</param>
    public FeaturePanel(Feature feature, int index, Distribution model, IReadOnlyList<DrawnComponent> components, SeenFeature? seen, int mostCategories)
    {
        (this.feature, this.seen, this.mostCategories) = (feature, seen, mostCategories);
        whole = new(model.Marginal(index)!);
        parts = [.. components.Select(c => (c.Weight, new DensityOfFeature(c.Model.Marginal(index)!), c.Ink, c.Name))];
        Bins = feature.Categories is { } categories ? new Bins(-0.5, 1, categories.Count) : Cut();
        IsCounted = feature.Categories is not null
            || (!whole.HasDensity && Bins.Width == 1 && Bins.Count <= MostCounted && whole.Atoms.All(a => a == Math.Floor(a)));
    }

    /// <summary>The bins in which values are counted.</summary>
    public Bins Bins { get; }

    /// <summary>True if there is a bar for each value.</summary>
    public bool IsCounted { get; }

    /// <summary>True if the model is also drawn as bars.</summary>
    public bool HasBarsOfModel => IsCounted || (whole.HasMasses && (whole.HasDensity || whole.Atoms.Any()));

    /// <summary>Notes on the feature for the reader.</summary>
    /// <param name="counts">Shape [bins + 1]; null = no rows.</param>
    public IEnumerable<string> Notes(double[]? counts)
    {
        if (counts is null) yield break;
        var name = PlotTexts.Name(feature.Name, 24);
        var outside = counts[^1] / counts.Sum();
        if (outside > 0) yield return feature.Categories is null
            ? $"{name}: {PlotTexts.Percent(outside)} of the values lie beyond the axis"
            : $"{name}: {PlotTexts.Percent(outside)} of the values are no known categories";
    }

    /// <summary>Makes the panel.</summary>
    /// <param name="counts">Shape [bins + 1]: total weight of the rows in each bin, then of those outside all bins; null = no rows.</param>
    public Panel Draw(double[]? counts)
    {
        var total = counts?.Sum() ?? 0;
        var shares = counts?[..^1].Select(c => total > 0 ? c / total : 0).ToArray();
        return IsCounted ? Counted(shares) : Continuous(shares);
    }

    private Bins Cut()
    {
        var draws = whole.SortedDraws;
        var discrete = !whole.HasDensity;
        var (low, high) = seen is { } rows
            ? FeatureRange.Of(rows.Sorted, rows.Range.Low, rows.Range.High, 0.001)
            : FeatureRange.Of(draws, feature.Minimum ?? draws[0], feature.Maximum ?? draws[^1], 0.002);
        if (seen is null && discrete) (low, high) = (Math.Min(low, draws[0]), Math.Max(high, draws[^1]));
        // A margin, to show where a density ends.
        else if (seen is null && feature.Minimum is null) (low, high) = (low - (0.04 * (high - low)), high + (0.04 * (high - low)));
        if (discrete || seen is { IsWhole: true })
        {
            // For whole numbers, bin edges lie half-way between them; otherwise some bins would hold more numbers than others.
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
            var width = Math.Max(1, Math.Ceiling((high - low + 1) / MostBins));
            return new Bins(low - 0.5, width, (int)Math.Ceiling((high - low + 1) / width));
        }
        // Freedman-Diaconis rule: twice the interquartile range divided by the cube root of the number of values.
        var values = seen?.Sorted ?? draws;
        var step = 2 * (FeatureRange.Quantile(values, 0.75) - FeatureRange.Quantile(values, 0.25)) / Math.Cbrt(seen?.Rows ?? values.Length);
        var count = step > 0 ? (int)Math.Clamp(Math.Ceiling((high - low) / step), LeastBins, MostBins) : MostBins / 2;
        return new Bins(low, (high - low) / count, count);
    }

    /// <summary>A bar for each value: the rows on the left, the stacked components on the right.</summary>
    private Panel Counted(double[]? shares)
    {
        var values = Enumerable.Range(0, Bins.Count).Select(b => Bins.Center(b)).ToArray();
        var masses = whole.Mass(values);
        var order = Enumerable.Range(0, values.Length).ToArray();
        var others = 0;
        if (feature.Categories is not null && values.Length > mostCategories)
        {
            order = [.. order.OrderByDescending(b => shares?[b] ?? masses[b]).ThenBy(b => b).Take(mostCategories - 1)];
            others = values.Length - order.Length;
        }
        var places = order.Length + (others > 0 ? 1 : 0);
        var centers = feature.Categories is null ? values : [.. Enumerable.Range(0, places).Select(i => (double)i)];
        var (width, shift) = shares is null ? (0.8, 0.0) : (0.42, 0.21);
        var bars = new List<BarSeries>();
        if (shares is not null) bars.Add(new(Moved(-shift), new double[places], Placed(shares), width, new(Palette.Grey)));
        var bases = new double[places];
        foreach (var (weight, density, ink, _) in parts.Count > 0 ? parts : [(1.0, whole, Palette.Of(0), "model")])
        {
            var own = Placed(density.Mass(values));
            var tops = bases.Zip(own, (b, m) => b + (weight * m)).ToArray();
            bars.Add(new(Moved(shift), bases, tops, width, ink));
            bases = tops;
        }
        var top = 1.08 * Math.Max(bases.Max(), shares is null ? 0 : Placed(shares).Max());
        return new Panel(feature.Name, "probability")
        {
            Bars = bars,
            XNames = feature.Categories is { } names
                ? [.. order.Select(b => PlotTexts.Name(names[b], 18)), .. others > 0 ? [$"{others} others"] : Array.Empty<string>()]
                : null,
            XIsWhole = true,
            XRange = (centers[0] - 0.6, centers[^1] + 0.6),
            YRange = (0, top > 0 ? top : 1),
        };

        double[] Moved(double by) => [.. centers.Select(c => c + by)];

        double[] Placed(double[] all) => others > 0 ? [.. order.Select(b => all[b]), all.Sum() - order.Sum(b => all[b])] : all;
    }

    /// <summary>A histogram with lines.</summary>
    private Panel Continuous(double[]? shares)
    {
        var bars = new List<BarSeries>();
        var centers = Enumerable.Range(0, Bins.Count).Select(b => Bins.Center(b)).ToArray();
        var tallest = 0.0;
        if (shares is not null)
        {
            var heights = shares.Select(s => s / Bins.Width).ToArray();
            bars.Add(new(centers, new double[heights.Length], heights, Bins.Width, new(Palette.Grey)));
            tallest = heights.Max();
        }
        var x = Grid();
        // The sum is drawn below, so that both are visible where a single component makes up the whole sum.
        var lines = new List<LineSeries> { new(parts.Count > 0 ? "sum of all components" : "model", x, Heights(whole, x),
            new(Palette.Black, parts.Count > 0 ? 4 : 2.5)) };
        foreach (var (weight, density, ink, name) in parts) lines.Add(new(name, x, [.. Heights(density, x).Select(d => weight * d)], ink));
        tallest = Math.Max(tallest, Masses(bars));
        var top = Top(lines[0].Y, tallest);
        return new Panel(feature.Name, whole.HasDensity ? "density" : "probability")
        {
            Bars = bars,
            // Where a density is unbounded, the line ends well above the picture.
            Lines = [.. lines.Select(l => l with { Y = [.. l.Y.Select(y => Math.Min(y, 10 * top))] })],
            XRange = HasBarsOfModel ? (Bins.Low - (Bins.Width / 2), Bins.High + (Bins.Width / 2)) : (Bins.Low, Bins.High),
            XIsWhole = seen is { IsWhole: true } && Bins.Width == 1 && Bins.Count <= MostCounted,
            YRange = (0, top),
        };
    }

    /// <summary>Adds a bar for each value that has a mass among densities, as high as a histogram bar of that mass alone.</summary>
    /// <returns>The height of the highest bar.</returns>
    private double Masses(List<BarSeries> bars)
    {
        if (!HasBarsOfModel) return 0;
        var whole01 = whole.HasDensity && Bins.High - Bins.Low <= 1_000 ? Whole() : [];
        var values = whole.Atoms.Concat(whole01).Append(0).Where(v => v >= Bins.Low && v <= Bins.High).Distinct().Order().ToArray();
        values = [.. values.Zip(whole.Mass(values)).Where(p => p.Second > 0).Select(p => p.First)];
        var bases = new double[values.Length];
        foreach (var (weight, density, ink, _) in parts.Count > 0 ? parts : [(1.0, whole, Palette.Of(0), "model")])
        {
            var tops = bases.Zip(density.Mass(values), (b, m) => b + (weight * m / Bins.Width)).ToArray();
            bars.Add(new(values, bases, tops, 0.5 * Bins.Width, ink));
            bases = tops;
        }
        return bases.DefaultIfEmpty(0).Max();
    }

    private double[] Heights(DensityOfFeature density, double[] x) => whole.HasDensity ? density.Density(x) : density.Mass(x);

    private double[] Grid()
    {
        if (!whole.HasDensity) return Whole();
        var step = (Bins.High - Bins.Low) / (GridPoints - 1);
        var even = Enumerable.Range(0, GridPoints).Select(i => Bins.Low + (i * step));
        // Narrow components get extra points at their location.
        var own = parts.Select(p => p.Density).Append(whole).SelectMany(d => d.SortedDraws.Where((_, i) => i % 20 == 0 || i == d.SortedDraws.Length - 1));
        return [.. even.Concat(own).Where(v => v >= Bins.Low && v <= Bins.High).Distinct().Order()];
    }

    // Every whole number, or an even selection if there are many.
    private double[] Whole()
    {
        var (first, last) = (Math.Ceiling(Bins.Low), Math.Floor(Bins.High));
        var step = Math.Max(1, Math.Ceiling((last - first) / 2_000));
        return [.. Enumerable.Range(0, (int)((last - first) / step) + 1).Select(i => first + (i * step))];
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
