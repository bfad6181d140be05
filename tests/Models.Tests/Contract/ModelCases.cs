using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Contract;

/// <summary>
/// One case for each model: a start, and rows to fit it to. <see cref="ModelContractTests.EveryModelHasACase"/> fails
/// when a model in the assembly has none.
/// </summary>
internal static class ModelCases
{
    private static readonly (string Name, Func<Model> Start, Func<FeatureMatrix> Data)[] cases =
    [
        ("normal", () => new NormalDistribution(1, 2), () => Rows(1)),
        ("multivariate-gaussian", () => MultivariateGaussianDistribution.Prototype([0, 0, 0]), () => Rows(3)),
        ("multivariate-gaussian, missing", () => MultivariateGaussianDistribution.Prototype([0, 0, 0]), () => Rows(3, missing: true)),
        ("independent-components", () => IndependentComponentsDistribution.Prototype([0, 0, 0]), () => Rows(3, missing: true)),
        ("independent-components of a Gaussian and a normal",
            () => new IndependentComponentsDistribution([MultivariateGaussianDistribution.Prototype([0, 0]), new NormalDistribution(0, 1)], [1, 0.5]),
            () => Rows(3)),
        ("mixture of normals", () => Mix(3, k => new NormalDistribution(3 * k, 1)), () => Rows(1)),
        ("mixture of Gaussians", () => Mix(3, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])), () => Rows(3)),
        ("mixture of Gaussians, missing and weighted", () => Mix(2, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])),
            () => Rows(3, missing: true, weighted: true)),
        ("mixture of Gaussians, few missing", () => Mix(2, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])),
            () => Rows(3, missing: true, oneIn: 700)),
        ("mixture of independent normals, few missing", () => Mix(2, k => IndependentComponentsDistribution.Prototype([3 * k, 0, -k])),
            () => Rows(3, missing: true, oneIn: 700)),
        ("mixture of normals, few missing", () => Mix(2, k => new NormalDistribution(3 * k, 1)), () => Rows(1, missing: true, oneIn: 700)),
        ("mixture of independent normals", () => Mix(3, k => IndependentComponentsDistribution.Prototype([3 * k, 0, -k])), () => Rows(3, missing: true)),
        ("mixture of families in any mix",
            () =>
                Mix(3, k => k == 0 ? IndependentComponentsDistribution.Prototype([0, 1, 2]) : k == 1
                    ? MultivariateGaussianDistribution.Prototype([5, 0, 0])
                    : Mix(2, i => MultivariateGaussianDistribution.Prototype([i, 4 * i, 0]))), () => Rows(3)),
        ("tied mixture of Gaussians", () => Tied(3, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])), () => Rows(3)),
        ("tied mixture of Gaussians, missing and weighted", () => Tied(2, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])),
            () => Rows(3, missing: true, weighted: true)),
        ("tied mixture of Gaussians, one frozen", () => Tied(3, k => k == 1
            ? MultivariateGaussianDistribution.Prototype([4, 0]).Freeze()
            : MultivariateGaussianDistribution.Prototype([4 * k, 0])), () => Rows(2)),
        ("tied mixture of normals", () => Tied(3, k => new NormalDistribution(3 * k, 1)), () => Rows(1)),
        ("tied mixture of independent normals, missing", () => Tied(3, k => IndependentComponentsDistribution.Prototype([3 * k, 0, -k])),
            () => Rows(3, missing: true)),
        ("tied mixture of diagonal Gaussians", () => Tied(3, k => DiagonalGaussianDistribution.Prototype([3 * k, 0, -k])), () => Rows(3, weighted: true)),
        ("tied mixture of spherical Gaussians", () => Tied(3, k => SphericalGaussianDistribution.Prototype([3 * k, 0, -k])), () => Rows(3)),
        ("tied naive-bayes", () => new NaiveBayes([.. Enumerable.Range(0, 3).Select(k => IndependentComponentsDistribution.Prototype([3 * k, 0, -k]))],
            tied: true), () => Labeled(Rows(3, missing: true, weighted: true))),
        ("tied bayes-classifier", () => new BayesClassifier([.. Enumerable.Range(0, 3).Select(k => MultivariateGaussianDistribution.Prototype([3 * k, 0]))],
            tied: true), () => Labeled(Rows(2))),
        ("kmeans", () => new KMeans(new double[,] { { 0, 0, 0 }, { 4, 1, -2 }, { 9, 0, 1 } }), () => Rows(3, missing: true, weighted: true)),
        ("kmeans of many clusters", () => new KMeans(Grid(12)), () => Rows(3)),
        ("kmeans that relocates empty clusters",
            () => new KMeans(new double[,] { { 0, 0, 0 }, { 4, 1, -2 }, { 900, 0, 1 } }) { EmptyClusters = EmptyClusterPolicy.Relocate },
            () => Rows(3, missing: true, weighted: true)),
        ("naive-bayes", () => new NaiveBayes([.. Enumerable.Range(0, 3).Select(k => IndependentComponentsDistribution.Prototype([3 * k, 0, -k]))]),
            () => Labeled(Rows(3, missing: true, weighted: true))),
        ("bayes-classifier of mixtures", () => new BayesClassifier([.. Enumerable.Range(0, 3).Select(k => k == 0
            ? (ProbabilityModel)MultivariateGaussianDistribution.Prototype([0, 0])
            : Mix(2, i => MultivariateGaussianDistribution.Prototype([3 * k, i])))], [0.2, 0.3, 0.5], new(["low", "middle", "high"])), () => Labeled(Rows(2))),
        ("mixture of normals, priors", () => Mix(3, k => new NormalDistribution(3 * k, 1)), () => WithPriors(Rows(1), 3)),
        ("mixture of Gaussians, missing and weighted, priors", () => Mix(2, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])),
            () => WithPriors(Rows(3, missing: true, weighted: true), 2)),
        ("mixture of families in any mix, priors",
            () => Mix(3, k => k < 2 ? MultivariateGaussianDistribution.Prototype([5 * k, 0, 0])
                : Mix(2, i => IndependentComponentsDistribution.Prototype([i, 4 * i, 0]))), () => WithPriors(Rows(3), 3)),
        ("naive-bayes, priors", () => new NaiveBayes([.. Enumerable.Range(0, 3).Select(k => IndependentComponentsDistribution.Prototype([3 * k, 0, -k]))]),
            () => WithPriors(Labeled(Rows(3, missing: true, weighted: true)), 3)),
        ("bayes-classifier of mixtures, priors", () => new BayesClassifier([.. Enumerable.Range(0, 3).Select(k =>
            Mix(2, i => MultivariateGaussianDistribution.Prototype([3 * k, i])))], [0.2, 0.3, 0.5]), () => WithPriors(Labeled(Rows(2)), 3)),
        .. DistributionCases.All,
        .. NetworkCases.All,
    ];

    public static TheoryData<string> Names => [.. cases.Select(c => c.Name)];

    public static IEnumerable<string> Keys => cases.Select(c => c.Name);

    /// <summary>Families of the library itself: own ones, which tests register, are tested where they are registered.</summary>
    public static IEnumerable<DistributionFamily> Families =>
        ModelFormat.Families.Where(f => f.Prototype([0.5, 0.5]) is var blank
            && (blank is IndependentComponentsDistribution p ? p.Parts[0] : blank).GetType().Assembly == typeof(Model).Assembly);

    public static IEnumerable<Type> Covered => cases.SelectMany(c => Parts(c.Start())).Select(m => m.GetType()).Distinct();

    /// <summary>Models of rows; those of sequences have a suite of their own.</summary>
    public static IEnumerable<Type> All => typeof(Model).Assembly.GetTypes()
        .Where(t => !t.IsAbstract && typeof(Model).IsAssignableFrom(t) && !typeof(SequenceModel).IsAssignableFrom(t));

    public static (Model Start, FeatureMatrix Data) Get(string name)
    {
        var found = cases.Single(c => c.Name == name);
        return (found.Start(), found.Data());
    }

    /// <summary>The rows of a case that have no missing entry.</summary>
    public static FeatureMatrix Complete(FeatureMatrix data)
    {
        var block = data.Block(0, data.Rows);
        var rows = new List<int>();
        for (var i = 0; i < block.Rows; i++)
        {
            var missing = false;
            for (var j = 0; j < block.Columns; j++) missing |= double.IsNaN(block[i, j]);
            if (!missing) rows.Add(i);
        }
        var values = new double[rows.Count, block.Columns];
        var weights = new double[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < block.Columns; j++) values[i, j] = block[rows[i], j];
            weights[i] = block.Weights.IsEmpty ? 1 : block.Weights[rows[i]];
        }
        return FeatureMatrix.FromRows(values, weights);
    }

    /// <summary>5,000 seeded rows around three centres.</summary>
    public static FeatureMatrix Rows(int columns, bool missing = false, bool weighted = false, int oneIn = 12, int rows = 5_000)
    {
        var random = new SeededRandom(7);
        var values = new double[rows, columns];
        var weights = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            var center = 4 * random.NextInt64(3);
            for (var j = 0; j < columns; j++)
            {
                values[i, j] = (j == 0 ? center : 0) + random.NextNormal();
                if (missing && random.NextInt64(oneIn) == 0) values[i, j] = double.NaN;
            }
            weights[i] = weighted ? random.NextInt64(4) : 1;
        }
        return FeatureMatrix.FromRows(values, weighted ? weights : null);
    }

    /// <summary>Priors of any kind: equal ones, certain ones, some that rule a component out, and any others. Shape [rows, components].</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="components">Number of components.</param>
    /// <param name="soft">True: all are above 0.</param>
    public static double[,] Priors(int rows, int components, bool soft = false)
    {
        var random = new SeededRandom(components);
        var priors = new double[rows, components];
        for (var i = 0; i < rows; i++)
        {
            double sum = 0;
            var (certain, never) = soft ? (-1, -1) : (i % 11 == 1 ? i / 11 % components : -1, i % 7 == 2 ? i / 7 % components : -1);
            for (var k = 0; k < components; k++)
            {
                priors[i, k] = certain >= 0 ? (k == certain ? 1 : 0) : k == never ? 0 : i % 5 == 0 ? 1 : 0.05 + random.NextDouble();
                sum += priors[i, k];
            }
            for (var k = 0; k < components; k++) priors[i, k] /= sum;
        }
        return priors;
    }

    private static FeatureMatrix WithPriors(FeatureMatrix rows, int components) => rows.WithPriors(Priors(rows.Rows, components));

    /// <summary>The same rows, of which two in three have a label that says between which bounds the first value is.</summary>
    private static FeatureMatrix Labeled(FeatureMatrix rows)
    {
        var block = rows.Block(0, rows.Rows);
        var labels = new int[rows.Rows];
        for (var i = 0; i < labels.Length; i++)
        {
            var x = block[i, 0];
            labels[i] = i % 3 == 0 || double.IsNaN(x) ? -1 : x < 2 ? 0 : x < 6 ? 1 : 2;
        }
        return rows.WithLabels(labels);
    }

    private static double[,] Grid(int clusters)
    {
        var centroids = new double[clusters, 3];
        for (var k = 0; k < clusters; k++) (centroids[k, 0], centroids[k, 1], centroids[k, 2]) = (k, k % 3, -(k % 2));
        return centroids;
    }

    private static GeneralMixtureModel Mix(int components, Func<int, Distribution> component) => new([.. Enumerable.Range(0, components).Select(component)]);

    private static GeneralMixtureModel Tied(int components, Func<int, Distribution> component) =>
        new([.. Enumerable.Range(0, components).Select(component)], tied: true);

    private static IEnumerable<Model> Parts(Model model) => model switch
    {
        GeneralMixtureModel m => m.Components.SelectMany(Parts).Prepend(m),
        IndependentComponentsDistribution c => c.Parts.SelectMany(Parts).Prepend(c),
        ZeroInflatedDistribution z => [z, z.Inner],
        _ => [model],
    };
}
