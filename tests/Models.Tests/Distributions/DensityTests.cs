using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>Log-probabilities at ordinary and at extreme parameters against 40-digit arithmetic (mpmath), on every kernel variant.</summary>
public class DensityTests
{
    private static readonly (string Family, double[] Parameters, double X, double Expected)[] exact =
    [
        ("poisson", [0.001], 0.0, -0.001),
        ("poisson", [0.001], 3.0, -22.516025306174466),
        ("poisson", [1.5], 7.0, -7.186905604308263),
        ("poisson", [1.5], 8.0, -8.860882037879936),
        ("poisson", [3.0], 7.5, -4.309675092290175),
        ("poisson", [900.0], 1000.0, -9.733415163852598),
        ("poisson", [1000000.0], 1000000.0, -7.826693895520143),
        ("poisson", [1000000.0], 1001000.0, -8.327027062220134),
        ("poisson", [1000000000.0], 999990000.0, -11.330566618403711),
        ("poisson", [1e-05], 50.0, -724.1240502002845),
        ("poisson", [0.0], 0.0, 0.0),
        ("poisson", [0.0], 1.0, double.NegativeInfinity),
        ("gamma", [0.01, 1.0], 1e-30, 63.78729738388113),
        ("gamma", [0.5, 2.0], 0.3, -0.22380495048175938),
        ("gamma", [3.0, 0.5], 7.0, -2.3807684241291547),
        ("gamma", [1000000.0, 1000.0], 1001.0, -1.4196050333379229),
        ("gamma", [1000000.0, 0.001], 1000000000.0, -14.73444917450228),
        ("gamma", [2.0, 1.0], 1e-310, -713.8013788281542),
        ("beta", [2.0, 5.0], 0.3, 0.7705248015812899),
        ("beta", [0.1, 0.2], 1e-12, 22.186940524989577),
        ("beta", [3.0, 100000.0], 1e-05, 9.819813284176952),
        ("beta", [100000.0, 200000.0], 0.3334, 6.1357682947330865),
        ("beta", [1.0, 1.0], 0.7, 0.0),
        ("student-t", [3.0, 7.0, 2.0], 1.0, -4.466624752423236),
        ("student-t", [0.5, 0.0, 1.0], 1e+100, -347.2181572604383),
        ("student-t", [100000000.0, 1.0, 2.0], 4.0, -2.737085714858368),
        ("student-t", [4.0, 0.0, 1.0], 1e-09, -0.9808292530117262),
        ("student-t", [1.0, 0.0, 1.0], 1e+200, -922.1787670834676),
        ("log-normal", [0.0, 1.0], 3.0, -2.6210253022790733),
        ("log-normal", [-700.0, 2.0], 1e-305, 700.0217402999858),
        ("log-normal", [5.0, 0.1], 148.0, -3.613954284853054),
        ("log-normal", [0.0, 1.0], 1e-310, -254043.32176819208),
        ("half-normal", [3.0], 0.0, -1.324403641312837),
        ("half-normal", [3.0], 4.5, -2.4494036413128373),
    ];

    public static TheoryData<KernelVariant> Variants => KernelData.Variants;

