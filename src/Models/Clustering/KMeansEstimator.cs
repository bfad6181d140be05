using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>k-means with unknown centroids: chooses them from a sample, then runs Lloyd's iterations over all rows.</summary>
/// <param name="clusters">Number of clusters, at least 1.</param>
/// <param name="initialization">How the initial centroids are chosen; null = k-means++.</param>
/// <param name="emptyClusters">What an update does with a cluster that no row is nearest to. Relocation needs iterations that take all rows.</param>
public sealed class KMeansEstimator(int clusters, CentroidInitialization? initialization = null, EmptyClusterPolicy emptyClusters = EmptyClusterPolicy.Keep)
    : IEstimator<KMeans>
{
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
        var (start, _) = await initialization.StartAsync(pass, options, clusters,
            (sample, o) => new KMeans(initialization.Centroids(sample, clusters, o.Seed)) { EmptyClusters = emptyClusters }, cancellationToken)
            .ConfigureAwait(false);
        return await ExpectationMaximization.FitAsync(start, pass, options, cancellationToken).ConfigureAwait(false);
    }
}
