using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Campaigns.Values;

/// <summary>Every way to fit a model: estimators and families found by reflection, each start, with and without a minimum variance.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Run">Fits.</param>
/// <param name="Estimator">Generic type of the estimator.</param>
internal sealed record Fits(string Name, Type Estimator,
    Func<IDataPass, FitOptions, CancellationToken, Task<(Model Model, double LogLikelihood, int Iterations)>> Run)
{
    /// <summary>All of them.</summary>
    /// <param name="isLong">True: all starts and numbers of components.</param>
    public static IEnumerable<Fits> All(bool isLong)
    {
        var starts = isLong ? CentroidInitialization.All : [CentroidInitialization.Default];
        foreach (var family in ModelFormat.Families)
        {
            foreach (var start in starts)
                foreach (var components in isLong ? new[] { 1, 2, 5 } : [1, 3])
                    yield return Of($"{components} x {family.Name}, {start.Name}", new MixtureEstimator(family, components, start));
            yield return Of($"{family.Name} alone", new DistributionEstimator(family));
        }
        foreach (var start in starts)
            foreach (var clusters in isLong ? new[] { 1, 2, 5 } : [1, 3])
                yield return Of($"kmeans {clusters}, {start.Name}", new KMeansEstimator(clusters, start));
        yield return Of("one of four mixtures", new ModelSelection<GeneralMixtureModel>(k => Mixture.Of<NormalDistribution>(k), [1, 2], restarts: 2));
        yield return Of("Bayesian network", new BayesianNetworkEstimator(new StructureOptions(), MissingValues.Em));
        yield return Of("Markov network", new MarkovNetworkEstimator());
        yield return Of("kmeans from given centroids", () => new KMeans(new double[,] { { 0, 0, 0 }, { 1, 1, 1 } }));
        yield return Of("mixture of mixtures",
            () => new GeneralMixtureModel(
                [new GeneralMixtureModel([.. new double[] { -1, 1 }.Select(m => MultivariateGaussianDistribution.Prototype([m, m, m]))]),
                IndependentComponentsDistribution.Prototype([3, 3, 3])]));
    }

    private static Fits Of<TModel>(string name, IEstimator<TModel> estimator)
        where TModel : Model => new(name, estimator.GetType() is { IsGenericType: true } generic ? generic.GetGenericTypeDefinition() : estimator.GetType(),
            async (pass, options, token) => Told(await estimator.FitAsync(pass, options, token)));

    private static Fits Of<TModel>(string name, Func<TModel> start)
        where TModel : Model =>
            new(name, typeof(ModelEstimator<>), async (pass, options, token) => Told(await new ModelEstimator<TModel>(start()).FitAsync(pass, options, token)));

    private static (Model, double, int) Told<TModel>(FitResult<TModel> result)
        where TModel : Model => (result.Model, result.LogLikelihood, result.History.Count);
}
