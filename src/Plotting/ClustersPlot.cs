using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>Clusters: a panel for each pair of features with the rows of each cluster and its center, and one with the sizes of the clusters.</summary>
internal sealed class ClustersPlot : PlotKind
{
    /// <summary>Maximum number of features in one picture: 6 pairs.</summary>
    public const int MostFeatures = 4;

    private const double Margin = 0.04;

    public override string Name => "clusters";

    public override string Description => $"the centers of k-means for each pair of at most {MostFeatures} features, over a sample of the rows in the colour "
        + "of their cluster, and the share of the rows in each; without data the centers alone. By default the features in which the centers differ most";

    internal override bool IsDefaultFor(Model model) => model is ICenterModel;

    public override bool ShowsRows => true;

    public override bool ShowsFeatures => true;

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Model is not ICenterModel centers)
            throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", $"no centers to draw with PlotOptions.Kind {Name}",
                "a clustering, such as k-means", $"choose another kind ({DensityPlot.KindName})");
        var named = Named(model, options);
        if (named is { Length: > MostFeatures })
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Features", $"{named.Length} features", $"at most {MostFeatures} in one picture of clusters",
                $"name fewer, such as {PlotTexts.Some(options.Features!.Take(2))}");
        // All indicators of a column are one feature, for which the first of them stands.
        var features = FeaturesOf(model);
        if (named is not null) return [.. named.Select(j => IndicatorsOf(features, j)[0]).Distinct()];
        return [.. Enumerable.Range(0, features.Count).Select(j => IndicatorsOf(features, j)).Where((own, j) => own[0] == j)
            .OrderByDescending(own => own.Sum(j => Spread(centers, j))).Take(MostFeatures).Select(own => own[0]).Order()];
    }

    internal override int? PanelsOf(SavedModel model, int[] features, bool hasRows)
    {
        var numbers = features.Count(j => FeaturesOf(model)[j].Category is null);
        return (numbers == 1 ? 1 : numbers * (numbers - 1) / 2) + features.Length - numbers + (hasRows ? 1 : 0);
    }

    internal override async ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        int[] all = [.. Enumerable.Range(0, model.Model.Dimensions)];
        // Clusters depend on all features, whichever are drawn.
        var rows = data is null ? null : await DataLook.OpenAsync(model, all, data, options, cancellationToken).ConfigureAwait(false);
        try
        {
            // The model is in the units of its transforms, the picture in those of the rows.
            var transforms = FeatureTransforms.Of(model.Features);
            ModelCenter[] centers = [.. ((ICenterModel)model.Model).Centers.Select(c => c with { Place = transforms.Invert(c.Place) })];
            var weights = rows is null ? null : await rows.CountLabelsAsync(model, centers.Length, cancellationToken).ConfigureAwait(false);
            using var scope = Cancellation.Enter(cancellationToken);
            return Draw(model, features, new ClusterGroups(centers, weights), rows, options);
        }
        finally
        {
            if (rows is not null) await rows.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Picture Draw(SavedModel model, int[] features, ClusterGroups groups, DataLook? rows, PlotOptions options)
    {
        var named = FeaturesOf(model);
        var transforms = FeatureTransforms.Of(model.Features);
        var labels = rows is null ? [] : LabelCounts.LabelsOf(model.Model, transforms.Apply(FeatureMatrix.FromRows(rows.Sample.Values)));
        // What has categories has no place in a plane.
        var numbers = features.Select((j, i) => (Feature: j, Scale: options.ScaleOf(i))).Where(f => named[f.Feature].Category is null).ToArray();
        var axes = numbers.Select(f => AxisOf(named[f.Feature], f.Feature, groups, rows is null ? null : new SeenFeature(rows, f.Feature), f.Scale)).ToArray();
        var panels = new List<Panel>();
        var shown = 0;
        for (var a = 0; a < numbers.Length; a++)
        {
            for (var b = a + 1; b < numbers.Length; b++)
            {
                var (x, y) = (numbers[a].Feature, numbers[b].Feature);
                var points = new List<PointSeries>();
                if (rows is not null)
                {
                    var chosen = SamplePoints.Chosen(rows.Sample, x, y);
                    shown = Math.Max(shown, chosen.Length);
                    points.AddRange(chosen.GroupBy(i => groups.GroupOf(labels[i])).OrderBy(g => g.Key)
                        .Select(g => SamplePoints.Of(rows.Sample, x, y, [.. g], chosen.Length, groups.Ink(g.Key).Color)));
                }
                points.AddRange(groups.Centers(x, y));
                panels.Add(new Panel(options.LabelOf(named[x].Name), options.LabelOf(named[y].Name))
                {
                    Points = points,
                    // Borders are lines only where the picture shows all features.
                    Lines = HasBorders(model) ? ClusterBorders.Of(((ICenterModel)model.Model).Centers, transforms, (x, y), (axes[a], axes[b])) : [],
                    XRange = RangeOf(axes[a]),
                    YRange = RangeOf(axes[b]),
                    XIsLog = axes[a].IsLog,
                    YIsLog = axes[b].IsLog,
                });
            }
        }
        // A single feature: the centers along it, and the rows below each other by cluster.
        if (numbers is [var only]) panels.Add(Single(options.LabelOf(named[only.Feature].Name), only.Feature, axes[0], groups, rows, labels));
        var categories = features.Where(j => named[j].Category is not null).Select(j => new ClusterCategories(named, IndicatorsOf(named, j), groups)).ToArray();
        panels.AddRange(categories.Select(c => c.Draw(options, rows?.Sample, labels)));
        if (groups.Sizes() is { } sizes) panels.Add(sizes);
        return new(TitleOf(model), panels, Legend(groups, rows, shown, hasCenters: numbers.Length > 0),
            [.. Notes(model, features, rows), .. categories.Select(c => c.Note).OfType<string>()]);
    }

    private static List<LegendEntry> Legend(ClusterGroups groups, DataLook? rows, int shown, bool hasCenters)
    {
        var legend = new List<LegendEntry>();
        if (rows is not null) legend.Add(new(SamplePoints.Text(shown > 0 ? shown : rows.Sample.Rows, rows.Rows), new(Palette.DarkGrey),
            LegendSymbol.Dot));
        legend.AddRange(groups.Names.Select((name, g) => new LegendEntry(name, groups.Ink(g),
            !hasCenters ? LegendSymbol.Area : rows is null ? LegendSymbol.Cross : LegendSymbol.Dot)));
        if (rows is not null && hasCenters) legend.Add(new("centers", new(Palette.Black, 3), LegendSymbol.Cross));
        return legend;
    }

    private static IEnumerable<string> Notes(SavedModel model, int[] features, DataLook? rows)
    {
        var named = FeaturesOf(model);
        if (rows?.RowsRejected > 0) yield return $"{PlotTexts.Count(rows.RowsRejected, "row")} rejected";
        foreach (var j in features)
            if (rows?.Missing(j) is > 0 and var missing)
                yield return string.Create(CultureInfo.InvariantCulture, $"{PlotTexts.Name(named[j].GroupName)}: {missing:N0} missing");
        var left = Enumerable.Range(0, named.Count).Except(features.SelectMany(j => IndicatorsOf(named, j)))
            .Select(j => named[j].GroupName).Distinct().ToArray();
        if (left.Length > 0) yield return $"not drawn: {PlotTexts.Some(left)}; the clusters depend on them, too";
        if (HasBorders(model) && features.Length == 2) yield return "grey lines: borders between clusters";
    }

    private static bool HasBorders(SavedModel model) => model.Model.Dimensions == 2 && FeaturesOf(model).All(f => f.Category is null);

    // A feature alone, or all indicators of its column.
    private static int[] IndicatorsOf(IReadOnlyList<Feature> features, int index) => features[index].Category is null ? [index]
        : [.. Enumerable.Range(0, features.Count).Where(j => features[j].Category is not null && features[j].Source == features[index].Source)];

    // How far the centers are apart in a feature, which is also its part in the distances.
    private static double Spread(ICenterModel model, int feature)
    {
        var values = model.Centers.Select(c => c.Place[feature]).ToArray();
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean));
    }

    private static (double Low, double High) RangeOf(Bins axis) => (axis.ValueAt(axis.Low), axis.ValueAt(axis.High));

    private static Bins AxisOf(Feature feature, int index, ClusterGroups groups, SeenFeature? seen, AxisScale scale)
    {
        double[] centers = [.. groups.All.Select(c => c.Place[index]).Order()];
        var values = seen?.Sorted ?? [.. centers.Append(feature.Minimum ?? centers[0]).Append(feature.Maximum ?? centers[^1]).Order()];
        // A few centers do not tell how the rows are distributed.
        var isLog = FeatureAxis.IsLog(feature.Name, values, scale, isContinuous: seen is not null) && (scale == AxisScale.Log || centers[0] > 0);
        if (isLog) values = [.. values.Where(v => v > 0)];
        var axis = new Bins(0, 1, 1) { IsLog = isLog };
        var places = Array.ConvertAll(values, axis.PlaceOf);
        var (low, high) = FeatureRange.Of(places, places[0], places[^1], seen is null ? 0 : 0.001);
        // Every center is within the picture.
        foreach (var place in centers.Select(axis.PlaceOf).Where(double.IsFinite)) (low, high) = (Math.Min(low, place), Math.Max(high, place));
        var margin = (seen is null ? 3 : 1) * Margin * (high - low);
        return axis with { Low = low - margin, Width = high - low + (2 * margin) };
    }

    private static Panel Single(string label, int feature, Bins axis, ClusterGroups groups, DataLook? rows, int[] labels)
    {
        var bars = new List<BarSeries>();
        if (rows is not null)
        {
            var seen = new SeenFeature(rows, feature);
            double[] places = [.. seen.Sorted.Select(axis.PlaceOf).Where(double.IsFinite)];
            var bins = FeatureAxis.Cut(axis, places, axis.Low, axis.High, seen.Step, seen.Rows - seen.Missing);
            var count = bins.Count;
            var bases = new double[count];
            var total = 0.0;
            var heights = new double[groups.Names.Count, count];
            for (var i = 0; i < labels.Length; i++)
            {
                var value = rows.Sample.Values[i, feature];
                if (double.IsNaN(value) || bins.Of(value) is var cell && cell >= count) continue;
                heights[groups.GroupOf(labels[i]), bins.Of(value)] += rows.Sample.Weights[i];
                total += rows.Sample.Weights[i];
            }
            for (var g = 0; g < groups.Names.Count; g++)
            {
                var tops = bases.Select((b, i) => b + (heights[g, i] / Math.Max(total, double.Epsilon))).ToArray();
                bars.Add(new([.. Enumerable.Range(0, count).Select(bins.Center)], bases, tops, bins.Width, groups.Ink(g)));
                bases = tops;
            }
        }
        return new Panel(label, rows is null ? "centers" : "share of the rows")
        {
            Bars = bars,
            Points = [.. groups.Centers(feature, null)],
            // The height of a center says nothing.
            YNames = rows is null ? [""] : null,
            XRange = RangeOf(axis),
            XIsLog = axis.IsLog,
        };
    }
}
