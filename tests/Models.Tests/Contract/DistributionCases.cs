namespace Pipelines.Models.Tests.Contract;

/// <summary>
/// Cases of the distributions beside the Gaussians: a start, and rows drawn from such distributions of other parameters, so that they lie in its support.
/// </summary>
internal static class DistributionCases
{
    public static (string Name, Func<Model> Start, Func<FeatureMatrix> Data)[] All { get; } =
    [
        ("uniform", () => new UniformDistribution(-9, 99), () => Drawn(new UniformDistribution(-3, 5), missing: true)),
        ("bernoulli", () => new BernoulliDistribution(0.5), () => Drawn(new BernoulliDistribution(0.3), missing: true, weighted: true)),
        ("log-normal", () => new LogNormalDistribution(0, 1), () => Drawn(new LogNormalDistribution(2, 0.7), missing: true)),
        ("exponential", () => new ExponentialDistribution(1), () => Drawn(new ExponentialDistribution(0.2), missing: true)),
        ("poisson", () => new PoissonDistribution(1), () => Drawn(new PoissonDistribution(6), missing: true)),
        ("gamma", () => new GammaDistribution(1, 1), () => Drawn(new GammaDistribution(3, 0.5), missing: true, weighted: true)),
        ("beta", () => BetaDistribution.Prototype([0.5]), () => Drawn(new BetaDistribution(2, 5), missing: true)),
        ("half-normal", () => new HalfNormalDistribution(1), () => Drawn(new HalfNormalDistribution(3), missing: true)),
        ("student-t", () => new StudentTDistribution(3, 0, 1), () => Drawn(new StudentTDistribution(3, 7, 2), missing: true)),
        ("dirac-delta", () => new DiracDeltaDistribution(4), () => Drawn(new DiracDeltaDistribution(4), missing: true)),
        ("discrete", () => new DiscreteDistribution([0.5, 0.5], 1e-9), () => Drawn(new DiscreteDistribution([0.1, 0.4, 0.3, 0.2]), missing: true)),
        ("dirichlet", () => DirichletDistribution.Prototype([0, 0, 0]), () => Drawn(new DirichletDistribution([2, 5, 0.8]), missing: true)),
        ("diagonal-gaussian", () => DiagonalGaussianDistribution.Prototype([0, 1, 2]), () => ModelCases.Rows(3, missing: true)),
        ("spherical-gaussian", () => SphericalGaussianDistribution.Prototype([0, 1, 2]), () => ModelCases.Rows(3, missing: true, weighted: true)),
        ("gaussian-kernel-density", () => new GaussianKernelDensity([0, 5], 1), () => Drawn(new StudentTDistribution(3, 2, 2), rows: 400, missing: true)),
        ("uniform-kernel-density", () => new UniformKernelDensity([-2, 1, 4, 7], 2, [97, 1, 1, 1]),
            () => Drawn(new UniformDistribution(-3, 9), rows: 400, missing: true)),
        ("triangle-kernel-density", () => new TriangleKernelDensity([-3, 0, 3, 6, 9], 3.5, [96, 1, 1, 1, 1]),
            () => Drawn(new UniformDistribution(-3, 9), rows: 400, missing: true)),
        ("joint-probability-table", () => new JointProbabilityTable([2, 2], [0.25, 0.25, 0.25, 0.25], 1e-9),
            () => Drawn(new JointProbabilityTable([2, 3], [0.1, 0.2, 0.1, 0.3, 0.1, 0.2]), missing: true)),
        ("conditional-probability-table", () => new ConditionalProbabilityTable([2, 2], [0.5, 0.5, 0.5, 0.5], 1e-9),
            () => Drawn(new ConditionalProbabilityTable([2, 3], [0.1, 0.2, 0.7, 0.3, 0.5, 0.2]), missing: true, weighted: true)),
        ("zero-inflated Poisson", () => ZeroInflatedDistribution.Prototype([1]),
            () => Drawn(new ZeroInflatedDistribution(new PoissonDistribution(4), 0.3), missing: true)),
        ("zero-inflated gamma", () => new ZeroInflatedDistribution(new GammaDistribution(1, 1), 0.5),
            () => Drawn(new ZeroInflatedDistribution(new GammaDistribution(4, 2), 0.3), missing: true)),
        ("mixture of Poissons", () => Mix(k => new PoissonDistribution(1 + (5 * k))),
            () => Drawn(Mix(k => new PoissonDistribution(2 + (9 * k))), missing: true, weighted: true)),
        ("mixture of gammas", () => Mix(k => new GammaDistribution(1 + k, 1)), () => Drawn(Mix(k => new GammaDistribution(2 + (9 * k), 1)), missing: true)),
        ("mixture of t distributions", () => Mix(k => new StudentTDistribution(4, 3 * k, 1)), () => ModelCases.Rows(1, missing: true)),
        ("mixture of betas", () => Mix(k => new BetaDistribution(1 + k, 4 - k, ShareEstimator.MaximumLikelihood)),
            () => Drawn(Mix(k => new BetaDistribution(2 + (5 * k), 9 - (4 * k))))),
        ("mixture of Bernoulli products", () => Mix(k => Product(j => new BernoulliDistribution(0.3 + (0.1 * ((j + k) % 4))), 5)),
            () => Drawn(Mix(k => Product(j => new BernoulliDistribution(0.1 + (0.25 * ((j + k) % 4))), 5)), missing: true)),
        ("mixture of linear families, few missing", () => Mix(k => Linear(k, 1)), () => Drawn(Mix(k => Linear(2 * k, 0)), missing: true, oneIn: 700)),
        ("mixture of Bernoulli distributions at the edge", () => new GeneralMixtureModel([new BernoulliDistribution(0), new BernoulliDistribution(0.5)]),
            () => Drawn(new BernoulliDistribution(0.2), missing: true)),
        ("mixture of discrete products",
            () => Mix(k => Product(j => new DiscreteDistribution([0.2 + (0.1 * ((j + k) % 3)), 0.3, 0.5 - (0.1 * ((j + k) % 3))]), 4)),
            () => Drawn(Mix(k => Product(j => new DiscreteDistribution(j % 2 == k % 2 ? [0.7, 0.2, 0.1] : [0.1, 0.2, 0.7]), 4)))),
        ("mixture of spherical Gaussians", () => Mix(k => new SphericalGaussianDistribution([3 * k, 0, -k], 1)), () => ModelCases.Rows(3, missing: true)),
        ("mixture of diagonal Gaussians", () => Mix(k => new DiagonalGaussianDistribution([3 * k, 0, -k], [1, 1, 2])), () => ModelCases.Rows(3, missing: true)),
        ("mixture of other families, one frozen, one nested", () => Heterogeneous(0), () => Drawn(Heterogeneous(1), missing: true)),
        ("mixture of Poissons, one frozen", () => Mix(k => k == 1 ? new PoissonDistribution(8).Freeze() : new PoissonDistribution(1 + (5 * k))),
            () => Drawn(Mix(k => new PoissonDistribution(2 + (9 * k))), missing: true)),
        ("mixture of frozen and free products", () => Mix(k => k == 0 ? Counts(0).Freeze() : Counts(k)),
            () => Drawn(Mix(k => Counts(1.5 * k)), missing: true, weighted: true)),
        ("nested mixtures of counts", () => Nested(0), () => Drawn(Nested(1), missing: true)),
        ("mixtures nested twice, in a product", () => Mix(k => new IndependentComponentsDistribution([Nested(k), new BernoulliDistribution(0.2 + (0.2 * k))])),
            () => Drawn(Mix(k => new IndependentComponentsDistribution([Nested(2 * k), new BernoulliDistribution(0.1 + (0.3 * k))])), missing: true)),
        ("mixture of zero-inflated Poissons", () => Mix(k => new ZeroInflatedDistribution(new PoissonDistribution(1 + (4 * k)), 0.2)),
            () => Drawn(Mix(k => new ZeroInflatedDistribution(new PoissonDistribution(2 + (9 * k)), 0.1 * k)), missing: true, weighted: true)),
        ("mixture of zero-inflated densities",
            () =>
                Mix(
                    k => new ZeroInflatedDistribution(k == 0
                        ? new ExponentialDistribution(1)
                        : k == 1 ? new GammaDistribution(3, 1) : new LogNormalDistribution(2, 0.5), 0.1 + (0.2 * k))),
                        () => Drawn(Mix(k => new ZeroInflatedDistribution(new GammaDistribution(1 + (4 * k), 1), 0.3)), missing: true)),
        ("zero-inflated mixture", () => new ZeroInflatedDistribution(Mix(k => new PoissonDistribution(1 + (6 * k))), 0.5),
            () => Drawn(new ZeroInflatedDistribution(Mix(k => new PoissonDistribution(2 + (9 * k))), 0.2), missing: true)),
        ("mixture of products with column weights", () => Mix(k => Weighted(k, 0.3)), () => Drawn(Mix(k => Weighted(2 * k, 0)), missing: true, weighted: true)),
        ("mixture of discrete distributions of different sizes",
            () => Mix(k => new DiscreteDistribution(k == 0 ? [1] : k == 1 ? [0.5, 0.5] : [0.2, 0.2, 0.6], 1e-9)),
            () => Drawn(Mix(k => new DiscreteDistribution(k == 0 ? [0.1, 0.2, 0.7] : [0.1, 0.1, 0.1, 0.3, 0.4])), missing: true)),
        ("mixture of discrete distributions of many categories", () => Mix(k => Product(j => new DiscreteDistribution(Ramp(40, (j + k) % 2 == 0), 1e-9), 2)),
            () => Drawn(Mix(k => Product(j => new DiscreteDistribution(Ramp(40, k == j)), 2)), missing: true, weighted: true)),
        ("mixture of tables beside counts",
            () =>
                Mix(
                    k => new IndependentComponentsDistribution([new JointProbabilityTable([2, 2], [0.1 + (0.1 * k), 0.2, 0.3, 0.4 - (0.1 * k)], 1e-9),
                        new PoissonDistribution(1 + k)])),
                        () =>
                            Drawn(
                                Mix(
                                    k => new IndependentComponentsDistribution([new JointProbabilityTable([2, 3],
                                        [0.1 * k, 0.2, 0.1, 0.1, 0.3, 0.3 - (0.1 * k)], 1e-9), new PoissonDistribution(1 + (5 * k))])), missing: true)),
        ("mixture of other families in each column", () => Mix(k => Columns(k, 0.2)), () => Drawn(Mix(k => Columns(3 * k, 0)), missing: true, weighted: true)),
    ];

