namespace Pipelines.Plotting;

/// <summary>The horizontal axis of a feature: linear or logarithmic, what range it shows, and in which bins the rows are counted.</summary>
internal static class FeatureAxis
{
    private const int MostBins = 100;
    private const int LeastBins = 10;

    // An axis is logarithmic if the largest hundredth of the values would squeeze the smaller half into a tenth of it …
    private const double Skewed = 10;

    // … and its small values are not the tail instead.
    private const double MostBelowMedian = 1e4;

    /// <summary>Chooses the bins.</summary>
    /// <param name="feature">Its categories or range.</param>
    /// <param name="whole">The model's distribution of it.</param>
    /// <param name="seen">Its values in the rows; null = no rows.</param>
    /// <param name="scale">The wanted scale.</param>
    /// <exception cref="ModelException">A logarithmic axis has no place for any value.</exception>
    public static Bins Of(Feature feature, DensityOfFeature whole, SeenFeature? seen, AxisScale scale)
    {
        if (feature.Categories is { } categories) return new(-0.5, 1, categories.Count);
        var atoms = whole.HasDensity ? AtomsOf(whole) : [];
        var values = (seen?.Sorted ?? whole.SortedDraws).Where(v => !Array.Exists(atoms, a => v >= a.Low && v <= a.High)).ToArray();
        if (values.Length == 0) values = seen?.Sorted ?? whole.SortedDraws;
        var isLog = IsLog(feature.Name, values, scale, isContinuous: whole.HasDensity);
        if (isLog) values = [.. values.Where(v => v > 0)];
        var (first, last) = Ends(feature, values, seen);
        var own = new Bins(0, 1, 1) { IsLog = isLog, Atoms = [.. atoms.Select(a => a.Center)], Reaches = [.. atoms.Select(a => (a.Low, a.High))] };
        var places = isLog ? Array.ConvertAll(values, own.PlaceOf) : values;
        var (low, high) = FeatureRange.Of(places, own.PlaceOf(first), own.PlaceOf(last), seen is null ? 0.002 : 0.001);
        var isWhole = !whole.HasDensity;
        if (seen is null && isWhole) (low, high) = (Math.Min(low, places[0]), Math.Max(high, places[^1]));
        // A margin, to show where a density ends.
        else if (seen is null && feature.Minimum is null) (low, high) = (low - (0.04 * (high - low)), high + (0.04 * (high - low)));
        var rows = seen is null ? values.Length : Math.Max(1, (seen.Rows - seen.Missing) * (double)values.Length / seen.Sorted.Length);
        return Cut(own, places, low, high, isWhole ? Math.Max(1, seen?.Step ?? 1) : seen?.Step ?? 0, rows, isWhole);
    }

    /// <summary>Cuts the range of an axis into bins.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="places">Places of the values, ascending.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="step">Step between the values; 0 = none.</param>
    /// <param name="rows">Number of rows that the values are a sample of.</param>
    /// <param name="isFinest">True: bins as narrow as the step, if there are not too many.</param>
    public static Bins Cut(Bins axis, double[] places, double low, double high, double step, double rows, bool isFinest = false)
    {
        // Freedman-Diaconis rule: twice the interquartile range divided by the cube root of the number of values.
        var width = 2 * (FeatureRange.Quantile(places, 0.75) - FeatureRange.Quantile(places, 0.25)) / Math.Cbrt(rows);
        if (step == 0 || axis.IsLog)
        {
            var count = width > 0 ? (int)Math.Clamp(Math.Ceiling((high - low) / width), LeastBins, MostBins) : MostBins / 2;
            return axis with { Low = low, Width = (high - low) / count, Count = count };
        }
        // Bins as wide as whole multiples of the step, with edges half-way between values: otherwise some would hold more values than others.
        var (from, to) = (Math.Floor(low / step), Math.Ceiling(high / step));
        var steps = Math.Max(Math.Ceiling((to - from + 1) / MostBins), isFinest ? 1 : Math.Floor(width / step));
        steps = Math.Clamp(steps, 1, Math.Max(1, Math.Ceiling((to - from + 1) / LeastBins)));
        return axis with { Low = (from - 0.5) * step, Width = steps * step, Count = (int)Math.Ceiling((to - from + 1) / steps) };
    }

    /// <summary>True if the axis of these values is logarithmic.</summary>
    /// <param name="name">The feature's name, for messages.</param>
    /// <param name="values">Ascending, at least one.</param>
    /// <param name="scale">The wanted scale.</param>
    /// <param name="isContinuous">False: the axis shows counts, which are on a linear axis unless the scale says otherwise.</param>
    /// <exception cref="ModelException">A logarithmic axis has no place for any value.</exception>
    public static bool IsLog(string name, double[] values, AxisScale scale, bool isContinuous)
    {
        if (scale == AxisScale.Log && !(values[^1] > 0))
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Scales, feature '{name}'", "no value above 0", "positive values for a logarithmic axis",
                "choose the linear scale for this feature");
        return scale == AxisScale.Log || (scale == AxisScale.Auto && isContinuous && values[0] > 0
            && FeatureRange.Quantile(values, 0.99) > Skewed * FeatureRange.Quantile(values, 0.5)
            && FeatureRange.Quantile(values, 0.5) < MostBelowMedian * FeatureRange.Quantile(values, 0.01));
    }

    // Single values, and spikes; what overlaps is one.
    private static Spike[] AtomsOf(DensityOfFeature whole)
    {
        var atoms = new List<Spike>();
        foreach (var next in whole.Atoms.Distinct().Select(a => new Spike(a, a, a)).Concat(whole.Spikes).OrderBy(a => a.Low))
        {
            if (atoms.Count == 0 || next.Low > atoms[^1].High) atoms.Add(next);
            else atoms[^1] = (next.High - next.Low < atoms[^1].High - atoms[^1].Low ? next : atoms[^1]) with
            {
                Low = atoms[^1].Low,
                High = Math.Max(next.High, atoms[^1].High),
            };
        }
        return [.. atoms];
    }

    // The range without the atoms: of the values themselves if an atom lies at an end.
    private static (double First, double Last) Ends(Feature feature, double[] values, SeenFeature? seen)
    {
        var (first, last) = seen?.Range ?? (feature.Minimum ?? values[0], feature.Maximum ?? values[^1]);
        var all = seen?.Sorted;
        if (first <= 0 && values[0] > 0) first = values[0];
        if (all is not null && values[0] > all[0]) first = values[0];
        if (all is not null && values[^1] < all[^1]) last = values[^1];
        return (Math.Min(first, values[0]), Math.Max(last, values[^1]));
    }
}
