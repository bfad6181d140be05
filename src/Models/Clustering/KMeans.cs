using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Features;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// k-means clustering (Lloyd): a row belongs to the centroid with the least squared Euclidean distance over its observed entries, the first on ties;
/// each centroid coordinate is the weighted mean of the observed entries of its rows, and is unchanged if there are none, unless empty clusters are relocated
/// (<see cref="EmptyClusters"/>).
/// </summary>
public sealed class KMeans : Model, IModelFormat<KMeans>, ICenterModel
{
    private readonly double[] centroids;
    private readonly ScoreKind[] scoreKinds;
    private readonly Once<NearestCentroids> search;

    /// <summary>Creates a clustering.</summary>
    /// <param name="centroids">Shape [K, D], finite; copied.</param>
    /// <exception cref="ModelException">There is no centroid, or one is not finite.</exception>
    public KMeans(double[,] centroids)
    {
        ArgumentNullException.ThrowIfNull(centroids);
        (Clusters, Dimensions) = (centroids.GetLength(0), centroids.GetLength(1));
        this.centroids = [.. centroids.Cast<double>()];
        ModelException.CheckOptions("k-means",
            (Clusters > 0 && Dimensions > 0, nameof(centroids), $"{Clusters} x {Dimensions}", "at least one centroid of one feature"),
            (this.centroids.All(double.IsFinite), nameof(centroids), "NaN or infinite", "finite numbers"));
        search = new(() => new NearestCentroids(this.centroids, Clusters));
        scoreKinds =
        [
            new(ScoreKind.Label, [new("label", IsInteger: true)], IsDefault: true),
            new(ScoreKind.Distance, [.. Enumerable.Range(0, Clusters).Select(k => new ScoreColumn($"distance_{k}"))]),
        ];
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<KMeans>();

    /// <inheritdoc/>
    public static string Name => "kmeans";

    /// <inheritdoc/>
    internal override void CheckSomeBatches() => CheckPolicy(EmptyClusters, hasSomeBatches: true);

    /// <summary>Throws if clusters are relocated that only some batches leave empty.</summary>
    internal static void CheckPolicy(EmptyClusterPolicy policy, bool hasSomeBatches) => ModelException.CheckOptions("k-means",
        (policy == EmptyClusterPolicy.Keep || !hasSomeBatches, nameof(EmptyClusters), policy,
            "Keep, as a cluster without rows in a few batches is not empty (or leave out FitOptions.BatchesPerIteration)"));

    /// <summary>Number of clusters K.</summary>
    public int Clusters { get; }

    /// <inheritdoc/>
    public override int Dimensions { get; }

    /// <summary>What an update does with a cluster without rows; <see cref="EmptyClusterPolicy.Keep"/> by default.</summary>
    /// <exception cref="ModelException">The value is not defined.</exception>
    public EmptyClusterPolicy EmptyClusters
    {
        get;
        init
        {
            ModelException.CheckOptions("k-means", (Enum.IsDefined(value), nameof(EmptyClusters), value, "Keep or Relocate"));
            field = value;
        }
    }

    /// <summary>K x D coordinates of the centroids.</summary>
    public override long ParameterCount => centroids.Length;

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => scoreKinds;

    /// <inheritdoc/>
    public override string ObjectiveName => "minus the total squared distance";

    /// <inheritdoc/>
    public override (string Name, double Value) ShownObjective(double objective, double weight) =>
        ("mean squared distance", weight > 0 ? -objective / weight : double.NaN);

    /// <inheritdoc/>
    public override string PartsName => "clusters";

    /// <inheritdoc/>
    public override string Title => $"k-means, {Clusters} cluster{(Clusters == 1 ? "" : "s")}";

    /// <inheritdoc/>
    public IReadOnlyList<ModelCenter> Centers =>
        [.. Enumerable.Range(0, Clusters).Select(k => new ModelCenter($"cluster {k}", Centroid(k).ToArray()))];

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.None;

    /// <inheritdoc/>
    internal override IReadOnlyList<ModelCenter> PartCenters() => Centers;

    /// <summary>Centroid <paramref name="cluster"/>, shape [D].</summary>
    public ReadOnlySpan<double> Centroid(int cluster) => centroids.AsSpan(cluster * Dimensions, Dimensions);

    /// <inheritdoc/>
    public static KMeans ReadParameters(JsonElement json) => new(json.Matrix("centroids"))
    {
        EmptyClusters = json.TryGetProperty("emptyClusters", out _) ? json.Choice<EmptyClusterPolicy>("emptyClusters") : EmptyClusterPolicy.Keep,
    };

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        writer.WriteMatrix("centroids", Matrix());
        if (EmptyClusters != EmptyClusterPolicy.Keep) writer.WriteString("emptyClusters", EmptyClusters.ToString());
    }

    /// <summary>The same centroids with another policy.</summary>
    /// <exception cref="ModelException">The value is not defined.</exception>
    public KMeans With(EmptyClusterPolicy policy) => new(Matrix()) { EmptyClusters = policy };

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new KMeansStatistics(Clusters, Dimensions, EmptyClusters);