    /// <summary>Seeded rows of a distribution.</summary>
    public static FeatureMatrix Drawn(Distribution distribution, int rows = 5_000, bool missing = false, bool weighted = false, int oneIn = 12)
    {
        var random = new SeededRandom(11);
        var values = new double[rows, distribution.Dimensions];
        var weights = new double[rows];
        var row = new double[distribution.Dimensions];
        for (var i = 0; i < rows; i++)
        {
            distribution.Sample(random, row);
            for (var j = 0; j < row.Length; j++) values[i, j] = missing && random.NextInt64(oneIn) == 0 ? double.NaN : row[j];
            weights[i] = weighted ? random.NextInt64(4) : 1;
        }
        return FeatureMatrix.FromRows(values, weighted ? weights : null);
    }

    private static GeneralMixtureModel Mix(Func<int, Distribution> component) => new([component(0), component(1), component(2)]);

    private static IndependentComponentsDistribution Product(Func<int, Distribution> part, int parts) => new([.. Enumerable.Range(0, parts).Select(part)]);

    private static GeneralMixtureModel Heterogeneous(double shift) => new(
    [
        new ExponentialDistribution(0.2 + shift),
        new GammaDistribution(9 + shift, 2),
        new UniformDistribution(0, 60).Freeze(),
        new GeneralMixtureModel([new LogNormalDistribution(1 + shift, 0.5), new NormalDistribution(20 + shift, 3)]),
    ]);

