using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Several fits over the same passes: each is what it is alone, and the best is chosen.</summary>
public class ModelSelectionTests
{
    private static readonly FeatureMatrix data = ModelCases.Rows(2, weighted: true, rows: 3_000);
    private static readonly FitOptions options =
        new() { BatchSize = 256, Seed = 5, MaxIterations = 60, StopThreshold = 0.05, InitializationRows = 500, MaxDegreeOfParallelism = 1 };

    private static MixtureEstimator Estimator(int components) => Mixture.Of<MultivariateGaussianDistribution>(components);

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(8, null)]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    public void Each_fit_has_the_bits_of_a_fit_alone(int threads, int? batchesPerIteration)
    {
        var how = options with { MaxDegreeOfParallelism = threads, BatchesPerIteration = batchesPerIteration };
        var found = ModelSelection.Of(Estimator, [1, 2, 4], restarts: 3).Fit(data, how);
        Assert.Equal(9, found.Candidates.Count);
        foreach (var candidate in found.Candidates)
        {
            var single = how with { Seed = candidate.Seed, MaxDegreeOfParallelism = 1 };
            var alone = Estimator(candidate.Components).Fit(data, candidate.StoppedAfterShortRun ? single with { MaxIterations = 10 } : single);
            Assert.Equal(5 + candidate.Restart, candidate.Seed);
            Assert.Equal((alone.LogLikelihood, alone.Iterations, alone.Converged), (candidate.LogLikelihood, candidate.Iterations, candidate.Converged));
            if (candidate.Chosen)
                Assert.Equal(SavedModel.From(alone, null, new()).ToString(), SavedModel.From(found with { Candidates = [] }, null, new()).ToString());
        }
        Assert.Single(found.Candidates, c => c.Chosen);
    }

    /// <summary>The starts that stop are those behind after ten updates, as single fits of ten updates tell.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public void The_best_start_after_the_short_run_goes_on_to_its_end(int? batchesPerIteration)
    {
        var how = options with { BatchesPerIteration = batchesPerIteration, StopThreshold = -1e9, MaxIterations = 25 };
        var candidates = ModelSelection.Of(Estimator, [3, 5], restarts: 4).Fit(data, how).Candidates;
        foreach (var group in candidates.GroupBy(c => c.Components))
        {
            var short10 = group.Select(c => Estimator(c.Components).Fit(data, how with { Seed = c.Seed, MaxIterations = 10 })).ToArray();
            var leader = Array.FindIndex(short10, f => f.History[^1].LogLikelihood == short10.Max(s => s.History[^1].LogLikelihood));
            foreach (var (c, alone) in group.Zip(short10))
            {
                Assert.Equal((c.Restart != leader, c.Restart == leader ? 25 : 10), (c.StoppedAfterShortRun, c.Iterations));
                if (c.Restart != leader) Assert.Equal((alone.LogLikelihood, false, false), (c.LogLikelihood, c.Converged, c.Chosen));
            }
        }
    }

    [Fact]
    public async Task After_the_short_run_each_pass_is_of_one_fit()
    {
        var pass = new CountingPass(data);
        var found = await ModelSelection.Of(Estimator, [5], restarts: 3).FitAsync(pass, options);
        Assert.Equal(2, found.Candidates.Count(c => c.StoppedAfterShortRun));
        // The surveys, the starts and ten updates of all; then those of the one.
        Assert.Equal([.. Enumerable.Repeat(3, 12), .. Enumerable.Repeat(1, found.Iterations - 10)], pass.Widths);
    }

    [Fact]
    public void Within_the_short_run_all_starts_come_to_their_end() =>
        Assert.All(ModelSelection.Of(Estimator, [5], restarts: 3).Fit(data, options with { MaxIterations = 10 }).Candidates,
            c => Assert.True(c is { StoppedAfterShortRun: false, Iterations: 10 }));

    [Fact]
    public void Where_the_best_start_fails_later_the_next_best_goes_on()
    {
        var short10 = options with { MaxIterations = 10 };
        var all = Enumerable.Range(0, 3).Select(r => Estimator(5).Fit(data, short10 with { Seed = options.Seed + r }).LogLikelihood).ToList();
        var (best, second) = (all.IndexOf(all.Max()), all.IndexOf(all.Order().ElementAt(1)));
        var found = ModelSelection.Of(_ => new FailsLater(options.Seed + best), [5], restarts: 3).Fit(data, options);
        Assert.Equal($"a fit (5 components, seed {options.Seed + best}) failed: place: found this, expected that; try it", found.Warnings[0]);
        Assert.Equal(second, found.Candidates.Single(c => c.Chosen).Restart);
        Assert.Equal([best, second], found.Candidates.Where(c => !c.StoppedAfterShortRun).Select(c => c.Restart).OrderBy(r => r != best));
        Assert.Equal(Estimator(5).Fit(data, options with { Seed = options.Seed + second }).Model, found.Model);
    }

    [Fact]
    public async Task All_fits_share_each_pass_and_those_that_ended_drop_out()
    {
        var pass = new CountingPass(data);
        var found = await ModelSelection.Of(Estimator, [1, 2, 3, 5]).FitAsync(pass, options);
        // The survey, the starts, and as many iterations as the longest fit took.
        var longest = found.Candidates.Max(c => c.Iterations);
        Assert.Equal(2 + longest, pass.Widths.Count);
        // One survey for all: they have one seed.
        Assert.Equal(1, pass.Widths[0]);
        for (var i = 0; i <= longest; i++) Assert.Equal(found.Candidates.Count(c => c.Iterations >= i), pass.Widths[1 + i]);
        Assert.True(pass.Widths[^1] < 4);
    }

    [Fact]
    public async Task Where_memory_is_short_the_bits_are_the_same()
    {
        var selection = ModelSelection.Of(Estimator, [2, 3], restarts: 2);
        var expected = selection.Fit(data, options);
        var pass = new CountingPass(data) { StatisticsBytes = 1 };
        var found = await selection.FitAsync(pass, options);
        Assert.All(pass.Widths, w => Assert.Equal(1, w));
        Assert.Equal(expected.Candidates, found.Candidates);
        Assert.Equal(expected.Model, found.Model);
    }

    /// <summary>
    /// A caller's own scheduler keeps continuations from running at once; fits share what a pass gave, so no two may go on together even then.
    /// </summary>
    [Fact]
    public async Task One_fit_goes_on_at_a_time_on_any_scheduler()
    {
        var watch = new Watch();
        var selection = ModelSelection.Of(_ => new WatchedEstimator(watch), [1, 2, 3], restarts: 4);
        var scheduler = new ConcurrentExclusiveSchedulerPair().ConcurrentScheduler;
        await Task.Factory.StartNew(() => selection.FitAsync(new InMemoryPass(data, 256, 1), options).AsTask(), default, TaskCreationOptions.None, scheduler)
            .Unwrap();
        Assert.Equal((12 * 20, 1), (watch.Visits, watch.Most));
    }

    [Fact]
    public void The_criteria_are_those_of_the_text_books()
    {
        var found = ModelSelection.Of(Estimator, [1, 2, 3, 6], criterion: SelectionCriterion.Aic).Fit(data, options);
        var weight = Enumerable.Range(0, data.Rows).Sum(i => data.Block(0, data.Rows).Weights[i]);
        foreach (var c in found.Candidates)
        {
            // As scikit-learn has them: covariances, means, weights.
            var parameters = (c.Components * 3) + (c.Components * 2) + c.Components - 1;
            Assert.Equal(parameters, c.Parameters);
            // Two operations on numbers of size 1e4.
            Assert.Equal((2 * parameters) - (2 * c.LogLikelihood), c.Aic, 1e-9);
            Assert.Equal((parameters * Math.Log(weight)) - (2 * c.LogLikelihood), c.Bic, 1e-9);
        }
        Assert.Equal(found.Candidates.MinBy(c => c.Aic), found.Candidates.Single(c => c.Chosen));
    }

    [Fact]
    public void By_default_bic_chooses_among_several_numbers_and_the_log_likelihood_among_restarts()
    {
        var several = ModelSelection.Of(Estimator, [1, 2, 3, 6]);
        Assert.Equal(SelectionCriterion.Bic, several.Criterion);
        var found = several.Fit(data, options);
        Assert.Equal(found.Candidates.MinBy(c => c.Bic), found.Candidates.Single(c => c.Chosen));
        // The rows lie around three centres.
        Assert.Equal(3, found.Model.Components.Count);

        var restarts = ModelSelection.Of(Estimator, [4], restarts: 4);
        Assert.Equal(SelectionCriterion.LogLikelihood, restarts.Criterion);
        var best = restarts.Fit(data, options);
        Assert.Equal(best.Candidates.Max(c => c.LogLikelihood), best.LogLikelihood);
        Assert.Equal(best.LogLikelihood, best.Candidates.Single(c => c.Chosen).LogLikelihood);
    }

    [Fact]
    public void Of_equal_fits_the_first_is_chosen()
    {
        var found = ModelSelection.Of(_ => new SameStart(), [1], restarts: 3).Fit(ModelCases.Rows(1), options);
        Assert.Equal([true, false, false], found.Candidates.Select(c => c.Chosen));
    }

    [Fact]
    public void One_that_fails_is_told_and_the_others_go_on()
    {
        // Far from all others lie equal rows: a component of their own has no variance.
        var rows = new double[300];
        for (var i = 0; i < rows.Length; i++) rows[i] = i % 10 < 5 ? 0 : i % 10 < 9 ? 1 : 30;
        var found = ModelSelection.Of(k => Mixture.Of<NormalDistribution>(k), [1, 2]).Fit(rows, options with { MinVariance = 0 });
        var failed = found.Candidates[1];
        Assert.Contains("a variance of 0", failed.Failure, StringComparison.Ordinal);
        Assert.Equal((2, double.NaN, false, false), (failed.Components, failed.LogLikelihood, failed.Converged, failed.Chosen));
        Assert.Equal($"a fit (2 components, seed 5) failed: {failed.Failure}", Assert.Single(found.Warnings));
        Assert.True(found.Candidates[0] is { Failure: null, Chosen: true });
    }

    [Fact]
    public void If_all_fail_the_first_says_why()
    {
        var rows = Enumerable.Repeat(3.0, 50).ToArray();
        var error = Assert.Throws<ModelException>(() => ModelSelection.Of(k => Mixture.Of<NormalDistribution>(k), [1, 2], restarts: 2).Fit(rows, options));
        Assert.StartsWith("all 4 fits failed; the first (1 component, seed 5), ", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Data, error.Kind);
    }

    [Fact]
    public void A_place_too_long_for_the_message_loses_its_outer_parts()
    {
        // 280 letters are the most: 22 between the parts, 150, 4 and 6 of the others leave 98.
        var expected = new string('e', 150);
        const string place = "component 1 (weight 0.25), mixture, the variance, feature 'x'";
        var selection = ModelSelection.Of(k => new SomeFail(true, place, expected), [1, 2], criterion: SelectionCriterion.Aic);
        var error = Assert.Throws<ModelException>(() => selection.Fit(ModelCases.Rows(1), options));
        Assert.Equal("all 2 fits failed; the first (1 component, seed 5), mixture, the variance, feature 'x'", error.Place);
        Assert.Equal($"{error.Place}: found this, expected {expected}; try it", error.Message);
    }

    /// <summary>Failed fits stand before what else is to be told; half of the fits may fail, more may not.</summary>
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    public void Up_to_half_of_the_fits_may_fail(int failing, int fits)
    {
        var selection = ModelSelection.Of(k => new SomeFail(k > fits - failing), [.. Enumerable.Range(1, fits)], criterion: SelectionCriterion.Aic);
        var warnings = selection.Fit(ModelCases.Rows(1), options).Warnings;
        Assert.Equal([.. Enumerable.Range(fits - failing + 1, failing).Select(k => $"a fit ({k} components, seed 5) failed: place: found this, expected that; "
            + "try it"), "a warning"], warnings);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(2, 3)]
    public void More_than_half_of_the_fits_may_not_fail(int failing, int fits)
    {
        var selection = ModelSelection.Of(k => new SomeFail(k > fits - failing), [.. Enumerable.Range(1, fits)], criterion: SelectionCriterion.Aic);
        var error = Assert.Throws<ModelException>(() => selection.Fit(ModelCases.Rows(1), options));
        Assert.Equal($"{failing} of {fits} fits failed; the first ({fits - failing + 1} components, seed 5), place: found this, expected that; try it",
            error.Message);
        Assert.Equal((ErrorKind.Data, 3), (error.Kind, error.FeatureIndex));
    }

    [Fact]
    public async Task What_is_wrong_with_the_data_is_told_once()
    {
        var error =
            await Assert.ThrowsAsync<InvalidOperationException>(() => ModelSelection.Of(Estimator, [1, 2]).FitAsync(new BrokenPass(), options).AsTask());
        Assert.Equal("broken", error.Message);
    }

    [Fact]
    public void A_cancelled_selection_ends()
    {
        using var stop = new CancellationTokenSource();
        var how = options with { Progress = new Act(() => stop.Cancel()) };
        Assert.ThrowsAny<OperationCanceledException>(() => ModelSelection.Of(Estimator, [1, 2]).Fit(data, how, stop.Token));
    }

    [Fact]
    public void K_means_has_restarts_but_no_numbers_to_choose_from()
    {
        var found = ModelSelection.Of(k => new KMeansEstimator(k), [4], restarts: 5).Fit(data, options);
        Assert.Equal(found.Candidates.Max(c => c.LogLikelihood), found.LogLikelihood);
        Assert.All(found.Candidates, c => Assert.True(double.IsNaN(c.Aic) && double.IsNaN(c.Bic)));
        var error = Assert.Throws<ModelException>(() => ModelSelection.Of(k => new KMeansEstimator(k), [2, 3]));
        Assert.Equal("model selection: found components is 2, 3, expected one number, as this model has no likelihood, and more components always come closer "
            + "to the rows; "
            + "and 1 more, expected values in range; correct the options and run again", error.Message);
    }

    [Theory]
    [InlineData(new int[0], 1, "model selection, components: found , expected numbers of at least 1, ascending; correct the options and run again")]
    [InlineData(new[] { 0, 1 }, 1, "model selection, components: found 0, 1, expected numbers of at least 1, ascending; correct the options and run again")]
    [InlineData(new[] { 3, 2 }, 1, "model selection, components: found 3, 2, expected numbers of at least 1, ascending; correct the options and run again")]
    [InlineData(new[] { 2, 2 }, 1, "model selection, components: found 2, 2, expected numbers of at least 1, ascending; correct the options and run again")]
    [InlineData(new[] { 2 }, 0, "model selection, restarts: found 0, expected at least 1; correct the options and run again")]
    [InlineData(new[] { 2, 3 }, 501, "model selection, components x restarts: found 1002, expected at most 1000 fits; correct the options and run again")]
    public void Options_out_of_range_are_refused(int[] components, int restarts, string message) =>
        Assert.Equal(message, Assert.Throws<ModelException>(() => ModelSelection.Of(Estimator, components, restarts)).Message);

    private sealed class CountingPass(FeatureMatrix rows) : IDataPass
    {
        private readonly InMemoryPass pass = new(rows, options.BatchSize!.Value, 1);

        public List<int> Widths { get; } = [];

        public int Columns => pass.Columns;

        public long? StatisticsBytes { get; init; }

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            var found = await pass.RunAsync(summarizer, cancellationToken);
            Widths.Add(((CompositeStatistics)found).Parts.Count);
            return found;
        }
    }

    private sealed class Watch
    {
        private int active;

        public int Visits { get; private set; }

        public int Most { get; private set; }

        public void Visit()
        {
            Most = Math.Max(Most, Interlocked.Increment(ref active));
            Thread.SpinWait(2_000);
            Visits++;
            Interlocked.Decrement(ref active);
        }
    }

    private sealed class WatchedEstimator(Watch watch) : IEstimator<NormalDistribution>
    {
        public async ValueTask<FitResult<NormalDistribution>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < 20; i++)
            {
                await pass.RunAsync(new ExtentSummarizer(), cancellationToken).ConfigureAwait(false);
                watch.Visit();
            }
            return new() { Model = new NormalDistribution(0, 1), Rows = 1, Weight = 1, Converged = true, InitialLogLikelihood = 0, History = [] };
        }
    }

    private sealed class BrokenPass : IDataPass
    {
        public int Columns => 2;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) => throw new InvalidOperationException("broken");
    }

    private sealed class Act(Action act) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => act();
    }

    private sealed class SomeFail(bool fails, string place = "place", string expected = "that") : IEstimator<NormalDistribution>
    {
        public ValueTask<FitResult<NormalDistribution>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) => fails
            ? throw new ModelException(ErrorKind.Usage, place, "this", expected, "try it") { FeatureIndex = 3 }
            : new(new FitResult<NormalDistribution>
            {
                Model = new(0, 1),
                Rows = 1,
                Weight = 1,
                Converged = true,
                InitialLogLikelihood = 0,
                History = [],
                Warnings = ["a warning"],
            });
    }

    private sealed class FailsLater(long seed) : IEstimator<GeneralMixtureModel>
    {
        public ValueTask<FitResult<GeneralMixtureModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) =>
            Estimator(5).FitAsync(pass, options with { Progress = new Fails(options.Seed == seed) }, cancellationToken);

        private sealed class Fails(bool fails) : IProgress<FitProgress>
        {
            public void Report(FitProgress value)
            {
                if (fails && value.Iteration.Iteration == 12) throw new ModelException(ErrorKind.Data, "place", "this", "that", "try it");
            }
        }
    }

    // Claims that the seed matters.
    private sealed class SameStart : IEstimator<NormalDistribution>
    {
        public ValueTask<FitResult<NormalDistribution>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken) =>
            ExpectationMaximization.FitAsync(new NormalDistribution(0, 1), pass, options, cancellationToken);
    }
}
