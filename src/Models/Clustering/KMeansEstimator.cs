using System.Globalization;
using Pipelines.Models.Clustering;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// k-means with unknown centroids: the best of several runs over a sample, then Lloyd's iterations over all rows.
/// </summary>
/// <param name="clusters">Number of clusters, at least 1.</param>
/// <param name="initialization">How the initial centroids are chosen; null = k-means++.</param>
/// <param name="emptyClusters">What an update does with a cluster that no row is nearest to. Relocation needs iterations that take all rows.</param>
public sealed class KMeansEstimator(int clusters, CentroidInitialization? initialization = null, EmptyClusterPolicy emptyClusters = EmptyClusterPolicy.Keep)
    : IEstimator<KMeans>
{
    private const int MostSpread = 30;

    private readonly CentroidInitialization initialization = initialization ?? CentroidInitialization.Default;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("clusters", clusters.ToString(CultureInfo.InvariantCulture)),
        new("initialization", initialization.Name),
        .. emptyClusters == EmptyClusterPolicy.Keep ? Array.Empty<KeyValuePair<string, string>>() : [new("empty clusters", emptyClusters.ToString())]];

    /// <inheritdoc/>
    public bool HasLikelihood => false;

    /// <inheritdoc/>
    public FitUses Uses => FitUses.Start | (initialization.IsRandom ? FitUses.Seed : FitUses.None);

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => ParameterKinds.Others;

    /// <inheritdoc/>
    public async ValueTask<FitResult<KMeans>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ModelException.CheckOptions("k-means",
            (clusters >= 1, nameof(clusters), clusters, "at least 1"),
            (Enum.IsDefined(emptyClusters), nameof(emptyClusters), emptyClusters, "Keep or Relocate"));
        KMeans.CheckPolicy(emptyClusters, options.BatchesPerIteration is not null);
        options = options.Started();
        var survey = await initialization.SurveyAsync(pass, options, clusters, cancellationToken).ConfigureAwait(false);
        List<string> warnings;
        KMeans start;
        using (Cancellation.Enter(cancellationToken))
        {
            var sample = survey.Sample();
            warnings = [.. FitDiagnosis.MuchMissing(sample, pass.Features)];
            if (UnequalSpreads(sample, pass.Features) is { } spreads) warnings.Add(spreads);
            start = KMeansStart.Best(sample, clusters, initialization, options).With(emptyClusters);
        }
        var result = await ExpectationMaximization.FitAsync(start, pass, options, cancellationToken).ConfigureAwait(false);
        return result with { Warnings = [.. warnings, .. result.Warnings] };
    }

    /// <summary>A warning of features whose standard deviations differ so much that one of them decides the distances; null if there are none.</summary>
    private static string? UnequalSpreads(FeatureSample sample, IReadOnlyList<Feature>? features)
    {
        var moments = new MomentStatistics(sample.Columns);
        var rows = sample.Matrix.Block(0, sample.Rows);
        for (var j = 0; j < sample.Columns; j++) moments.Add(j, rows, FeatureTransforms.None);
        // The indicators of a column count together, as they do in a distance.
        var spreads = Enumerable.Range(0, sample.Columns).Where(j => !moments.IsConstant(j))
            .GroupBy(j => features is null ? $"feature {j}" : $"'{features[j].GroupName}'")
            .Select(g => (Name: g.Key, Spread: Math.Sqrt(g.Sum(moments.Variance)))).OrderBy(s => s.Spread).ToArray();
        if (spreads.Length < 2 || !(spreads[^1].Spread > MostSpread * spreads[0].Spread)) return null;
        var (least, most) = (spreads[0], spreads[^1]);
        return string.Create(CultureInfo.InvariantCulture, $"the features' standard deviations differ by more than {MostSpread} times, from {least.Spread:G3} "
            + $"({least.Name}) to {most.Spread:G3} ({most.Name}): the larger ones decide the distances; bring the features to a common scale "
            + $"(FeatureScaling.Standard)");
    }
}
