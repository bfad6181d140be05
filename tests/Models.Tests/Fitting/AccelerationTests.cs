using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Accelerated fits end where plain ones do, in fewer passes, and never lose likelihood on the way.</summary>
public class AccelerationTests
{
    private static readonly FitOptions plain = new() { BatchSize = 256, MaxDegreeOfParallelism = 1, MinVariance = 0 };
    private static readonly FitOptions anderson = plain with { Acceleration = FitAcceleration.Anderson };

    // Components that overlap, so that EM is slow.
    private static readonly (string Name, GeneralMixtureModel Truth, GeneralMixtureModel Start)[] cases =
    [
        ("normal", new([new NormalDistribution(0, 1), new NormalDistribution(2, 1.5)], [0.6, 0.4]),
            new([new NormalDistribution(-1, 1), new NormalDistribution(1, 1)])),
        ("exponential", new([new ExponentialDistribution(1), new ExponentialDistribution(0.3)], [0.5, 0.5]),
            new([new ExponentialDistribution(2), new ExponentialDistribution(0.5)])),
        ("poisson", new([new PoissonDistribution(2), new PoissonDistribution(6)], [0.7, 0.3]),
            new([new PoissonDistribution(1), new PoissonDistribution(5)])),
        ("student-t", new([new StudentTDistribution(4, 0, 1), new StudentTDistribution(4, 3, 1)], [0.5, 0.5]),
            new([new StudentTDistribution(4, -1, 1), new StudentTDistribution(4, 2, 1)])),
        ("gamma", new([new GammaDistribution(2, 1), new GammaDistribution(6, 1)], [0.5, 0.5]),
            new([new GammaDistribution(1, 1), new GammaDistribution(4, 1)])),
        ("multivariate-gaussian", new([Gaussian(0, 0, 1), Gaussian(1.5, 1, 2), Gaussian(3, 0, 1)], [0.4, 0.3, 0.3]),
            new([Gaussian(0, 0, 3), Gaussian(1, 1, 3), Gaussian(2, 0, 3)])),
        ("diagonal-gaussian",
            new([new DiagonalGaussianDistribution([0, 0], [1, 1]), new DiagonalGaussianDistribution([2, 1], [1, 2])], [0.5, 0.5]),
            new([new DiagonalGaussianDistribution([0, 0], [2, 2]), new DiagonalGaussianDistribution([1, 1], [2, 2])])),
    ];