    [Theory]
    [MemberData(nameof(Variants))]
    public void LogProbabilitiesAreExact(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        Assert.All(exact, c =>
        {
            var found = Make(c.Family, c.Parameters).LogProbability(new[] { c.X })[0];
            // 1e-11 relative: the argument itself, rounded, moves the densities of a million degrees by that much. -infinity is exact.
            if (!c.Expected.Equals(found))
                Assert.True(Math.Abs(found - c.Expected) <= 1e-11 * Math.Max(1, Math.Abs(c.Expected)),
                    $"{c.Family}({string.Join(", ", c.Parameters)}) at {c.X}: found {found:R}, expected {c.Expected:R}");
        });
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ValuesOutsideTheSupportAreImpossibleAndMissingOnesSayNothing(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        (Distribution Distribution, double[] Outside)[] all =
        [
            (new UniformDistribution(-1, 2), [-1.0000001, 2.0000001, double.PositiveInfinity]),
            (new BernoulliDistribution(0.5), [0.5, -1, 2, 1e300, double.NegativeInfinity]),
            (new LogNormalDistribution(0, 1), [0, -0.0, -1, double.PositiveInfinity, double.NegativeInfinity]),
            (new ExponentialDistribution(2), [-1e-300, -5, double.PositiveInfinity, double.NegativeInfinity]),
            (new PoissonDistribution(3), [-1e-300, -1, double.PositiveInfinity, double.NegativeInfinity]),
            (new PoissonDistribution(1e-290), [-1, double.PositiveInfinity]),
            (new GammaDistribution(0.5, 2), [0, -1, double.PositiveInfinity, double.NegativeInfinity]),
            (new BetaDistribution(0.5, 0.5), [0, 1, -0.1, 1.1, double.PositiveInfinity, double.NegativeInfinity]),
            (new HalfNormalDistribution(2), [-1e-300, -1, double.PositiveInfinity]),
            (new StudentTDistribution(3, 0, 1), [double.PositiveInfinity, double.NegativeInfinity]),
            (new DiracDeltaDistribution(2), [0, 1.9999999, double.PositiveInfinity]),
            (new DiscreteDistribution([0.5, 0.5]), [-1, 2, 0.5, 1e300, double.PositiveInfinity, double.NegativeInfinity]),
            (new ZeroInflatedDistribution(new GammaDistribution(2, 1), 0.5), [-1, double.PositiveInfinity]),
            (new GaussianKernelDensity([0]), [double.PositiveInfinity, 1e200]),
            (new UniformKernelDensity([0]), [1.0000001, double.PositiveInfinity, 1e200]),
            (new TriangleKernelDensity([0]), [1, -1, double.PositiveInfinity, 1e200]),
        ];
        foreach (var (distribution, outside) in all)
        {
            // Between other values, so that whole vectors are mixed.
            double[] values = [double.NaN, .. outside, double.NaN, .. outside];
            var logs = distribution.LogProbability(values);
            for (var i = 0; i < values.Length; i++)
                Assert.True(logs[i].Equals(double.IsNaN(values[i]) ? 0 : double.NegativeInfinity), $"{distribution} at {values[i]:R}: {logs[i]:R}");
        }
        var dirichlet = new DirichletDistribution([0.5, 1, 2]);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, 0, double.NegativeInfinity],
            dirichlet.LogProbability(new[,] { { 0.5, 0, 0.5 }, { 0, 0.5, 0.5 }, { 0.3, 0.3, 0.3 }, { double.NaN, 0.5, 0.5 }, { -0.5, 0.75, 0.75 } }));
        var table = new JointProbabilityTable([2, 2], [0.25, 0.25, 0.25, 0.25], 0.125);
        // A floor instead of -infinity.
        Assert.Equal([Math.Log(0.125), Math.Log(0.125), 0, Math.Log(0.25)],
            table.LogProbability(new[,] { { -1.0, 0 }, { 0, 2 }, { 1, double.NaN }, { 1, 1 } }));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void EachVariantAgreesWithThePlainLoop(KernelVariant variant)
    {
        var random = new SeededRandom(3);
        foreach (var distribution in new Distribution[] { new PoissonDistribution(7.3), new GammaDistribution(2.5, 0.3), new LogNormalDistribution(1, 0.6),
            new StudentTDistribution(2.5, 3, 2), new BetaDistribution(2, 0.7), new GaussianKernelDensity([1, 2, 5], 0.5) })
        {
            var x = new double[1_000];
            for (var i = 0; i < x.Length; i++) distribution.Sample(random, x.AsSpan(i));
            double[] expected, found;
            using (KernelSelection.Force(KernelVariant.Scalar)) expected = distribution.LogProbability(x);
            using (KernelSelection.Force(variant)) found = distribution.LogProbability(x);
            for (var i = 0; i < x.Length; i++) Assert.Equal(expected[i], found[i], 1e-12 * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void RowsThatAreImpossibleInAMixtureOfCountsTouchNoOther(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        IndependentComponentsDistribution Part(double rate, double p) =>
            new([new PoissonDistribution(rate), new BernoulliDistribution(p), new ExponentialDistribution(rate)]);
        var model = new GeneralMixtureModel([Part(2, 0.3), Part(5, 0.9)]);
        var rows = new[,] { { 1.0, 1, 2 }, { double.PositiveInfinity, 1, 2 }, { 2, 0.5, 1 }, { 3, 0, double.NegativeInfinity },
            { 4, 1, double.PositiveInfinity }, { 7, 0, 0.5 } };
        var logs = model.LogProbability(rows);
        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, 6).Where(i => double.IsNegativeInfinity(logs[i])));
        var statistics = model.CreateStatistics();
        model.Summarize(FeatureMatrix.FromRows(rows).Block(0, 6), statistics);
        var fitted = (GeneralMixtureModel)model.Maximize(statistics, default);
        var alone = model.CreateStatistics();
        model.Summarize(FeatureMatrix.FromRows(new[,] { { 1.0, 1, 2 }, { 7, 0, 0.5 } }).Block(0, 2), alone);
        var expected = (GeneralMixtureModel)model.Maximize(alone, default);
        // Rows of zero responsibility add zeros, at other places of the sums.
        for (var k = 0; k < 2; k++)
            Assert.Equal(((PoissonDistribution)((IndependentComponentsDistribution)expected.Components[k]).Parts[0]).Rate,
                ((PoissonDistribution)((IndependentComponentsDistribution)fitted.Components[k]).Parts[0]).Rate, 1e-14);
    }

    private static Distribution Make(string family, double[] p) => family switch
    {
        "poisson" => new PoissonDistribution(p[0]),
        "gamma" => new GammaDistribution(p[0], p[1]),
        "beta" => new BetaDistribution(p[0], p[1]),
        "student-t" => new StudentTDistribution(p[0], p[1], p[2]),
        "log-normal" => new LogNormalDistribution(p[0], p[1]),
        _ => new HalfNormalDistribution(p[0]),
    };
}
