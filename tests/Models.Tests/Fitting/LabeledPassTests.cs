using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>A labeled fit whose sums say all takes one pass, and gives what several passes would.</summary>
public sealed class LabeledPassTests
{
    private const int Rows = 2_000;

    [Theory]
    [InlineData("normal", 1)]
    [InlineData("exponential", 1)]
    [InlineData("log-normal", 1)]
    [InlineData("multivariate-gaussian", 1)]
    [InlineData("diagonal-gaussian", 1)]
    // Their sums do not determine the log-likelihood.
    [InlineData("gamma", 2)]
    [InlineData("half-normal", 2)]
    public async Task ALabeledFitIsOnePass(string family, int passes)
    {
        var data = Data(0);
        var pass = new CountingPass(new InMemoryPass(data, batchSize: 100));
        var result = await BayesOf(family).FitAsync(pass, new FitOptions(), CancellationToken.None);
        Assert.Equal((passes, 1), (pass.Count, result.Iterations));
        var sums = result.Model.CreateStatistics();
        result.Model.SummarizeRows(data, sums);
        // Thousands of terms, each rounded.
        Assert.Equal(sums.Objective, result.LogLikelihood, 1e-11 * Math.Abs(sums.Objective));
        Assert.Equal((sums.Rows, sums.Weight), (result.Rows, result.Weight));
    }

    /// <summary>
    /// Categories that a class lacks get the pseudocount as well: of three, the first class has one and the second two, so the shares are (n + 1) / (rows + 3).
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryClassKnowsTheCategoriesOfAllClasses(bool isTied)
    {
        double[,] rows = { { 0, 1 }, { 0, 2 }, { 0, 3 }, { 1, 7 }, { 2, 9 } };
        var data = FeatureMatrix.FromRows(rows).WithLabels([0, 0, 0, 1, 1]);
        var families = DistributionFamily.PerFeature([ModelFormat.Family("discrete"), ModelFormat.Family("normal")]);
        var model = new NaiveBayesEstimator(families, isTied).Fit(data, new FitOptions { Pseudocount = 1 }).Model;
        double[] Shares(int k) => [.. ((DiscreteDistribution)((IndependentComponentsDistribution)model.Classes[k]).Parts[0]).Probabilities.ToArray()];
        Assert.Equal([4 / 6.0, 1 / 6.0, 1 / 6.0], Shares(0));
        Assert.Equal([1 / 5.0, 2 / 5.0, 2 / 5.0], Shares(1));
    }

    /// <summary>A class without a value of one feature keeps the digits of the others, however far it is from the other classes.</summary>
    [Fact]
    public void AMissingFeatureCostsTheOthersNoDigits()
    {
        double[,] rows = { { 1e9, double.NaN }, { 1e9 + 2, double.NaN }, { 0, 3 }, { 2, 5 }, { 4, 7 } };
        var result = new NaiveBayesEstimator(ModelFormat.Family("normal")).Fit(FeatureMatrix.FromRows(rows).WithLabels([0, 0, 1, 1, 1]));
        var own = (NormalDistribution)((IndependentComponentsDistribution)result.Model.Classes[0]).Parts[0];
        // Whole numbers of ten digits have exact sums.
        Assert.Equal((1e9 + 1, 1.0), (own.Mean, own.StandardDeviation));
        Assert.Contains(result.Warnings, w => w.Contains("none of its rows has a value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RowsWithoutALabelTakeThePassesOfTheirUpdates()
    {
        var pass = new CountingPass(new InMemoryPass(Data(3), batchSize: 100));
        var result = await BayesOf("normal").FitAsync(pass, new FitOptions { MaxIterations = 2, StopThreshold = double.NegativeInfinity },
            CancellationToken.None);
        // The labeled rows, the start, and two updates.
        Assert.Equal((4, 2), (pass.Count, result.Iterations));
    }

    /// <summary>Means and variances of each class by the two-pass formulas, whatever the batches, threads and kernels; values and labels are missing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EachClassHasItsOwnMoments(bool isWeighted)
    {
        var data = Data(5, isWeighted);
        var block = data.Block(0, Rows);
        foreach (var variant in KernelSelection.Supported)
        {
            using var forced = KernelSelection.Force(variant);
            foreach (var batch in (int[])[64, 700, 5_000])
            {
                string? bytes = null;
                foreach (var threads in (int[])[1, 3])
                {
                    var model = new NaiveBayesEstimator(ModelFormat.Family("normal")).Fit(data,
                        new() { BatchSize = batch, MaxDegreeOfParallelism = threads, MaxIterations = 0 }).Model;
                    var json = System.Text.Encoding.UTF8.GetString(new SavedModel(model).ToJson());
                    Assert.Equal(bytes ??= json, json);
                    for (var k = 0; k < 2; k++)
                    {
                        for (var j = 0; j < 2; j++)
                        {
                            int[] own = [.. Enumerable.Range(0, Rows).Where(i => data.Block(i, 1).Labels[0] == k && !double.IsNaN(data.Block(i, 1)[0, j]))];
                            double Weight(int i) => isWeighted ? data.Block(i, 1).Weights[0] : 1;
                            var total = own.Sum(Weight);
                            var mean = own.Sum(i => Weight(i) * data.Block(i, 1)[0, j]) / total;
                            var variance = own.Sum(i => Weight(i) * Math.Pow(data.Block(i, 1)[0, j] - mean, 2)) / total;
                            var found = (NormalDistribution)((IndependentComponentsDistribution)model.Classes[k]).Parts[j];
                            Assert.Equal(mean, found.Mean, 1e-12 * Math.Abs(mean));
                            Assert.Equal(variance, found.StandardDeviation * found.StandardDeviation, 1e-11 * variance);
                        }
                    }
                }
            }
        }
    }

    private static BayesClassifierEstimator BayesOf(string family) => new(ModelFormat.Family(family));

    // Two features above 0, of two classes of different scale; every fifth value is missing if every fifth label is.
    private static FeatureMatrix Data(int unlabeledEvery, bool isWeighted = false)
    {
        var random = new SeededRandom(11);
        var (values, labels, weights) = (new double[Rows, 2], new int[Rows], new double[Rows]);
        for (var i = 0; i < Rows; i++)
        {
            labels[i] = random.NextDouble() < 0.3 ? 1 : 0;
            for (var j = 0; j < 2; j++) values[i, j] = Math.Exp((0.4 * random.NextNormal()) + (3 * labels[i]));
            if (unlabeledEvery == 5 && random.NextDouble() < 0.2) values[i, i % 2] = double.NaN;
            weights[i] = random.NextDouble();
            if (unlabeledEvery > 0 && i % unlabeledEvery == 0) labels[i] = -1;
        }
        return FeatureMatrix.FromRows(values, isWeighted ? weights : null).WithLabels(labels);
    }

    private sealed class CountingPass(IDataPass inner) : IDataPass
    {
        public int Count { get; private set; }

        public int Columns => inner.Columns;

        public IReadOnlyList<string>? LabelNames => inner.LabelNames;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            Count++;
            return inner.RunAsync(summarizer, cancellationToken);
        }
    }
}
