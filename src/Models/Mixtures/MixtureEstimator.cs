using System.Globalization;
using Pipelines.Models.Clustering;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines;

/// <summary>
/// A mixture with unknown parameters. The start: centroids chosen from a sample, k-means, one maximum-likelihood fit of the family for each cluster, mixing
/// weights from the clusters' shares, and EM on the sample; the best of several such starts is taken. Then EM over all rows.
/// </summary>
/// <param name="family">The components' family; a univariate family gives independent components if there are several features.</param>
/// <param name="components">Number of components, at least 1.</param>
/// <param name="initialization">How centroids are chosen; null = k-means++.</param>
/// <param name="kMeansIterations">Number of k-means updates for the start, at least 0. Null (default): several runs of k-means to their end compete, and EM
/// on the sample decides.</param>
/// <param name="tied">True: all components have the same covariance (<see cref="GeneralMixtureModel.HasTiedCovariances"/>). Default false.</param>
/// <exception cref="ModelException">Components are tied that have no covariance.</exception>
public sealed class MixtureEstimator(DistributionFamily family, int components, CentroidInitialization? initialization = null, int? kMeansIterations = null,
    bool tied = false)
    : IEstimator<GeneralMixtureModel>, IPriorEstimator
{
    private readonly CentroidInitialization initialization = initialization ?? CentroidInitialization.Default;

    // Shape [components]; null = all are of one family.
    private readonly IReadOnlyList<DistributionFamily>? families;

    /// <summary>
    /// A mixture whose components are of several families. Component k starts from cluster k, without the rows that its family cannot produce; as the
    /// clusters' order depends on the seed, several starts (<see cref="ModelSelection{TModel}"/>) try several assignments.
    /// </summary>
    /// <param name="families">Shape [components], at least one: their families; a univariate one gives independent features if there are several.</param>
    /// <param name="initialization">How centroids are chosen; null = k-means++.</param>
    /// <param name="kMeansIterations">Number of k-means updates for the start, at least 0; null (default) = several starts compete.</param>
    /// <exception cref="ModelException">There is no family.</exception>
    public MixtureEstimator(IReadOnlyList<DistributionFamily> families, CentroidInitialization? initialization = null, int? kMeansIterations = null)
        : this(First(families), families.Count, initialization, kMeansIterations) => this.families = families;

    private static DistributionFamily First(IReadOnlyList<DistributionFamily> families)
    {
        ArgumentNullException.ThrowIfNull(families);
        return families.Count > 0 ? families[0] : throw new ModelException(ErrorKind.Usage, "mixture", "no family", "one for each component", "name one");
    }

    /// <summary>True: all components have the same covariance (<see cref="GeneralMixtureModel.HasTiedCovariances"/>).</summary>
    public bool HasTiedCovariances { get; } = CovarianceTie.Check(family, tied, $"{nameof(MixtureEstimator)}.{nameof(HasTiedCovariances)}");

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
    [
        new("mixture", families is null
            ? $"{components.ToString(CultureInfo.InvariantCulture)} x {family}{(HasTiedCovariances ? ", tied covariances" : "")}"
            : string.Join(" + ", families)),
        new("initialization", $"{initialization.Name}, {kMeansIterations?.ToString(CultureInfo.InvariantCulture) ?? "all"} k-means updates"),
    ];

    /// <inheritdoc/>
    public bool IsCategorical(int feature)
    {
        var is0 = family.IsCategorical(feature);
        if (families?.FirstOrDefault(f => f.IsCategorical(feature) != is0) is not { } other) return is0;
        throw new ModelException(ErrorKind.Usage, $"mixture, feature {feature}", $"'{family}' and '{other}', of which one is of categories",
            "families of categories in all components, or in none", "choose other families")
        { FeatureIndex = feature };
    }

    /// <inheritdoc/>
    public string? FixedSupport(int feature) => All.Select(f => f.FixedSupport(feature)).FirstOrDefault(f => f is not null);

    /// <inheritdoc/>
    /// <remarks>Components of categories start at random, however centroids are chosen.</remarks>
    public FitUses Uses => All.Aggregate(FitUses.Start | FitUses.Acceleration, (uses, f) => uses | f.Uses)
        | (components > 1 ? FitUses.Pseudocount : FitUses.None)
        | (initialization.IsRandom || (components > 1 && All.All(f => f.IsCategoricalThroughout)) ? FitUses.Seed : FitUses.None);

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => All.Aggregate(ParameterKinds.None, (kinds, f) => kinds | f.ParameterKinds)
        | (components > 1 ? ParameterKinds.Weights : ParameterKinds.None);

    private IEnumerable<DistributionFamily> All => families ?? [family];

    private void CheckPriors(int given) => BlockChecks.CheckPriors(GeneralMixtureModel.Name, "components", components, given);

    void IPriorEstimator.CheckPriors(int given) => CheckPriors(given);

    /// <inheritdoc/>
    public async ValueTask<FitResult<GeneralMixtureModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ModelException.CheckOptions("mixture",
            (components >= 1, nameof(components), components, "at least 1"),
            (kMeansIterations is null or >= 0, nameof(kMeansIterations), kMeansIterations, "at least 0"));
        CheckPriors(pass.PriorComponents);
        return await ExpectationMaximization.NamingFeaturesAsync(pass, async () =>
        {
            (var start, options) = await initialization.StartAsync(pass, options, components, Start, cancellationToken).ConfigureAwait(false);
            start = await PriorAgreement.AlignAsync(start, pass, cancellationToken).ConfigureAwait(false);
            return await ExpectationMaximization.FitAsync(start, pass, options, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// The start for rows whose responsibilities are known or guessed: one M step with them. Continue with <c>Fit</c> of the result, or begin a fit of a
    /// pipeline with it (<see cref="ModelEstimator{TModel}"/>).
    /// </summary>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts implicitly.</param>
    /// <param name="responsibilities">Shape [rows, K]: from 0 to 1, and the sum of each row is 1 within 1e-6.</param>
    /// <param name="options">Minimum variance and pseudocount are used; null = the defaults.</param>
    /// <exception cref="ModelException">The responsibilities do not fit the rows, or give no valid parameters.</exception>
    public GeneralMixtureModel StartFrom(FeatureMatrix data, double[,] responsibilities, FitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(responsibilities);
        var (fitted, shares) = GivenResponsibilities.Fit(k => families?[k] ?? family, components, data, responsibilities, options ?? new());
        // The first update ties the covariances.
        return new(fitted, shares, HasTiedCovariances);
    }

    /// <summary>The model that EM starts from.</summary>
    /// <param name="sample">The rows to choose it from.</param>
    /// <param name="options">Seed, minimum variance and pseudocount are used.</param>
    public GeneralMixtureModel Start(FeatureSample sample, FitOptions options)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(options);
        var start = new MixtureStart(families ?? [.. Enumerable.Repeat(family, components)], IsCategorical, HasTiedCovariances);
        var numbers = Enumerable.Range(0, sample.Columns).Where(j => !IsCategorical(j)).ToArray();
        if (components > 1 && kMeansIterations is null && Uses.HasFlag(FitUses.Seed)
            && new StartTournament(IsCategorical, components, initialization, start).Choose(sample, options) is { } best)
            return best;
        if (numbers.Length == 0 && components > 1) return start.FromFactors(sample, options.Seed, options);
        // Category codes have no distances: the clusters are those of the other features.
        var seen = numbers.Length < sample.Columns && components > 1 ? SampleGeometry.All(sample, numbers).First() : sample;
        var clusters = new KMeans(initialization.Centroids(seen, components, options.Seed));
        if (kMeansIterations is null) clusters = KMeansStart.ToEnd(clusters, seen, options).Model;
        else if (kMeansIterations > 0)
            clusters = clusters.Fit(seen.Matrix, new FitOptions
            {
                MaxIterations = kMeansIterations.Value,
                StopThreshold = double.NegativeInfinity,
                MaxDegreeOfParallelism = options.MaxDegreeOfParallelism,
                BatchSize = options.BatchSize,
            }).Model;
        return start.FromClusters(sample, clusters.Predict(seen.Matrix, options.Threads), options);
    }
}

/// <summary>Mixtures with unknown parameters.</summary>
public static class Mixture
{
    /// <summary>A mixture of <paramref name="components"/> distributions of one family.</summary>
    /// <typeparam name="T">The family; a univariate one gives independent components if there are several features.</typeparam>
    /// <param name="components">Number of components, at least 1.</param>
    /// <param name="initialization">How centroids are chosen; null = k-means++.</param>
    /// <param name="tied">True: all components have the same covariance. Default false.</param>
    public static MixtureEstimator Of<T>(int components, CentroidInitialization? initialization = null, bool tied = false)
        where T : Distribution, IDistributionFamily<T> => new(DistributionFamily.Of<T>(), components, initialization, tied: tied);

    /// <summary>A mixture with a family for each component.</summary>
    /// <param name="families">Shape [components], at least one.</param>
    public static MixtureEstimator Of(params IReadOnlyList<DistributionFamily> families) => new(families);

    /// <summary>Weighted parts as one distribution.</summary>
    /// <param name="parts">At least one, of which one has a positive weight.</param>
    public static Distribution Combine(IReadOnlyList<WeightedPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new GeneralMixtureModel([.. parts.Select(p => p.Distribution)], [.. parts.Select(p => p.Weight)]);
    }
}