    /// <inheritdoc/>
    public override void Summarize(in FeatureBlock block, Statistics statistics)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        var nearest = scratch.Take(FeatureTile.Capacity);
        var distances = scratch.Take(FeatureTile.Capacity);
        var sums = new KMeansBlock((KMeansStatistics)statistics, centroids, Clusters, scratch);
        for (var t = 0; t < block.TileCount; t++)
        {
            var whole = sums.ReadsRows ? block.WholeRows(t) : default;
            var tile = whole.IsEmpty ? block.Tile(t, buffer) : block.Pack(t, buffer, prefetches: false);
            var hasDistances = search.Value.Find(tile, nearest, distances);
            sums.Add(tile, block.FirstRow + (t * FeatureTile.Capacity), block.TileWeights(t), nearest, distances, hasDistances, whole);
        }
        sums.Close();
    }

    /// <inheritdoc/>
    internal override double ToleranceUnit(double weight, double objective) => Math.Abs(objective);

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from) => ((KMeansStatistics)statistics).Recenter(((KMeans)from).centroids, centroids);

    /// <inheritdoc/>
    public override KMeans Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((KMeansStatistics)statistics).Relocated(centroids);
        var next = new double[Clusters, Dimensions];
        for (var k = 0; k < Clusters; k++)
        {
            for (var j = 0; j < Dimensions; j++)
            {
                var (weight, shift) = sums.Coordinate(k, j);
                next[k, j] = centroids[(k * Dimensions) + j] + (weight > 0 ? (1 - options.Inertia) * (shift / weight) : 0);
            }
        }
        return new(next) { EmptyClusters = EmptyClusters };
    }

    /// <inheritdoc/>
    public override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        this.CheckBlock(block);
        ArgumentNullException.ThrowIfNull(scores);
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        var distances = scratch.Take(Clusters * FeatureTile.Capacity);
        var nearest = scratch.Take(FeatureTile.Capacity);
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Tile(t, buffer);
            var start = t * FeatureTile.Capacity;
            if (scores.Wants(ScoreKind.Label))
            {
                search.Value.Find(tile, nearest, distances);
                var labels = scores.Integers(ScoreKind.Label)[start..];
                for (var i = 0; i < tile.Rows; i++) labels[i] = (int)nearest[i];
            }
            if (!scores.Wants(ScoreKind.Distance)) continue;
            SquaredDistances.Fill(tile, centroids, Clusters, distances);
            for (var k = 0; k < Clusters; k++) distances.Slice(k * FeatureTile.Capacity, tile.Rows).CopyTo(scores.Doubles(ScoreKind.Distance, k)[start..]);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var sums = (KMeansStatistics)statistics;
        for (var k = 0; k < Clusters; k++)
        {
            if (!sums.IsEmpty(k)) continue;
            yield return EmptyClusters == EmptyClusterPolicy.Keep
                ? $"cluster {k} is empty: no row is nearest to it; it keeps its centroid (use fewer clusters or another start, or relocate empty clusters)"
                : $"cluster {k} is empty: no row is nearest to it after the last update (use fewer clusters, or more iterations)";
        }
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<double> PartWeights(Statistics statistics) =>
        [.. Enumerable.Range(0, Clusters).Select(((KMeansStatistics)statistics).WeightOf)];

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is KMeans o && o.Clusters == Clusters && o.EmptyClusters == EmptyClusters && o.centroids.AsSpan().SequenceEqual(centroids);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Clusters, Dimensions, centroids[0]);

    /// <inheritdoc/>
    public override string ToString() => $"KMeans({Clusters} clusters of {Dimensions} features)";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        const int most = 20;
        return string.Join(Environment.NewLine, Enumerable.Range(0, Clusters).Select(k =>
            $"cluster {k}: {string.Join(", ", Enumerable.Range(0, Math.Min(most, Dimensions)).Select(j => Coordinate(k, j, features, " ")))}"
                + $"{(Dimensions > most ? $" and {Dimensions - most} more" : "")}"));
    }

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null) => Enumerable.Range(0, Clusters).Select(k =>
        new OutlineEntry($"cluster {k}", Coordinates(k, features).Select(line => new OutlineEntry(line))));

    // The indicators of a column are one line, of the shares of its categories.
    private IEnumerable<string> Coordinates(int cluster, IReadOnlyList<Feature>? features)
    {
        const int most = 8;
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var j = 0; j < Dimensions; j++)
        {
            if (features?[j] is not { Category: not null, Source: var column })
            {
                yield return Coordinate(cluster, j, features, ": ");
                continue;
            }
            if (!done.Add(column)) continue;
            var all = Enumerable.Range(j, Dimensions - j).Where(i => features[i] is { Category: not null } f && f.Source == column)
                .OrderByDescending(i => centroids[(cluster * Dimensions) + i]).ToArray();
            yield return $"{column}: {string.Join(", ", all.Take(most).Select(i => $"{features[i].Category} {Share(centroids[(cluster * Dimensions) + i])}"))}"
                + (all.Length > most ? $" and {all.Length - most} more categories" : "");
        }

        static string Share(double value) => value.ToString("0.0 %", CultureInfo.InvariantCulture);
    }

    // Digits that tell the clusters apart.
    private string Coordinate(int cluster, int feature, IReadOnlyList<Feature>? features, string between)
    {
        var units = FeatureUnits.Of(features, feature);
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (var i = feature; i < centroids.Length; i += Dimensions) (low, high) = (Math.Min(low, centroids[i]), Math.Max(high, centroids[i]));
        return $"{units.Name}{between}{units.Mean(centroids[(cluster * Dimensions) + feature], high - low)}";
    }

    private double[,] Matrix()
    {
        var matrix = new double[Clusters, Dimensions];
        for (var i = 0; i < centroids.Length; i++) matrix[i / Dimensions, i % Dimensions] = centroids[i];
        return matrix;
    }
}
