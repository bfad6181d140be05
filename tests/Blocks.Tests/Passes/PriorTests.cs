using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests;

/// <summary>
/// Priors of rows from columns: a fit, a score and an evaluation over them have the bits of the same rows in memory, wherever the rows are kept.
/// </summary>
public sealed class PriorTests
{
    private const int Rows = 3_000;
    private const int BatchSize = 20;
    private static readonly string[] columns = ["p0", "p1", "p2"];
    private static readonly FitOptions fit = new() { MaxIterations = 4, StopThreshold = double.NegativeInfinity, BatchSize = BatchSize };
    private readonly double[] x;
    private readonly double[] weights;
    private readonly double[,] priors = new double[Rows, 3];
    private readonly string?[] labels;
    private readonly int[] keys;

    public PriorTests()
    {
        var random = new SeededRandom(11);
        x = [.. Enumerable.Range(0, Rows).Select(i => (i % 3 * 4) + random.NextNormal())];
        weights = [.. Enumerable.Range(0, Rows).Select(i => 1.0 + (i / 50 % 3))];
        labels = [.. Enumerable.Range(0, Rows).Select(i => i % 5 == 0 ? ((string[])["a", "b", "c"])[i % 3] : null)];
        keys = [.. Enumerable.Range(0, Rows).Select(i => i / 50)];
        for (var i = 0; i < Rows; i++)
        {
            double sum = 0;
            for (var k = 0; k < 3; k++) sum += priors[i, k] = i % 7 == 0 ? (k == i % 3 ? 1 : 0) : 0.1 + random.NextDouble() + (k == i % 3 ? 1 : 0);
            for (var k = 0; k < 3; k++) priors[i, k] /= sum;
        }
    }

    public static TheoryData<int, bool> Passes => new() { { 1, false }, { 3, true }, { 8, true }, { 64, false } };

    [Theory]
    [MemberData(nameof(Passes))]
    public async Task A_mixture_has_the_bits_of_the_rows_in_memory(int parallelism, bool spill)
    {
        var estimator = Mixture.Of<NormalDistribution>(3);
        var expected = estimator.Fit(FeatureMatrix.FromColumn(x, weights).WithPriors(priors), fit);
        await using var pass = new FeaturePass(new Graph(Source(), []), [new Feature("x")], "w", Options(parallelism), priors: columns)
        { MemoryBytes = spill ? 0 : null };
        Assert.Equal((1, 3), (pass.Columns, pass.PriorComponents));
        var found = await estimator.FitAsync(pass, fit);
        Assert.Equal(expected.Model, found.Model);
        Assert.Equal(expected.LogLikelihood, found.LogLikelihood);
        Assert.Equal(spill, pass.SpilledBytes > 0);
        // Ranges of batches, taken together.
        var whole = expected.Model.CreateStatistics();
        foreach (var (first, end) in new (long, long?)[] { (0, CanonicalFold.SubtotalBatches), (CanonicalFold.SubtotalBatches, null) })
            await pass.SubtotalsAsync(expected.Model, first, end, whole.Merge, default);
        Assert.Equal(expected.LogLikelihood, whole.Objective);
        // The components are those of the priors: around 0, 4 and 8.
        for (var k = 0; k < 3; k++) Assert.InRange(((NormalDistribution)found.Model.Components[k]).Mean, (4 * k) - 0.5, (4 * k) + 0.5);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public async Task A_hidden_Markov_model_has_them_too(int parallelism, bool regroup)
    {
        var sequences = new SequenceSet(FeatureMatrix.FromColumn(x, weights).WithPriors(priors), [.. Enumerable.Range(0, 61).Select(s => 50 * s)]);
        var estimator = HiddenMarkov.Of<NormalDistribution>(3);
        var expected = estimator.Fit(sequences, fit);
        // Scattered rows are brought together, and in the order of their keys' hashes: the model of another order of sequences.
        var pipeline = Pipeline.From(Source()).With(Options(parallelism)).Features("x").WeightedBy("w").Sequences("key", regroup ? "time" : null, regroup);
        var found = await pipeline.Priors(columns).FitAsync(estimator, fit);
        if (!regroup) Assert.Equal(expected.Model, found.Model);
        // Sums in another order, through four updates.
        for (var k = 0; k < 3; k++)
            Assert.Equal(((NormalDistribution)expected.Model.Emission(k)).Mean, ((NormalDistribution)found.Model.Emission(k)).Mean, 1e-8);

        var sink = new MemorySink();
        var options = new ScoreOptions { Columns = ["log-probability", "probability", "viterbi"], Keep = ["key"], Priors = columns };
        await pipeline.Score(expected.Model, ["x"], options).To(sink).RunAsync();
        var unweighted = new SequenceSet(FeatureMatrix.FromColumn(x).WithPriors(priors), [.. Enumerable.Range(0, 61).Select(s => 50 * s)]);
        var (logs, posteriors) = (expected.Model.LogProbability(unweighted), expected.Model.PredictProbability(unweighted));
        Assert.Equal(keys.Select(k => logs[k]), sink.Doubles("log_probability"));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => posteriors[i / 50][i % 50, 1]), sink.Doubles("probability_1"));
        Assert.Equal(expected.Model.Viterbi(unweighted).SelectMany(p => p.States).Select(s => (double)s), sink.Doubles("viterbi"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task A_classifier_is_fitted_scored_and_evaluated_with_them(int parallelism)
    {
        int[] codes = [.. labels.Select(l => l is null ? -1 : l[0] - 'a')];
        var data = FeatureMatrix.FromColumn(x).WithLabels(codes, ["a", "b", "c"]).WithPriors(priors);
        var estimator = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>());
        var expected = estimator.Fit(data, fit).Model;
        var pipeline = Pipeline.From(Source()).With(Options(parallelism)).Features("x").Labels("label").Priors(columns);
        var found = await pipeline.FitAsync(estimator, fit);
        Assert.Equal(expected, found.Model);

        // By class, whatever their order: the labels are sorted as before.
        var byClass = Pipeline.From(Source()).With(Options(parallelism)).Features("x").Labels("label", ["a", "b", "c"]);
        Assert.Equal(expected, (await byClass.Priors(("c", "p2"), ("a", "p0"), ("b", "p1")).FitAsync(estimator, fit)).Model);
        // If nothing lists the classes, they are those that have priors, in that order.
        var other = await byClass.Labels("label").Priors(("c", "p2"), ("a", "p0"), ("b", "p1")).FitAsync(estimator, fit);
        Assert.Equal(["c", "a", "b"], other.Model.Labels!.Names);
        Assert.Equal(((NormalDistribution)expected.Classes[2]).Mean, ((NormalDistribution)other.Model.Classes[0]).Mean, 1e-9);

        var sink = new MemorySink();
        var scores = new ScoreOptions { Columns = ["log-probability", "probability", "posterior-log-probability"], Keep = [], Priors = columns };
        await pipeline.Score(found, scores).To(sink).RunAsync();
        Assert.Equal(expected.LogProbability(data), sink.Doubles("log_probability"));
        var posteriors = expected.PredictProbability(data);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => posteriors[i, 2]), sink.Doubles("probability_c"));

