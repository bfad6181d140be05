using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Whatever may take long looks at the token of the work that it is part of.</summary>
public sealed class CancellationTests
{
    private static readonly double[,] rows = Rows(300, 3);

    private static SequenceSet Sequences => SequenceSet.From([rows]);

    public static TheoryData<string, Action> Steps => new()
    {
        { "start of k-means++", () => CentroidInitialization.Named("kmeans++").Centroids(Sample, 3, 1) },
        { "start of kmeans-parallel", () => CentroidInitialization.Named("kmeans-parallel").Centroids(Sample, 3, 1) },
        { "start of a mixture", () => Mixture.Of<MultivariateGaussianDistribution>(2).Start(Sample, new FitOptions()) },
        { "start of a hidden Markov model", () => HiddenMarkov.Of<NormalDistribution>(2).Start(Sample, new FitOptions()) },
        { "log-probability", () => Gaussians().LogProbability(rows) },
        { "posteriors, several threads", () => Gaussians().PredictProbability(Rows(100_000, 3), maxDegreeOfParallelism: 2) },
        { "labels of k-means", () => new KMeans(new double[,] { { 0, 0, 0 }, { 1, 1, 1 } }).Predict(rows) },
        { "kernel density", () => new GaussianKernelDensity([1, 2, 3], 0.5).LogProbability(new double[,] { { 1 }, { 2 } }) },
        { "statistics", () => Gaussians().SummarizeRows(rows, Gaussians().CreateStatistics()) },
        { "sampling", () => Gaussians().Sample(10) },
        { "log-probability of sequences", () => Chain().LogProbability(Sequences) },
        { "posteriors of sequences", () => Chain().PredictProbability(Sequences) },
        { "paths", () => Chain().Viterbi(Sequences) },
        { "statistics of sequences", () => Chain().Summarize(Sequences.Block(0, 1), Chain().CreateStatistics()) },
        { "inference", () => Chain().Infer(Sequences) },
        { "sampling of sequences", () => Chain().Sample(new SeededRandom(1), new double[30], new int[10]) },
    };

    private static FeatureSample Sample => new(rows, [.. Enumerable.Repeat(1.0, rows.GetLength(0))], rows.GetLength(0));

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_long_step_looks_at_its_token(string name, Action step)
    {
        _ = name;
        // It is right without a token, so that the token alone stops it.
        step();
        using var scope = Cancellation.Enter(new CancellationToken(canceled: true));
        Assert.ThrowsAny<OperationCanceledException>(step);
    }

    [Fact]
    public void A_model_that_was_cancelled_once_still_works()
    {
        var gaussian = new MultivariateGaussianDistribution([0, 0, 0], new double[,] { { 2, 1, 0 }, { 1, 2, 0 }, { 0, 0, 1 } });
        var mixture = new GeneralMixtureModel([gaussian]);
        using (Cancellation.Enter(new CancellationToken(canceled: true)))
        {
            Assert.Throws<OperationCanceledException>(gaussian.EnsureEvaluable);
            Assert.Throws<OperationCanceledException>(() => mixture.LogProbability(rows));
        }
        // Standard normal at 0, scaled by the determinant of 3.
        Assert.Equal(-0.5 * ((3 * Math.Log(2 * Math.PI)) + Math.Log(3)), mixture.LogProbability(new double[1, 3])[0], 1e-14);
    }

    [Fact]
    public void A_token_that_cannot_be_cancelled_leaves_the_one_around_it()
    {
        using var stop = new CancellationTokenSource();
        using (Cancellation.Enter(stop.Token))
        {
            using (Cancellation.Enter(CancellationToken.None)) Assert.Equal(stop.Token, Cancellation.Token);
            Assert.Equal(stop.Token, Cancellation.Token);
        }
        Assert.Equal(CancellationToken.None, Cancellation.Token);
    }

    [Fact]
    public void The_M_step_of_a_fit_is_cancelled_from_outside()
    {
        using var stop = new CancellationTokenSource();
        var start = new Slow(new MultivariateGaussianDistribution([0, 0, 0], new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } }), stop);
        Assert.ThrowsAny<OperationCanceledException>(() => start.Fit(rows, new FitOptions { MinVariance = 0.01, MaxIterations = 3 }, stop.Token));
        Assert.Equal("begun", start.State);
    }

    [Fact]
    public void Work_that_stopped_early_is_not_taken_for_done()
    {
        using var stop = new CancellationTokenSource();
        for (var threads = 1; threads <= 2; threads++)
            Assert.ThrowsAny<OperationCanceledException>(() => Parallelism.Run(threads, _ => stop.Cancel(), stop.Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Threads_have_the_token_of_the_work_around_them(int threads)
    {
        using var stop = new CancellationTokenSource();
        using var scope = Cancellation.Enter(stop.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => Parallelism.Run(
            threads,
            _ =>
            {
                stop.Cancel();
                Cancellation.Poll();
                Assert.Fail("not cancelled");
            },
            CancellationToken.None));
    }

    private static GeneralMixtureModel Gaussians() =>
        new([new MultivariateGaussianDistribution([0, 0, 0], new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } })]);

    private static HiddenMarkovModel Chain()
    {
        var emissions = new[] { 0.0, 2.0 }.Select(m => new IndependentComponentsDistribution([.. Enumerable.Repeat(new NormalDistribution(m, 1), 3)]))
            .ToArray();
        return HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.2, 0.8 } }, emissions, [0.5, 0.5]);
    }

    private static double[,] Rows(int count, int columns)
    {
        var random = new SeededRandom(3);
        var made = new double[count, columns];
        for (var i = 0; i < count; i++)
            for (var j = 0; j < columns; j++) made[i, j] = random.NextNormal();
        return made;
    }

    /// <summary>A Gaussian whose M step is cancelled while it runs.</summary>
    private sealed class Slow(MultivariateGaussianDistribution inner, CancellationTokenSource stop) : Distribution
    {
        public string State { get; private set; } = "";

        public override int Dimensions => inner.Dimensions;

        public override string FormatName => "slow";

        public override void WriteParameters(Utf8JsonWriter writer) => inner.WriteParameters(writer);

        public override void LogProbability(in FeatureTile tile, Span<double> result) => inner.LogProbability(tile, result);

        public override Statistics CreateStatistics() => inner.CreateStatistics();

        public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
            inner.Accumulate(tile, weights, statistics);

        public override Distribution Maximize(Statistics statistics, in MaximizeOptions options)
        {
            State = "begun";
            stop.Cancel();
            var fitted = inner.Maximize(statistics, options);
            State = "done";
            return fitted;
        }

        public override void Sample(SeededRandom random, Span<double> row) => inner.Sample(random, row);

        public override string Describe(IReadOnlyList<Feature>? features = null) => inner.Describe(features);
    }
}
