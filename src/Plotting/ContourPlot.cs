using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>
/// A panel for each pair of features: density contours enclosing 50, 80 and 95 % of the probability, ellipses of Gaussian components, and a sample of the rows.
/// </summary>
internal sealed class ContourPlot : DistributionPlot
{
    /// <summary>Maximum number of features per picture: 15 pairs.</summary>
    public const int MostFeatures = 6;

    private const int GridPoints = 101;

    // Ellipses may widen the axes by this share of their range on each side.
    private const double MostWidened = 0.25;

    // The share of the probability within each contour, and how it is drawn: the fainter, the more it encloses.
    private static readonly (double Content, Ink Ink)[] contours =
        [(0.5, new(Palette.Black, 2.4)), (0.8, new(Palette.Black, 1.4)), (0.95, new(Palette.Black, 1.2, 1))];

    public override string Name => "contour";

    public override string Description => $"contours of the density for each pair of 2 to {MostFeatures} features, with ellipses of Gaussian components at "
        + "1 and 2 standard deviations, over a sample of the rows if you give data";

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        var distribution = DistributionOf(model);
        var features = FeaturesOf(model);
        var named = Named(model, options);
        var chosen = named ?? [.. Enumerable.Range(0, distribution.Dimensions).Where(IsContinuous)];
        if (chosen.Length is < 2 or > MostFeatures)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind contour",
                $"{PlotTexts.Count(chosen.Length, "feature")}{(named is null ? " with a density" : "")}", $"2 to {MostFeatures} features with a density",
                chosen.Length < 2 ? "choose another kind (density)"
                    : $"name some with PlotOptions.Features: {PlotTexts.Some(chosen.Select(j => features[j].Name))}");
        foreach (var j in chosen)
        {
            if (!IsContinuous(j))
                throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind contour, feature '{features[j].Name}'", "a feature of categories or counts",
                    "one with a density", "name others with PlotOptions.Features, or choose another kind (density)");
        }
        foreach (var (a, b) in Pairs(chosen.Length))
        {
            if (distribution.Marginal(chosen[a], chosen[b]) is null)
                throw new ModelException(ErrorKind.Usage,
                    $"{model.Model.FormatName} model, features '{features[chosen[a]].Name}' and '{features[chosen[b]].Name}'",
                    "a distribution without marginals of feature pairs", "one that has them", "choose another kind (density)");
        }
        return chosen;

        bool IsContinuous(int j) => features[j].Categories is null && distribution.Marginal(j) is { } marginal
            && new DensityOfFeature(marginal) is { HasDensity: true, HasMasses: false };
    }

    internal override int? PanelsOf(SavedModel model, int[] features, bool hasRows) => Pairs(features.Length).Count();

    private protected override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, DataLook? rows, PlotOptions options,
        CancellationToken cancellationToken)
    {
        using var scope = Cancellation.Enter(cancellationToken);
        var distribution = DistributionOf(model);
        distribution.EnsureEvaluable();
        var all = FeaturesOf(model);
        var components = ModelComponents.Of(model);
        var axes = features.Select((j, i) => AxisOf(distribution, all[j], j, rows is null ? null : new SeenFeature(rows, i), options.ScaleOf(i))).ToArray();
        string[] labels = [.. features.Select(j => options.LabelOf(all[j].Name))];
        var pairs = Pairs(features.Length)
            .Select(p => (p.A, p.B, Ellipses: Ellipses(distribution, components, features[p.A], features[p.B]).ToArray())).ToArray();
        for (var i = 0; i < axes.Length; i++)
            axes[i] = Widened(axes[i], [.. pairs.SelectMany(p => p.Ellipses.SelectMany(e => p.A == i ? e.X : p.B == i ? e.Y : [])),
                .. Ends(distribution.Marginal(features[i])!)]);
        // Components that are too narrow for the grid; if all are, the contours have nothing else.
        var spikes = features.Select((j, i) => components.Where(c => Spike.Of(c.Model.Marginal(j)!, axes[i]) is not null).Select(c => c.Name).ToHashSet())
            .Select(s => s.Count < components.Count ? s : []).ToArray();
        var named = pairs.SelectMany(p => p.Ellipses.Select(e => e.Name)).ToHashSet();
        var (panels, shown, cut) = (new List<Panel>(), 0, new List<string>());
        foreach (var (a, b, ellipses) in pairs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var points = rows is null ? null : SamplePoints.Of(rows, a, b);
            shown = Math.Max(shown, points?.X.Length ?? 0);
            var drawn = components.Where(c => !spikes[a].Contains(c.Name) && !spikes[b].Contains(c.Name)).ToArray();
            (double, Distribution)[] terms = drawn.Length == components.Count || drawn.Length == 0
                ? [(1, distribution.Marginal(features[a], features[b])!)]
                : [.. drawn.Select(c => (c.Weight / drawn.Sum(d => d.Weight), c.Model.Marginal(features[a], features[b])!))];
            var grid = new ContourGrid(terms, axes[a], axes[b]);
            var lines = contours.Zip(grid.Levels([.. contours.Select(c => c.Content)]), (c, level) => (c.Ink, c.Content, Level: level)).ToArray();
            cut.AddRange(lines.Where(l => l.Level is not { } level || grid.Leaves(level)).Select(l => $"density of {PlotTexts.Percent(l.Content)}"));
            cut.AddRange(ellipses.Where(e => Leaves(e.X, axes[a]) || Leaves(e.Y, axes[b])).Select(e => e.Name));
            panels.Add(new Panel(labels[a], labels[b])
            {
                Points = points is null ? [] : [points],
                Contours = [.. lines.Where(l => l.Level is not null).Select(l => grid.At(l.Level!.Value, l.Ink))],
                Lines = ellipses,
                XRange = (axes[a].ValueAt(axes[a].Low), axes[a].ValueAt(axes[a].High)),
                YRange = (axes[b].ValueAt(axes[b].Low), axes[b].ValueAt(axes[b].High)),
                XIsLog = axes[a].IsLog,
                YIsLog = axes[b].IsLog,
            });
        }
        var legend = new List<LegendEntry>();
        if (rows is not null) legend.Add(new(SamplePoints.Text(shown, rows.Rows), new(Palette.DarkGrey), LegendSymbol.Dot));
        legend.AddRange(contours.Select(c => new LegendEntry($"density: {PlotTexts.Percent(c.Content)} of the probability inside", c.Ink)));
        if (named.Contains("model")) legend.Add(new("model", Palette.Of(0)));
        legend.AddRange(components.Where(c => named.Contains(c.Name)).Select(c => new LegendEntry(c.Name, c.Ink)));
        return new(new Picture(TitleOf(model), panels, legend,
        [
            .. Notes(model, components, features, named, options, rows),
            .. spikes.Zip(features).Where(s => s.First.Count > 0)
                .Select(s => $"{PlotTexts.Name(all[s.Second].Name)}: contours without {PlotTexts.Some(s.First)}, narrower than a pixel"),
            .. cut.Count > 0 ? [$"lines that the axes cut: {string.Join(", ", cut.Distinct())}"] : Array.Empty<string>(),
            .. axes.Any(x => x.IsLog) ? ["on logarithmic axes the contours are of the density per decade"] : Array.Empty<string>(),
        ]));
    }

    private static IEnumerable<string> Notes(SavedModel model, IReadOnlyList<DrawnComponent> components, int[] features, HashSet<string> named,
        PlotOptions options, DataLook? rows)
    {
        if (named.Count > 0)
        {
            yield return $"thick ellipse: 1 standard deviation, {PlotTexts.Percent(GaussianEllipse.Content(1))} of the component";
            yield return $"thin ellipse: 2 standard deviations, {PlotTexts.Percent(GaussianEllipse.Content(2))}";
        }
        var hidden = components.Where(c => !named.Contains(c.Name)).Select(c => c.Name).ToArray();
        if (components.Count == 0 ? named.Count == 0 : hidden.Length == components.Count) yield return "ellipses are drawn for Gaussian components only";
        else if (hidden.Length > 0) yield return $"without an ellipse, but within the density: {string.Join(", ", hidden)}";
        if (rows?.RowsRejected > 0) yield return $"{PlotTexts.Count(rows.RowsRejected, "row")} rejected";
        if (options.Features is not null) yield break;
        var all = FeaturesOf(model);
        var left = Enumerable.Range(0, all.Count).Except(features).Select(j => PlotTexts.Name(all[j].Name)).ToArray();
        if (left.Length > 0) yield return $"not drawn, as categories, counts and single values have no contours: {string.Join(", ", left)}";
    }

    private static IEnumerable<(int A, int B)> Pairs(int count)
    {
        for (var a = 0; a < count; a++)
            for (var b = a + 1; b < count; b++) yield return (a, b);
    }

    // The axis of a feature, as bins of the grid on which contours are computed.
    private static Bins AxisOf(Distribution model, Feature feature, int index, SeenFeature? seen, AxisScale scale)
    {
        var values = seen?.Sorted ?? new DensityOfFeature(model.Marginal(index)!).SortedDraws;
        var isLog = FeatureAxis.IsLog(feature.Name, values, scale, isContinuous: true);
        if (isLog) values = [.. values.Where(v => v > 0)];
        var axis = new Bins(0, 1, 1) { IsLog = isLog };
        var (low, high) = seen?.Range ?? (feature.Minimum ?? values[0], feature.Maximum ?? values[^1]);
        if (isLog) low = Math.Max(low, values[0]);
        (low, high) = FeatureRange.Of(Array.ConvertAll(values, axis.PlaceOf), axis.PlaceOf(low), axis.PlaceOf(high), seen is null ? 0.002 : 0.001);
        var margin = 0.04 * (high - low);
        return axis with { Low = low - margin, Width = (high - low + (2 * margin)) / (GridPoints - 1), Count = GridPoints - 1 };
    }

    // The axis with the ellipses, as far as they do not squeeze the rows.
    private static Bins Widened(Bins axis, double[] values)
    {
        double[] places = [.. values.Select(axis.PlaceOf).Where(double.IsFinite)];
        if (places.Length == 0) return axis;
        var most = MostWidened * (axis.High - axis.Low);
        var margin = 0.02 * (axis.High - axis.Low);
        var low = Math.Min(axis.Low, Math.Max(places.Min() - margin, axis.Low - most));
        var high = Math.Max(axis.High, Math.Min(places.Max() + margin, axis.High + most));
        return axis with { Low = low, Width = (high - low) / axis.Count };
    }

    // Contours of 95 % in two features lie within, but for long tails.
    private static IEnumerable<double> Ends(Distribution feature)
    {
        var draws = new DensityOfFeature(feature).SortedDraws;
        return [FeatureRange.Quantile(draws, 0.001), FeatureRange.Quantile(draws, 0.999)];
    }

    private static bool Leaves(double[] values, Bins axis)
    {
        var slack = 1e-9 * (axis.High - axis.Low);
        return Array.Exists(values, v => !(axis.PlaceOf(v) >= axis.Low - slack && axis.PlaceOf(v) <= axis.High + slack));
    }

    private static IEnumerable<LineSeries> Ellipses(Distribution model, IReadOnlyList<DrawnComponent> components, int a, int b)
    {
        IEnumerable<DrawnComponent> drawn = components.Count > 0 ? components : [new("model", 1, model, Palette.Of(0))];
        foreach (var component in drawn)
        {
            if (GaussianEllipse.Of(component.Model.Marginal(a, b)) is not { } ellipse) continue;
            foreach (var deviations in (int[])[1, 2])
            {
                var (xs, ys) = ellipse.Points(deviations);
                yield return new(component.Name, xs, ys, component.Ink with { Width = deviations == 1 ? 3 : 1.5 });
            }
        }
    }
}