    private static IndependentComponentsDistribution Linear(double at, double shift) =>
        new([new PoissonDistribution(1 + (4 * at) + shift), new BernoulliDistribution(0.1 + (0.15 * at)), new ExponentialDistribution(1 / (1 + at + shift)),
            new PoissonDistribution(9 - at)]);

    private static IndependentComponentsDistribution Counts(double at) =>
        new([new PoissonDistribution(1 + (5 * at)), new ExponentialDistribution(1 / (1 + at)), new BernoulliDistribution(0.2 + (0.15 * at)),
            new DiscreteDistribution([0.5 - (0.1 * at), 0.2, 0.3 + (0.1 * at)])]);

    private static GeneralMixtureModel Nested(double shift) =>
        new([Mix(k => new PoissonDistribution(1 + (3 * k) + shift)), new ZeroInflatedDistribution(new PoissonDistribution(20 + shift), 0.3),
            new PoissonDistribution(40 + shift)], [0.5, 0.2, 0.3]);

    /// <summary>A weight of 0 takes a column out of the densities; it is fitted all the same.</summary>
    private static IndependentComponentsDistribution Weighted(double at, double shift) => new(
        [new PoissonDistribution(2 + at + shift), new DiscreteDistribution([0.2 + (0.05 * at), 0.5, 0.3 - (0.05 * at)]), new NormalDistribution(at, 1 + shift),
            new ExponentialDistribution(1 + at), new BernoulliDistribution(0.3)],
        [0.5, 2, 1.5, 0, 1]);

    private static double[] Ramp(int count, bool rising) => [.. Enumerable.Range(1, count)
        .Select(i => (rising ? i : count + 1 - i) * 2.0 / (count * (count + 1)))];

    private static IndependentComponentsDistribution Columns(double at, double shift) => new(
    [
        new PoissonDistribution(2 + at + shift), new LogNormalDistribution((0.3 * at) + shift, 0.5), new GammaDistribution(2 + at, 1 + shift),
        new ExponentialDistribution(1 / (1 + at + shift)), new BetaDistribution(2 + at, 3 + shift, ShareEstimator.MaximumLikelihood),
        new StudentTDistribution(5, at + shift, 1),
    ]);
}
