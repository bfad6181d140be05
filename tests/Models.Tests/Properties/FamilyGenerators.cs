using CsCheck;

namespace Pipelines.Models.Tests.Properties;

/// <summary>Generators of distributions of each family; <see cref="DistributionPropertyTests"/> fails when a family has none.</summary>
internal static class FamilyGenerators
{
    private static readonly Gen<double> location = Gen.Frequency((3, Gen.Double[-10, 10]), (1, Gen.Double[-1e6, 1e6]), (1, Gen.Const(0.0)));
    private static readonly Gen<double> positive = Gen.Double[-3, 3].Select(e => Math.Pow(10, e));
    private static readonly Gen<double> share = Gen.Frequency((8, Gen.Double[0, 1]), (1, Gen.Const(0.0)), (1, Gen.Const(1.0)));

    public static IReadOnlyDictionary<string, Gen<Distribution>> ByFamily { get; } = new Dictionary<string, Gen<Distribution>>
    {
        ["normal"] = Gen.Select(location, positive, (m, s) => (Distribution)new NormalDistribution(m, s)),
        ["uniform"] = Gen.Select(location, positive, (a, w) => (Distribution)new UniformDistribution(a, a + w)),
        ["bernoulli"] = share.Select(p => (Distribution)new BernoulliDistribution(p)),
        ["log-normal"] = Gen.Select(Gen.Double[-5, 5], Gen.Double[0.01, 3], (m, s) => (Distribution)new LogNormalDistribution(m, s)),
        ["exponential"] = positive.Select(r => (Distribution)new ExponentialDistribution(r)),
        ["poisson"] = positive.Select(r => (Distribution)new PoissonDistribution(r)),
        ["gamma"] = Gen.Select(positive, positive, (a, b) => (Distribution)new GammaDistribution(a, b)),
        ["beta"] = Gen.Select(Gen.Double[-1, 3], Gen.Double[-1, 3],
            (a, b) => (Distribution)new BetaDistribution(Math.Pow(10, a), Math.Pow(10, b), ShareEstimator.MaximumLikelihood)),
        ["half-normal"] = positive.Select(s => (Distribution)new HalfNormalDistribution(s)),
        ["student-t"] = Gen.Select(Gen.Double[0.5, 40], location, positive, (v, m, s) => (Distribution)new StudentTDistribution(v, m, s)),
        ["dirac-delta"] = location.Select(x => (Distribution)new DiracDeltaDistribution(x)),
        ["discrete"] = Shares(1, 6).Select(p => (Distribution)new DiscreteDistribution(p, 1e-9)),
        ["zero-inflated"] = Gen.Select(Gen.Bool, positive, share,
            (discrete, r, z) => (Distribution)new ZeroInflatedDistribution(discrete ? new PoissonDistribution(r) : new GammaDistribution(r, 1), z)),
        ["dirichlet"] = Gen.Double[-0.5, 2].Array[2,
            4].Select(a => (Distribution)new DirichletDistribution([.. a.Select(e => Math.Pow(10, e))], ShareEstimator.MaximumLikelihood)),
        ["diagonal-gaussian"] = Gen.Select(location, positive).Array[1, 3].Select(
            p => (Distribution)new DiagonalGaussianDistribution([.. p.Select(q => q.Item1)], [.. p.Select(q => q.Item2)])),
        ["spherical-gaussian"] = Gen.Select(location.Array[1, 3], positive, (m, s) => (Distribution)new SphericalGaussianDistribution(m, s)),
        ["multivariate-gaussian"] = Gen.Select(Gen.Double[-10, 10], Gen.Double[-10, 10], Gen.Double[0.1, 3], Gen.Double[-0.9, 0.9],
            (a, b, s, r) => (Distribution)new MultivariateGaussianDistribution([a, b], new[,] { { s * s, r * s }, { r * s, 1 } })),
        ["independent-components"] =
            Gen.Select(positive, positive, share, (r, a, p) => (Distribution)new IndependentComponentsDistribution(
                [new PoissonDistribution(r), new GammaDistribution(a, 1), new BernoulliDistribution(p)])),
        ["gaussian-kernel-density"] = Gen.Select(location.Array[1, 5], positive, (p, h) => (Distribution)new GaussianKernelDensity(p, h)),
        ["uniform-kernel-density"] = Gen.Select(location.Array[1, 5], positive, (p, h) => (Distribution)new UniformKernelDensity(p, h)),
        ["triangle-kernel-density"] = Gen.Select(location.Array[1, 5], positive, (p, h) => (Distribution)new TriangleKernelDensity(p, h)),
        ["joint-probability-table"] = Shares(6, 6).Select(p => (Distribution)new JointProbabilityTable([2, 3], p, 1e-9)),
        ["conditional-probability-table"] = Gen.Select(Shares(3, 3), Shares(3, 3),
            (p, q) => (Distribution)new ConditionalProbabilityTable([2, 3], [.. p, .. q], 1e-9)),
    };

    private static Gen<double[]> Shares(int least, int most) => Gen.Frequency((4, Gen.Double[0.01, 1]), (1, Gen.Const(0.0))).Array[least, most].Select(w =>
    {
        var total = w.Sum();
        return total > 0 ? [.. w.Select(x => x / total)] : Enumerable.Repeat(1.0 / w.Length, w.Length).ToArray();
    });
}
