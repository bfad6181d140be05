using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Mini-batch EM walks through all the data; its M steps are held against plain loops.</summary>
public class MiniBatchTests
{
    private const int Rows = 1_000;
    private const int BatchSize = 64;

    // 16 batches, the last of 40 rows.
    private static readonly FeatureMatrix data = ModelCases.Rows(1, rows: Rows);
    private static readonly FeatureMatrix weighted = ModelCases.Rows(2, weighted: true, rows: Rows);
    private static readonly FitOptions options =
        new() { BatchSize = BatchSize, BatchesPerIteration = 3, MaxIterations = 12, StopThreshold = double.NegativeInfinity, MaxDegreeOfParallelism = 1 };

    private static GeneralMixtureModel Start => new([new NormalDistribution(-1, 2), new NormalDistribution(5, 2)], [0.5, 0.5]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.7, 0)]
    [InlineData(0, 0.6)]
    [InlineData(0.2, 0.8)]
    public void Each_update_is_that_of_a_plain_loop_over_the_next_batches(double inertia, double decay)
    {
        var how = options with { Inertia = inertia, LearningRateDecay = decay };
        var fitted = Start.Fit(data, how);

        // The naive way: normal densities and weighted moments, batches 0-2, 3-5, …, 15-0-1, 2-4 …
        double[] mean = [-1, 5], deviation = [2, 2], weight = [0.5, 0.5];
        var block = data.Block(0, Rows);
        for (var step = 1; step <= how.MaxIterations; step++)
        {
            double[] r = new double[2], rx = new double[2], rxx = new double[2];
            foreach (var i in RowsOf(step - 1))
            {
                var p = new double[2];
                for (var k = 0; k < 2; k++) p[k] = weight[k] * Math.Exp(-0.5 * Math.Pow((block[i, 0] - mean[k]) / deviation[k], 2)) / deviation[k];
                for (var k = 0; k < 2; k++)
                {
                    var share = p[k] / (p[0] + p[1]);
                    r[k] += share;
                    rx[k] += share * block[i, 0];
                    rxx[k] += share * block[i, 0] * block[i, 0];
                }
            }
            var keep = decay == 0 ? inertia : 1 - ((1 - inertia) * Math.Pow(2 + step, -decay));
            for (var k = 0; k < 2; k++)
            {
                var estimate = rx[k] / r[k];
                deviation[k] = (keep * deviation[k]) + ((1 - keep) * Math.Sqrt((rxx[k] / r[k]) - (estimate * estimate)));
                mean[k] = (keep * mean[k]) + ((1 - keep) * estimate);
                // Mixing weights are not blended.
                weight[k] = r[k] / (r[0] + r[1]);
            }
        }
        for (var k = 0; k < 2; k++)
        {
            var normal = (NormalDistribution)fitted.Model.Components[k];
            // Sums of squares of some 200 values of size 10 lose at most 1e-13 of their size; twelve updates pass that on.
            Assert.Equal(mean[k], normal.Mean, 1e-10);
            Assert.Equal(deviation[k], normal.StandardDeviation, 1e-10);
            Assert.Equal(weight[k], fitted.Model.Weights[k], 1e-10);
        }
    }

    [Fact]
    public async Task The_walk_takes_every_batch_as_often_as_any_other()
    {
        var seen = new RecordingPass(data, BatchSize);
        await ExpectationMaximization.FitAsync(Start, seen, options with { MaxIterations = 31 });
        // 32 evaluations of 3 batches: six times around 16 batches.
        Assert.Equal(Enumerable.Repeat(6, 16), seen.Taken);
        // The sample, and the evaluation of the result.
        Assert.Equal(2, seen.WholePasses);
    }

    [Fact]
    public void The_result_tells_the_log_likelihood_of_all_rows_and_the_history_a_scaled_one()
    {
        var fitted = Start.Fit(data, options);
        Assert.Equal(Rows, fitted.Rows);
        Assert.Equal(Rows, fitted.Weight);
        var all = fitted.Model.LogProbability(data).Sum();
        // Two orders of summation over 1,000 values of size 2.
        Assert.Equal(all, fitted.LogLikelihood, 1e-8);
        var first = Start.LogProbability(data).Take(3 * BatchSize).Sum() * Rows / (3.0 * BatchSize);
        Assert.Equal(first, fitted.InitialLogLikelihood, 1e-8);
        Assert.Equal(12, fitted.Iterations);
        Assert.All(fitted.History, h => Assert.InRange(h.LogLikelihood, 1.3 * all, 0.7 * all));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(int.MaxValue)]
    public void As_many_batches_as_there_are_give_the_bits_of_plain_EM(int batches)
    {
        var plain = options with { BatchesPerIteration = null, StopThreshold = 0.01, MaxIterations = 50 };
        var expected = Start.Fit(data, plain);
        var found = Start.Fit(data, plain with { BatchesPerIteration = batches });
        Assert.Equal(Json(expected), Json(found));
        Assert.True(found.Converged);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void The_bits_do_not_depend_on_the_parallelism(int threads)
    {
        var estimator = Mixture.Of<MultivariateGaussianDistribution>(2);
        Assert.Equal(Json(estimator.Fit(weighted, options)), Json(estimator.Fit(weighted, options with { MaxDegreeOfParallelism = threads })));
    }

    [Fact]
    public void It_stops_when_a_whole_walk_gains_no_more_than_the_threshold()
    {
        // Four batches each of 4 iterations' rows; with a decaying rate the walk comes to rest.
        var how = options with { BatchesPerIteration = 4, LearningRateDecay = 0.9, MaxIterations = 100_000, StopThreshold = 0.5 };
        var fitted = Start.Fit(data, how);
        Assert.True(fitted.Converged);
        double[] all = [fitted.InitialLogLikelihood, .. fitted.History.Select(h => h.LogLikelihood)];
        Assert.Equal(0, all.Length % 4);
        var walks = all.Chunk(4).Select(w => w.Sum() / 4).ToArray();
        Assert.True(walks[^1] - walks[^2] <= 0.5);
        for (var i = 1; i < walks.Length - 1; i++) Assert.True(walks[i] - walks[i - 1] > 0.5);
    }

    [Fact]
    public void It_finds_what_plain_EM_finds()
    {
        var truth = new GeneralMixtureModel([new NormalDistribution(-4, 1), new NormalDistribution(3, 1.5)], [0.3, 0.7]);
        double[,] many = truth.Sample(20_000, 3);
        var found = Start.Fit(many, options with { BatchSize = 500, BatchesPerIteration = 4, LearningRateDecay = 0.7, MaxIterations = 400 });
        var plain = Start.Fit(many);
        // Within a tenth of a standard error of the mean of 20,000 rows: the walk's noise at the rate of step 400.
        Assert.Equal(((NormalDistribution)plain.Model.Components[0]).Mean, ((NormalDistribution)found.Model.Components[0]).Mean, 0.05);
        Assert.InRange(found.LogLikelihood, plain.LogLikelihood - 10, plain.LogLikelihood + 0.2);
    }

    [Fact]
    public void K_means_walks_too()
    {
        var fitted = new KMeansEstimator(3).Fit(data, options);
        var distances = Enumerable.Range(0, Rows)
            .Sum(i => Enumerable.Range(0, 3).Min(k => Math.Pow(data.Block(0, Rows)[i, 0] - fitted.Model.Centroid(k)[0], 2)));
        // Two orders of summation over 1,000 squares.
        Assert.Equal(-distances, fitted.LogLikelihood, 1e-8);
    }

    [Fact]
    public void Batches_without_weight_are_named()
    {
        var weights = new double[Rows];
        Array.Fill(weights, 1, 0, 200);
        var values = new double[Rows, 1];
        for (var i = 0; i < Rows; i++) values[i, 0] = i % 7;
        var error = Assert.Throws<ModelException>(() => Start.Fit(FeatureMatrix.FromRows(values, weights), options with { BatchesPerIteration = 4 }));
        Assert.Equal("4 batches from batch 4 on: found a total weight of 0, expected rows of weight above 0 in each iteration; take more batches per iteration "
            + "(FitOptions.BatchesPerIteration), or check the weights", error.Message);
    }

    [Fact]
    public void No_row_is_refused()
    {
        var error = Assert.Throws<ModelException>(() => Start.Fit(new double[0, 1], options));
        Assert.Equal("input: found no row, expected at least one; check the paths and filters", error.Message);
    }

    [Fact]
    public async Task A_pass_that_knows_no_parts_is_named()
    {
        var pass = new UpdatePass(new InMemoryPass(data, BatchSize), Start, Start.CreateStatistics());
        var error = await Assert.ThrowsAsync<ModelException>(() => ExpectationMaximization.FitAsync(Start, pass, options).AsTask());
        Assert.Equal("FitOptions.BatchesPerIteration: found a number, and data that can only be read as a whole, expected none, so that each iteration takes "
            + "all batches; leave it out", error.Message);
    }

    [Fact]
    public void None_is_refused()
    {
        var error = Assert.Throws<ModelException>(() => Start.Fit(data, options with { BatchesPerIteration = 0 }));
        Assert.Equal("FitOptions.BatchesPerIteration: found 0, expected null (all batches) or at least 1; correct the options and run again",
            error.Message);
    }

    private static IEnumerable<int> RowsOf(int evaluation) =>
        Enumerable.Range(0, 3).Select(b => ((evaluation * 3) + b) % 16)
            .SelectMany(b => Enumerable.Range(b * BatchSize, Math.Min(BatchSize, Rows - (b * BatchSize))));

    private static string Json<TModel>(FitResult<TModel> result)
        where TModel : Model => SavedModel.From(result, null, new()).ToString();

    private sealed class RecordingPass(FeatureMatrix rows, int batchSize) : IDataPass
    {
        private readonly InMemoryPass pass = new(rows, batchSize, 1);

        public int[] Taken { get; } = new int[16];

        public int WholePasses { get; private set; }

        public int Columns => pass.Columns;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            WholePasses++;
            return pass.RunAsync(summarizer, cancellationToken);
        }

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken)
        {
            for (var i = range.First; i < range.First + range.Count; i++) Taken[i % 16]++;
            return pass.RunAsync(summarizer, range, cancellationToken);
        }

        public ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) => pass.MeasureAsync(cancellationToken);
    }
}