        var evaluated = await pipeline.EvaluateAsync(found.Saved);
        var evaluator = new ClassifierEvaluator(expected);
        var memory = evaluator.Evaluate(await new InMemoryPass(data, BatchSize).RunAsync(evaluator, default));
        Assert.Equal((memory.LogLoss, memory.Brier, memory.Accuracy, memory.Unlabeled),
            (evaluated.Evaluation.LogLoss, evaluated.Evaluation.Brier, evaluated.Evaluation.Accuracy, evaluated.Evaluation.Unlabeled));
        Assert.NotEqual(memory.LogLoss, expected.Evaluate(FeatureMatrix.FromColumn(x).WithLabels(codes)).LogLoss);
    }

    [Fact]
    public async Task They_are_no_features_and_part_of_the_job()
    {
        var estimator = Mixture.Of<NormalDistribution>(3);
        var pipeline = Pipeline.From(Source()).Select(["x", "w", .. columns]).WeightedBy("w");
        var fitted = await pipeline.Priors(columns).FitAsync(estimator, fit);
        Assert.Equal(["x"], fitted.Saved.Features!.Select(f => f.Name));
        var (with, other) = (await pipeline.Features("x").Priors(columns).DescribeFitAsync(estimator, fit, default),
            await pipeline.Features("x").Priors("p1", "p0", "p2").DescribeFitAsync(estimator, fit, default));
        Assert.Contains(with.Properties, p => p.Name == "priors" && p.Value == "p0, p1, p2");
        Assert.NotEqual(with.Properties, other.Properties);
        Assert.DoesNotContain((await pipeline.Features("x").DescribeFitAsync(estimator, fit, default)).Properties, p => p.Name == "priors");
    }

    [Theory]
    [InlineData(0.9, 0.2, "memory, row 700, column 'p0': found priors that sum to 1.1, expected probabilities that sum to 1 (within 1e-6); correct the priors; "
        + "where nothing is known, make them equal")]
    [InlineData(1.5, -0.5, "memory, row 700, column 'p1': found -0.5, expected a probability from 0 to 1; correct the priors; where nothing is known, "
        + "make them equal")]
    [InlineData(double.NaN, 1, "memory, row 700, column 'p0': found NaN, expected a probability from 0 to 1; correct the priors; where nothing is known, "
        + "make them equal")]
    public async Task A_row_without_probabilities_is_a_bad_row(double first, double second, string message)
    {
        (priors[700, 0], priors[700, 1], priors[700, 2]) = (first, second, 0);
        var estimator = Mixture.Of<NormalDistribution>(3);
        var pipeline = Pipeline.From(Source()).Features("x").Priors(columns);
        Assert.Equal(message, (await Assert.ThrowsAsync<FlowException>(() => pipeline.FitAsync(estimator, fit))).Message);
        var skipped = await pipeline.With(Options(2) with { BadRows = new() { Mode = BadRowMode.Skip } }).FitAsync(estimator, fit);
        Assert.Equal((1, Rows - 1), (skipped.RowsRejected, skipped.Result.Rows));
        // The priors of the others stay with their rows: the same rows in memory. A row that is left out does not move the batches.
        Assert.True(double.IsFinite(skipped.Result.LogLikelihood));
    }

    [Fact]
    public async Task Columns_that_are_missing_taken_or_no_numbers_are_named()
    {
        var estimator = Mixture.Of<NormalDistribution>(3);
        var pipeline = Pipeline.From(Source()).Features("x");
        Assert.Contains("column 'p9'", (await Assert.ThrowsAsync<FlowException>(() => pipeline.Priors("p0", "p1", "p9").FitAsync(estimator, fit))).Message,
            StringComparison.Ordinal);
        Assert.Equal("memory, column 'label': found values of type string, expected a numeric prior; leave the column out, or convert it first",
            (await Assert.ThrowsAsync<FlowException>(() => pipeline.Priors("p0", "p1", "label").FitAsync(estimator, fit))).Message);
        Assert.Equal("features, prior columns: found p0,x, expected columns without another role; correct the options and run again",
            (await Assert.ThrowsAsync<ModelException>(() => pipeline.Priors("p0", "x").FitAsync(estimator, fit))).Message);
        Assert.Equal("mixture model: found priors of 2 components, expected 3; give one prior for each, in the model's order (Pipeline.Priors)",
            (await Assert.ThrowsAsync<ModelException>(() => pipeline.Priors("p0", "p1").FitAsync(estimator, fit))).Message);
        Assert.Equal("normal model: found rows with priors, expected a model with components, classes or states; leave the priors out (Pipeline.Priors)",
            Assert.Throws<ModelException>(() => pipeline.Score(new NormalDistribution(0, 1), ["x"], new() { Priors = ["p0"] })).Message);
        Assert.Equal("priors: found columns by class, but no labels, expected the column with the classes as well; name it (Pipeline.Labels), or give the "
            + "columns in the model's order",
            (await Assert.ThrowsAsync<ModelException>(() => pipeline.Priors(("a", "p0")).FitAsync(estimator, fit))).Message);
        Assert.Equal("priors: found columns for the classes a, b, expected one for each of a, c; name a column for each class (Pipeline.Priors)",
            (await Assert.ThrowsAsync<ModelException>(() => pipeline.Labels("label", ["a", "c"]).Priors(("a", "p0"), ("b", "p1")).FitAsync(estimator, fit)))
                .Message);
        Assert.Equal("priors, columns: found p0,p0, expected each name once; correct the options and run again",
            Assert.Throws<ModelException>(() => pipeline.Priors("p0", "p0")).Message);
        Assert.Equal("priors, columns: found key, expected other columns than the key and the order; correct the options and run again",
            Assert.Throws<ModelException>(() => pipeline.Sequences("key").Priors("key")).Message);
        Assert.Equal("sequences, prior columns: found key, expected other columns than the key and the order; correct the options and run again",
            Assert.Throws<ModelException>(() => pipeline.Priors("key").Sequences("key")).Message);
    }

    private static PipelineOptions Options(int parallelism) => new() { MaxDegreeOfParallelism = parallelism, BatchSize = BatchSize };

    private MemorySource Source() => MemorySource.FromArrays(("x", x), ("w", weights), ("label", labels), ("key", keys),
        ("time", Enumerable.Range(0, Rows).ToArray()), ("p0", Column(0)), ("p1", Column(1)), ("p2", Column(2)));

    private double[] Column(int k) => [.. Enumerable.Range(0, Rows).Select(i => priors[i, k])];
}