    public static TheoryData<string> Names => [.. cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_end_is_that_of_plain_updates_in_fewer_passes(string name)
    {
        var (_, truth, start) = cases.Single(c => c.Name == name);
        var rows = Rows(truth);
        // Until a step gains nothing that a double of this size can show.
        var (expected, passes) = await FitAsync(start, rows, plain with { RelativeTolerance = 1e-14 });
        var (found, fewer) = await FitAsync(start, rows, anderson with { RelativeTolerance = 1e-14 });
        // The objective is flat at its maximum: within 1e-7 of a nat a row, where plain updates stop short of it.
        Assert.Equal(expected.LogLikelihood / rows.Rows, found.LogLikelihood / rows.Rows, 1e-7);
        Assert.True(fewer < 0.7 * passes, $"{fewer} of {passes} passes");
        // A sum over 2,000 rows may fall by some rounding errors.
        Assert.All(found.History, h => Assert.True(h.Improvement >= -1e-12 * Math.Abs(h.LogLikelihood)));
        // The history tells the likelihood of the model that is returned, as a sum over its rows.
        Assert.Equal(found.Model.LogProbability(rows, 1).Sum(), found.LogLikelihood, 1e-7 * Math.Abs(found.LogLikelihood));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_the_end_of_plain_updates_it_stays(string name)
    {
        var (_, truth, start) = cases.Single(c => c.Name == name);
        var rows = Rows(truth);
        var end = start.Fit(rows, plain with { RelativeTolerance = 1e-14 });
        var found = end.Model.Fit(rows, anderson with { MaxIterations = 8, RelativeTolerance = -1 });
        Assert.Equal(end.LogLikelihood / rows.Rows, found.LogLikelihood / rows.Rows, 1e-8);
    }

    [Fact]
    public async Task An_update_that_would_lose_likelihood_is_replaced_by_a_plain_one()
    {
        var start = cases.Single(c => c.Name == "multivariate-gaussian").Start;
        var pass = new SpoiledPass(Rows(cases.Single(c => c.Name == "multivariate-gaussian").Truth), spoiled: 4);
        var found = await ExpectationMaximization.FitAsync(start, pass, anderson with { MaxIterations = 3, RelativeTolerance = -1 });
        // The fifth pass, of the first mixed sums, seemed to lose. Before it came a sample, the start and two updates.
        Assert.Equal(6, pass.Passes);
        Assert.Equal(start.Fit(pass.Rows, plain with { MaxIterations = 3, RelativeTolerance = -1 }).Model, found.Model);
    }

    /// <summary>For a linear map in n dimensions, n + 1 iterations determine its fixed point.</summary>
    [Fact]
    public void The_fixed_point_of_a_linear_map_is_found_at_once()
    {
        double[,] a = { { 0.9, 0.05, 0 }, { 0.02, -0.3, 0.1 }, { 0, 0.03, 0.4 } };
        double[] end = [3, -50, 2_000];
        var model = new NormalDistribution(0, 1);
        var mixing = new AndersonMixing([]);
        double[] x = [0, 0, 0];
        SumStatistics output = null!;
        for (var i = 0; i < 4; i++)
        {
            double[] y = [.. Enumerable.Range(0, 3).Select(r => end[r] + Enumerable.Range(0, 3).Sum(c => a[r, c] * (x[c] - end[c])))];
            mixing.Add(Sums(x), output = Sums(y), model, model);
            x = y;
        }
        var mixed = ((SumStatistics)mixing.Mix(output)!).Sums;
        // The ridge of 1e-9 leaves a share of the last error: that times the square of the residuals' condition, some hundreds.
        for (var j = 0; j < 3; j++) Assert.Equal(end[j], mixed[j], 1e-3 * Math.Abs(end[j] - x[j]));

        static SumStatistics Sums(double[] values)
        {
            // Three sums, centred on a model whose mean does not move.
            var sums = new SumStatistics("x", 3);
            values.CopyTo(sums.Sums, 0);
            return sums;
        }
    }

    [Fact]
    public void A_hidden_markov_model_ends_at_the_same_likelihood()
    {
        // Sequences of 20 rows of two states that alternate and overlap.
        var random = new SeededRandom(5);
        var x = new double[50 * 20];
        for (var i = 0; i < x.Length; i++) x[i] = random.NextNormal() + (i / 5 % 2 * 2);
        var sequences = SequenceSet.From(Enumerable.Range(0, 50).Select(s => x.AsSpan(s * 20, 20).ToArray()).ToArray());
        var guess = new double[x.Length, 2];
        for (var i = 0; i < x.Length; i++) (guess[i, 0], guess[i, 1]) = x[i] < 2 ? (0.7, 0.3) : (0.3, 0.7);
        var start = HiddenMarkov.Of<NormalDistribution>(2).StartFrom(sequences, guess);
        var expected = start.Fit(sequences, plain with { RelativeTolerance = 1e-12 });
        var found = start.Fit(sequences, anderson with { RelativeTolerance = 1e-12 });
        Assert.Equal(expected.LogLikelihood, found.LogLikelihood, 1e-5);
        Assert.True(found.Iterations < expected.Iterations, $"{found.Iterations} of {expected.Iterations}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void The_bits_depend_on_neither_parallelism_nor_other_fits(int threads)
    {
        var rows = Rows(cases.Single(c => c.Name == "multivariate-gaussian").Truth);
        var how = anderson with { Seed = 3, RelativeTolerance = 1e-9 };
        var alone = Mixture.Of<MultivariateGaussianDistribution>(3).Fit(rows, how);
        var several = ModelSelection.Of(k => Mixture.Of<MultivariateGaussianDistribution>(k), [1, 3]).Fit(rows, how with { MaxDegreeOfParallelism = threads });
        Assert.Equal(alone.LogLikelihood, several.Candidates.Single(c => c.Components == 3).LogLikelihood);
        Assert.Equal(alone.Model, Mixture.Of<MultivariateGaussianDistribution>(3).Fit(rows, how with { MaxDegreeOfParallelism = threads }).Model);
    }

    [Fact]
    public void What_cannot_be_accelerated_is_refused()
    {
        var rows = Rows(cases[0].Truth);
        string Refused(Action fit) => Assert.Throws<ModelException>(fit).Message;
        const string none = "FitOptions.Acceleration: found 'anderson', expected 'none', as this fit is not of repeated updates by EM; leave it out";
        Assert.Equal(none, Refused(() => new KMeansEstimator(2).Fit(rows, anderson with { MinVariance = null })));
        Assert.Equal(none, Refused(() => new DistributionEstimator(DistributionFamily.Of<NormalDistribution>()).Fit(rows, anderson)));
        Assert.Equal(none, Refused(() => new NormalDistribution(0, 1).Fit(rows, anderson)));
        foreach (var (how, words) in new[]
        {
            (anderson with { BatchesPerIteration = 2 }, "mini-batches"), (anderson with { Inertia = 0.1 }, "inertia"),
            (anderson with { WeightInertia = 0.1 }, "inertia of weights"), (anderson with { LearningRateDecay = 0.6 }, "a decay of the learning rate"),
        })
            Assert.Equal($"FitOptions.Acceleration: found 'anderson' with {words}, expected 'none', or updates by EM over all rows; correct the options and "
                + "run again", Refused(() => cases[0].Start.Fit(rows, how)));
    }

    private static MultivariateGaussianDistribution Gaussian(double x, double y, double variance) =>
        new([x, y], new double[,] { { variance, 0.3 }, { 0.3, variance } });

    private static FeatureMatrix Rows(Distribution truth)
    {
        var random = new SeededRandom(11);
        var rows = new double[2_000, truth.Dimensions];
        var row = new double[truth.Dimensions];
        for (var i = 0; i < rows.GetLength(0); i++)
        {
            truth.Sample(random, row);
            for (var j = 0; j < row.Length; j++) rows[i, j] = row[j];
        }
        return rows;
    }

    private static async Task<(FitResult<GeneralMixtureModel> Result, int Passes)> FitAsync(GeneralMixtureModel start, FeatureMatrix rows, FitOptions options)
    {
        var pass = new SpoiledPass(rows, spoiled: -1);
        return (await ExpectationMaximization.FitAsync(start, pass, options), pass.Passes);
    }

    // Counts its passes; one of them returns a likelihood that is too low.
    private sealed class SpoiledPass(FeatureMatrix rows, int spoiled) : IDataPass
    {
        private readonly InMemoryPass pass = new(rows, 256, 1);

        public FeatureMatrix Rows => rows;

        public int Passes { get; private set; }

        public int Columns => pass.Columns;

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            var found = await pass.RunAsync(summarizer, cancellationToken);
            if (Passes++ == spoiled) found.Objective *= 2;
            return found;
        }
    }
}
