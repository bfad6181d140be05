using System.Globalization;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines;

/// <summary>
/// A mixture with unknown parameters. The start: centroids chosen from a sample, some k-means updates, one maximum-likelihood fit of
/// the family for each cluster, mixing weights from the clusters' shares. Then EM over all rows.
/// </summary>
/// <param name="family">The components' family; a univariate family gives independent components if there are several features.</param>
/// <param name="components">Number of components, at least 1.</param>
/// <param name="initialization">How centroids are chosen; null = k-means++.</param>
/// <param name="kMeansIterations">Number of k-means updates for the start, at least 0; default 1.</param>
/// <param name="tied">True: all components have the same covariance (<see cref="GeneralMixtureModel.HasTiedCovariances"/>). Default false.</param>
/// <exception cref="ModelException">Components are tied that have no covariance.</exception>
public sealed class MixtureEstimator(DistributionFamily family, int components, CentroidInitialization? initialization = null, int kMeansIterations = 1,
    bool tied = false)
    : IEstimator<GeneralMixtureModel>, IPriorEstimator
{
    // Share of the other clusters' rows that a cluster borrows if its own rows give no valid parameters.
    private const double Borrowed = 0.01;

    // The same for categorical features: a category that a component has never seen stays impossible there, however EM proceeds.
    private const double BorrowedCategories = 0.25;

    private readonly CentroidInitialization initialization = initialization ?? CentroidInitialization.Default;

    // Shape [components]; null = all are of one family.
    private readonly IReadOnlyList<DistributionFamily>? families;

    /// <summary>
    /// A mixture whose components are of several families. Component k starts from cluster k, without the rows that its family cannot produce; as the
    /// clusters' order depends on the seed, several starts (<see cref="ModelSelection{TModel}"/>) try several assignments.
    /// </summary>
    /// <param name="families">Shape [components], at least one: their families; a univariate one gives independent features if there are several.</param>
    /// <param name="initialization">How centroids are chosen; null = k-means++.</param>
    /// <param name="kMeansIterations">Number of k-means updates for the start, at least 0; default 1.</param>
    /// <exception cref="ModelException">There is no family.</exception>
    public MixtureEstimator(IReadOnlyList<DistributionFamily> families, CentroidInitialization? initialization = null, int kMeansIterations = 1)
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
        new("initialization", $"{initialization.Name}, {kMeansIterations.ToString(CultureInfo.InvariantCulture)} k-means updates"),
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
    /// <remarks>Components of categories start at random, however centroids are chosen.</remarks>
    public FitUses Uses => All.Aggregate(FitUses.Start, (uses, f) => uses | f.Uses)
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
            (kMeansIterations >= 0, nameof(kMeansIterations), kMeansIterations, "at least 0"));
        CheckPriors(pass.PriorComponents);
        return await ExpectationMaximization.NamingFeaturesAsync(pass, async () =>
        {
            var start = await initialization.StartAsync(pass, options, components, Start, cancellationToken).ConfigureAwait(false);
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
        var numbers = Enumerable.Range(0, sample.Columns).Where(j => !IsCategorical(j)).ToArray();
        if (numbers.Length == 0 && components > 1) return FromCategories(sample, options);
        var hasCategories = numbers.Length < sample.Columns;
        var seen = hasCategories && components > 1 ? Only(sample, numbers) : sample;
        var clusters = new KMeans(initialization.Centroids(seen, components, options.Seed));
        if (kMeansIterations > 0)
            clusters =
                clusters.Fit(seen.Matrix, options with
                {
                    MaxIterations = kMeansIterations,
                    StopThreshold = double.NegativeInfinity,
                    Progress = null,
                    Journal = null,
                    Inertia = 0,
                    LearningRateDecay = 0,
                    MinVariance = 0,
                    Shrinkage = CovarianceShrinkage.None,
                    Pseudocount = 0,
                    ClassPseudocount = 0,
                    BatchesPerIteration = null,
                    WeightInertia = 0,
                    Update = ParameterKinds.All,
                }).Model;
        var assignment = clusters.Predict(seen.Matrix, options.Threads);
        var fitted = new Distribution[components];
        var shares = new double[components];
        for (var k = 0; k < components; k++)
        {
            for (var i = 0; i < sample.Rows; i++)
                if (assignment[i] == k) shares[k] += sample.Weights[i];
            fitted[k] = FitCluster(sample, assignment, k, clusters.Centroid(k), hasCategories ? BorrowedCategories : 0, options);
        }
        if (HasTiedCovariances) fitted = Tied(fitted, sample, assignment, hasCategories ? BorrowedCategories : 0, options);
        return new(Possible(fitted, sample), [.. shares.Select(s => s + options.Pseudocount)], HasTiedCovariances);
    }

    // Clusters whose rows are too few for a covariance of their own share that of all rows.
    private static Distribution[] Tied(Distribution[] fitted, FeatureSample sample, int[] assignment, double borrowed, FitOptions options)
    {
        var rows = sample.Matrix.Block(0, sample.Rows);
        var weights = new double[sample.Rows];
        var sums = new Statistics[fitted.Length];
        for (var k = 0; k < sums.Length; k++)
        {
            for (var i = 0; i < weights.Length; i++) weights[i] = sample.Weights[i] * (assignment[i] == k ? 1 : borrowed);
            sums[k] = fitted[k].CreateStatistics();
            fitted[k].Accumulate(rows, weights, sums[k]);
        }
        var maximize = options.Start with { Rows = sample.Rows };
        return [.. PartEstimates.Of(fitted, sums, maximize, tied: true, k => $"component {k}").Cast<Distribution>()];
    }

    // Rows outside the sample may contain values that the sample lacks. If the sample is complete, each row is possible in its own cluster.
    private static Distribution[] Possible(Distribution[] fitted, FeatureSample sample) => sample.IsComplete ? fitted : [.. fitted.Select(f => f.Smoothed())];

    // Category codes have no distances: the clusters are those of the other features.
    private static FeatureSample Only(FeatureSample sample, int[] columns)
    {
        var values = new double[sample.Rows, sample.Columns];
        foreach (var j in columns)
            for (var i = 0; i < sample.Rows; i++) values[i, j] = sample.Values[i, j];
        return sample with { Values = values };
    }

    // Without distances: each component weights each combination of categories by its own random factor, between 0.5 and 1.5.
    private GeneralMixtureModel FromCategories(FeatureSample sample, FitOptions options)
    {
        var fitted = new Distribution[components];
        for (var k = 0; k < components; k++)
        {
            var own = SeededRandom.Mix((ulong)options.Seed + ((ulong)k << 32) + 1);
            fitted[k] = (families?[k] ?? family).Prototype(new double[sample.Columns]).FitTo(sample, i => Factor(own, i), options);
        }
        return new(Possible(fitted, sample), [.. Enumerable.Repeat(1.0, components)]);

        double Factor(ulong hash, int row)
        {
            for (var j = 0; j < sample.Columns; j++) hash = SeededRandom.Mix(hash ^ (ulong)BitConverter.DoubleToInt64Bits(sample.Values[row, j] + 0.0));
            return 0.5 + ((hash >> 11) * (1.0 / (1UL << 53)));
        }
    }

    private Distribution FitCluster(FeatureSample sample, int[] assignment, int cluster, ReadOnlySpan<double> centroid, double borrowed, FitOptions options)
    {
        var blank = (families?[cluster] ?? family).Prototype(centroid);
        try
        {
            return blank.FitTo(sample, i => Weight(i, borrowed), options);
        }
        catch (ModelException)
        {
            // Too few or too similar rows in the cluster: include the others with a small weight. If even all rows together fail, report it.
            return blank.FitTo(sample, i => Weight(i, Math.Max(borrowed, Borrowed)), options);
        }

        // Rows that the family cannot produce are left to components of other families.
        double Weight(int i, double others)
        {
            for (var j = 0; j < sample.Columns && families is not null; j++)
                if (blank.Outside(j, sample.Values[i, j]) is not null) return 0;
            return assignment[i] == cluster ? 1 : others;
        }
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
