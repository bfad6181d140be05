using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>
/// A panel for each pair of features: density contours enclosing 50, 80 and 95 % of the probability, ellipses of Gaussian components, and a sample of the rows.
/// </summary>
internal sealed class ContourPlot : DistributionPlot
{
    /// <summary>Maximum number of features per picture: 15 pairs.</summary>
    public const int MostFeatures = 6;

    private const int MostPoints = 3_000;
    private const int GridPoints = 101;

    private static readonly double[] contents = [0.5, 0.8, 0.95];

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
                chosen.Length < 2 ? "choose another kind (density)" : $"name some with PlotOptions.Features: {Some(chosen.Select(j => features[j].Name))}");
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

    private protected override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, DataLook? rows, CancellationToken cancellationToken)
    {
        using var scope = Cancellation.Enter(cancellationToken);
        var distribution = DistributionOf(model);
        distribution.EnsureEvaluable();
        var all = FeaturesOf(model);
        var components = ModelComponents.Of(model);
        var ranges = features.Select((j, i) => RangeOf(distribution, all[j], j, rows is null ? null : new SeenFeature(rows, i))).ToArray();
        var named = new HashSet<string>();
        var (panels, shown) = (new List<Panel>(), 0);
        foreach (var (a, b) in Pairs(features.Length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var points = rows is null ? null : Points(rows, a, b);
            shown = Math.Max(shown, points?.X.Length ?? 0);
            var ellipses = Ellipses(distribution, components, features[a], features[b]).ToArray();
            named.UnionWith(ellipses.Select(e => e.Name));
            panels.Add(new Panel(all[features[a]].Name, PlotTexts.Name(all[features[b]].Name))
            {
                Points = points is null ? [] : [points],
                Contours = [Contours(distribution.Marginal(features[a], features[b])!, ranges[a], ranges[b])],
                Lines = ellipses,
                XRange = ranges[a],
                YRange = ranges[b],
            });
        }
        var legend = new List<LegendEntry>();
        if (rows is not null)
            legend.Add(new(shown < rows.Rows
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{shown:N0} of {rows.Rows:N0} rows")
                : PlotTexts.Count(rows.Rows, "row"), new(Palette.DarkGrey), LegendSymbol.Dot));
        legend.Add(new("density: contours around 50, 80 and 95 % of the probability", new(Palette.Black, 1.2)));
        if (named.Contains("model")) legend.Add(new("model", Palette.Of(0)));
        legend.AddRange(components.Where(c => named.Contains(c.Name)).Select(c => new LegendEntry(c.Name, c.Ink)));
        string[] notes = named.Count > 0
            ? [$"thick ellipse: 1 standard deviation, {PlotTexts.Percent(GaussianEllipse.Content(1))} of the component",
                $"thin ellipse: 2 standard deviations, {PlotTexts.Percent(GaussianEllipse.Content(2))}"]
            : ["ellipses are drawn for Gaussian components only"];
        return new(new Picture(TitleOf(model), panels, legend, notes));
    }

    private static IEnumerable<(int A, int B)> Pairs(int count)
    {
        for (var a = 0; a < count; a++)
            for (var b = a + 1; b < count; b++) yield return (a, b);
    }

    private static (double Low, double High) RangeOf(Distribution model, Feature feature, int index, SeenFeature? seen)
    {
        if (seen is not null) return Padded(FeatureRange.Of(seen.Sorted, seen.Range.Low, seen.Range.High, 0.001));
        var draws = new DensityOfFeature(model.Marginal(index)!).SortedDraws;
        return Padded(FeatureRange.Of(draws, feature.Minimum ?? draws[0], feature.Maximum ?? draws[^1], 0.002));

        static (double Low, double High) Padded((double Low, double High) range) =>
            (range.Low - (0.04 * (range.High - range.Low)), range.High + (0.04 * (range.High - range.Low)));
    }

    private static PointSeries Points(DataLook rows, int a, int b)
    {
        var sample = rows.Sample;
        var step = (sample.Rows + MostPoints - 1) / MostPoints;
        var chosen = Enumerable.Range(0, sample.Rows).Where(i => i % step == 0 && !double.IsNaN(sample.Values[i, a]) && !double.IsNaN(sample.Values[i, b]))
            .ToArray();
        var few = chosen.Length < 500;
        return new([.. chosen.Select(i => sample.Values[i, a])], [.. chosen.Select(i => sample.Values[i, b])], Marker.Dot,
            new(Palette.DarkGrey, few ? 6 : 4, 0, few ? 0.7 : 0.35));
    }

    /// <summary>Density levels whose superlevel sets contain 50, 80 and 95 % of the probability.</summary>
    private static ContourSeries Contours(Distribution pair, (double Low, double High) x, (double Low, double High) y)
    {
        var xs = Enumerable.Range(0, GridPoints).Select(i => x.Low + ((x.High - x.Low) * i / (GridPoints - 1))).ToArray();
        var ys = Enumerable.Range(0, GridPoints).Select(i => y.Low + ((y.High - y.Low) * i / (GridPoints - 1))).ToArray();
        var points = new double[GridPoints * GridPoints, 2];
        for (var i = 0; i < points.GetLength(0); i++) (points[i, 0], points[i, 1]) = (xs[i % GridPoints], ys[i / GridPoints]);
        var logs = pair.LogProbability(points, maxDegreeOfParallelism: 1);
        var z = new double[GridPoints, GridPoints];
        for (var i = 0; i < logs.Length; i++) z[i / GridPoints, i % GridPoints] = double.IsFinite(logs[i]) ? Math.Exp(logs[i]) : 0;
        var cell = (xs[1] - xs[0]) * (ys[1] - ys[0]);
        return new(xs, ys, z, Levels([.. z.Cast<double>()], cell), new(Palette.Black, 1.2, 0, 0.8));
    }

    /// <summary>Levels that enclose the given probabilities, from densities on a grid.</summary>
    internal static double[] Levels(double[] heights, double cell)
    {
        Array.Sort(heights, static (a, b) => b.CompareTo(a));
        var levels = new List<double>();
        var sum = 0.0;
        foreach (var height in heights)
        {
            sum += height * cell;
            if (levels.Count < contents.Length && sum >= contents[levels.Count]) levels.Add(height);
        }
        return [.. levels.Where(l => l > 0).Distinct()];
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
