using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Validating;

/// <summary>Cross-validation against fits of matrices without the fold's rows, which know nothing of folds.</summary>
public sealed class CrossValidationTests
{
    private const int Rows = 600;
    private const int Folds = 4;

    // Sums in another order, centred elsewhere: some units of the last place.
    private const double Tolerance = 1e-10;

    // EM stops after a fixed number of updates in both.
    private static readonly FitOptions options = new() { Seed = 3, MaxIterations = 5, StopThreshold = -1, BatchSize = 100 };

    public static TheoryData<string> Kinds => ["normal", "gaussian", "discrete", "uniform", "student", "mixture"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryModelIsThatOfTheRowsOutsideOfItsFold(string kind)
    {
        var columns = kind == "discrete" ? 1 : 2;
        var data = Values(columns, kind == "discrete");
        switch (kind)
        {
            case "mixture": Compare(Mixture.Of<NormalDistribution>(2), data); break;
            case "normal": Compare(new DistributionEstimator(ModelFormat.Family("normal")), data, [0, 5, -3]); break;
            case "gaussian": Compare(new DistributionEstimator(ModelFormat.Family("multivariate-gaussian")), data); break;
            case "uniform": Compare(new DistributionEstimator(ModelFormat.Family("uniform")), data, isBounded: true); break;
            case "student": Compare(new DistributionEstimator(ModelFormat.Family("student-t(4)")), data); break;
            default: Compare(new DistributionEstimator(ModelFormat.Family("discrete")), data); break;
        }
    }

    [Theory]
    [InlineData("naive Bayes", false)]
    [InlineData("Bayes", false)]
    [InlineData("mixtures", false)]
    [InlineData("naive Bayes", true)]
    public void SoIsEveryClassifier(string kind, bool someUnlabeled)
    {
        var data = Values(2, false);
        int[] labels = [.. Enumerable.Range(0, Rows).Select(i => someUnlabeled && i % 5 == 0 ? -1 : data[i, 0] > 0 ? 1 : 0)];
        switch (kind)
        {
            case "naive Bayes": Compare(new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>()), data, labels: labels); break;
            case "Bayes": Compare(new BayesClassifierEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>()), data, labels: labels); break;
            default: Compare(BayesClassifierEstimator.Of(Mixture.Of<NormalDistribution>(2)), data, labels: labels); break;
        }
    }

    /// <summary>A fold whose rows alone say something about a parameter must not say it to the model that is judged by it.</summary>
    [Fact]
    public void NothingLeaksFromAFoldIntoItsModel()
    {
        var data = Values(2, false);
        int[] labels = [.. Enumerable.Range(0, Rows).Select(i => data[i, 0] > 0 ? 1 : 0)];
        var folds = new int[Rows];
        new HashRule(Folds, options.Seed).Assign(FeatureMatrix.FromRows(data).Block(0, Rows), folds);
        // Class 1 has values of feature 1 in fold 2 only.
        for (var i = 0; i < Rows; i++)
            if (labels[i] == 1 && folds[i] != 2) data[i, 1] = double.NaN;
        Compare(new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>()), data, labels: labels);
    }

    /// <summary>Where the rows of a fold lie far away, sums centred on all rows have lost the digits of the others.</summary>
    [Fact]
    public void FarAwayFoldsLoseNoDigits()
    {
        var data = Values(2, false);
        var folds = new int[Rows];
        new HashRule(Folds, options.Seed).Assign(FeatureMatrix.FromRows(data).Block(0, Rows), folds);
        for (var i = 0; i < Rows; i++)
            if (folds[i] == 1) data[i, 0] += 1e6;
        Compare(new DistributionEstimator(ModelFormat.Family("normal")), data);
    }

    [Fact]
    public void SequencesAreNeverDivided()
    {
        var random = new SeededRandom(5);
        var sequences = Enumerable.Range(0, 60).Select(s => Enumerable.Range(0, 5 + (s % 7)).Select(_ => (s % 2 * 4) + random.NextNormal()).ToArray())
            .ToArray();
        var set = SequenceSet.From(sequences);
        var folds = new int[sequences.Length];
        var rule = new HashRule(Folds, options.Seed);
        rule.Assign(set.Block(0, set.Count), folds);
        var estimator = new HiddenMarkovEstimator(ModelFormat.Family("normal"), 2);
        var found = estimator.CrossValidate(set, new() { Folds = Folds }, options);
        double total = 0;
        for (var fold = 0; fold < Folds; fold++)
        {
            var alone = estimator.Fit(SequenceSet.From([.. sequences.Where((_, s) => folds[s] != fold)]), options).Model;
            var held = SequenceSet.From([.. sequences.Where((_, s) => folds[s] == fold)]);
            var expected = alone.LogProbability(held).Sum();
            var own = (LikelihoodEvaluation)found.Folds[fold];
            Assert.Equal(held.Rows, own.Rows);
            Assert.Equal(expected, own.LogLikelihood, Math.Abs(expected) * 1e-9);
            total += own.LogLikelihood;
        }
        var pooled = (LikelihoodEvaluation)found.Pooled;
        Assert.Equal((set.Rows, total), (pooled.Rows, pooled.LogLikelihood));
    }

    [Theory]
    [InlineData("mixture")]
    [InlineData("classifier")]
    public void TheBitsAreTheSameAtAnyParallelism(string kind)
    {
        var data = Values(2, false);
        var rows = FeatureMatrix.FromRows(data).WithLabels([.. Enumerable.Range(0, Rows).Select(i => data[i, 0] > 0 ? 1 : 0)]);
        var found = new HashSet<string>();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            var how = options with { MaxDegreeOfParallelism = threads };
            found.Add(kind == "mixture"
                ? Text(Mixture.Of<NormalDistribution>(2).CrossValidate(rows, new() { Folds = Folds }, how))
                : Text(new BayesClassifierEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>()).CrossValidate(rows,
                    new() { Folds = Folds, Stratify = true }, how)));
        }
        Assert.Single(found);

        static string Text<TModel>(CrossValidation<TModel> one)
            where TModel : Model => string.Join("; ", one.Models.Select(ModelFormat.Fingerprint)) + string.Join("; ", one.Folds) + one.Pooled;
    }

    /// <summary>
    /// Folds whose sums do not fit into the memory at once are summed in several passes, and so are their evaluations; the bits stay.
    /// </summary>
    /// <param name="fitting">Folds whose sums fit.</param>
    /// <param name="more">Bytes of memory beside.</param>
    /// <param name="passes">Passes of the sums.</param>
    [Theory]
    [InlineData(4, 0, 1)]
    [InlineData(4, -1, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(2, -1, 4)]
    [InlineData(0, 1, 4)]
    public async Task WhereMemoryIsShortFoldsTakeMorePasses(int fitting, int more, int passes)
    {
        const int inFlight = 7;
        var rows = FeatureMatrix.FromRows(Values(2, false)).WithLabels([.. Enumerable.Range(0, Rows).Select(i => i % 2)]);
        var estimator = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>());
        var all = estimator.Fit(rows, options).Model;
        var expected = estimator.CrossValidate(rows, new() { Folds = Folds }, options);
        // Beside those in flight there are the total and the open subtotal.
        var each = (inFlight + 2) * all.CreateStatistics().MaxBytes(options.BatchSize!.Value, [0, 0])!.Value;
        var pass = new ShortPass(new InMemoryPass(rows, options.BatchSize!.Value, 1), (fitting * each) + more, inFlight);
        var found = await new CrossValidator<NaiveBayes>(estimator, pass, options, new() { Folds = Folds }, long.MaxValue).RunAsync(all, default);
        // No evaluation is as small as the sums of a fold: each takes a pass.
        Assert.Equal(passes + Folds, pass.Passes);
        Assert.Equal(expected.Models.Select(ModelFormat.Fingerprint), found.Models.Select(ModelFormat.Fingerprint));
        Assert.Equal(string.Join("; ", expected.Folds) + expected.Pooled, string.Join("; ", found.Folds) + found.Pooled);
    }

    /// <summary>Evaluations that do not fit into the memory at once are computed in several passes.</summary>
    [Theory]
    [InlineData(4, 0, 1)]
    [InlineData(4, -1, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(2, -1, 4)]
    public async Task WhereMemoryIsShortEvaluationsTakeMorePasses(int fitting, int more, int passes)
    {
        const int inFlight = 3, kept = 1 << 20;
        var rows = FeatureMatrix.FromRows(Values(2, false)).WithLabels([.. Enumerable.Range(0, Rows).Select(i => i % 2)]);
        var estimator = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>());
        var all = estimator.Fit(rows, options).Model;
        var each = (inFlight + 2)
            * new ClassifierEvaluator(all, 10, kept / Folds).CreateStatistics().MaxBytes(options.BatchSize!.Value, [0, 0])!.Value;
        Assert.True(Folds * (inFlight + 2) * all.CreateStatistics().MaxBytes(options.BatchSize!.Value, [0, 0])! < each);
        var pass = new ShortPass(new InMemoryPass(rows, options.BatchSize!.Value, 1), (fitting * each) + more, inFlight);
        var found = await new CrossValidator<NaiveBayes>(estimator, pass, options, new() { Folds = Folds }, kept).RunAsync(all, default);
        // The sums of all folds fit into one pass.
        Assert.Equal(1 + passes, pass.Passes);
        var expected = estimator.CrossValidate(rows, new() { Folds = Folds }, options);
        Assert.Equal(string.Join("; ", expected.Folds) + expected.Pooled, string.Join("; ", found.Folds) + found.Pooled);
    }

    [Fact]
    public void EveryReasonHasItsWords()
    {
        var normal = new DistributionEstimator(ModelFormat.Family("normal"));
        FeatureMatrix few = new double[,] { { 1 }, { 2 }, { 4 } };
        Refused("FoldOptions.Folds: found 1, expected 2 to 1000; correct the options and run again", () => normal.CrossValidate(few, new() { Folds = 1 }));
        Refused("FoldOptions.Stratify: found true, and FoldOptions.Key 'a', expected one of them; correct the options and run again",
            () => normal.CrossValidate(few, new() { Key = "a", Stratify = true }));
        Refused("rows in memory, key of the folds: found a, expected null, as the rows have no names (use FeatureMatrix.WithFoldKeys); correct the options and "
            + "run again", () => normal.CrossValidate(few, new() { Key = "a" }));
        Refused("FoldOptions.Folds: found 4 folds of 3 rows, expected at least one row in each fold; take fewer folds",
            () => normal.CrossValidate(few, new() { Folds = 4 }));
        Refused("FoldOptions.Stratify: found a model without classes, expected a classifier; leave it out",
            () => normal.CrossValidate(few, new() { Folds = 2, Stratify = true }));
        Refused("KMeans model: found a model without a likelihood, expected one that gives probabilities to rows; fit another model, such as a mixture",
            () => new KMeansEstimator(1).CrossValidate(few, new() { Folds = 2 }));
        Refused("TestOptions.Share: found 1, expected a number above 0 and below 1; correct the options and run again",
            () => normal.FitAndTest(few, new() { Share = 1 }));
        Refused("rows held out (TestOptions.Share 1E-09): found no row, expected rows of weight above 0; check the weights and the paths",
            () => normal.FitAndTest(few, new() { Share = 1e-9 }));
        Refused("fit without the rows held out (TestOptions.Share 0.999999999), input: found no row, expected at least one; check the paths and filters",
            () => normal.FitAndTest(few, new() { Share = 0.999999999 }));
        FeatureMatrix one = new double[,] { { 1 } };
        Refused("FoldOptions.Folds: found 2 folds of 1 row, expected at least one row in each fold; take fewer folds",
            () => normal.CrossValidate(one, new() { Folds = 2 }));
        // All rows have one key, so the other fold is empty.
        var fold = new int[1];
        new HashRule(2, 0).Assign(few.WithFoldKeys([7L, 7L, 7L]).Block(0, 1), fold);
        Refused($"fold {1 - fold[0]}: found no row of weight above 0, expected at least one in each of 2 folds; take fewer folds "
            + "(FoldOptions.Folds), or another seed",
            () => normal.CrossValidate(few.WithFoldKeys([7L, 7L, 7L]), new() { Folds = 2 }));

        var data = Values(2, false);
        var lone = FeatureMatrix.FromRows(data).WithLabels([.. Enumerable.Range(0, Rows).Select(i => i == 0 ? 2 : i % 2)]);
        var bayes = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>());
        new HashRule(Folds, 0).Assign(lone.Block(0, 1), fold);
        // One row is not enough for a variance either, so it gets a minimum.
        Refused($"fit without fold {fold[0]}, class '2': found no row of weight above 0 in the other folds, expected rows of every class outside of each fold; "
            + "share out the classes evenly (FoldOptions.Stratify), or leave the class out",
            () => bayes.CrossValidate(lone, new() { Folds = Folds }, new() { MinVariance = 1e-3 }));

        static void Refused(string message, Action run) => Assert.Equal(message, Assert.Throws<ModelException>(run).Message);
    }

    /// <summary>Closed form: BIC = p ln W - 2 LL, AIC = 2 p - 2 LL.</summary>
    [Fact]
    public void ALikelihoodIsThatOfItsDefinition()
    {
        var rows = FeatureMatrix.FromColumn([0, 1, -2, 5], [1, 2, 0.5, 0]);
        var found = new NormalDistribution(1, 2).Evaluate(rows);
        static double Log(double x) => -Math.Log(2) - (0.5 * Math.Log(2 * Math.PI)) - ((x - 1) * (x - 1) / 8);
        var expected = Log(0) + (2 * Log(1)) + (0.5 * Log(-2));
        Assert.Equal((4, 3.5, 2), (found.Rows, found.Weight, found.Parameters));
        Assert.Equal(expected, found.LogLikelihood, 1e-13);
        Assert.Equal(expected / 3.5, found.MeanLogLikelihood, 1e-13);
        Assert.Equal((2 * Math.Log(3.5)) - (2 * expected), found.Bic!.Value, 1e-13);
        Assert.Equal(4 - (2 * expected), found.Aic!.Value, 1e-13);
        Assert.Equal(double.NegativeInfinity, new UniformDistribution(0, 1).Evaluate(rows).LogLikelihood);
    }

    private static void Compare<TModel>(IEstimator<TModel> estimator, double[,] data, long[]? keys = null, int[]? labels = null, bool isBounded = false)
        where TModel : ProbabilityModel
    {
        double[] weights = [.. Enumerable.Range(0, Rows).Select(i => 0.5 + (i % 3))];
        var all = FeatureMatrix.FromRows(data, weights);
        if (labels is not null) all = all.WithLabels(labels);
        if (keys is not null) all = all.WithFoldKeys([.. Enumerable.Range(0, Rows).Select(i => keys[i % keys.Length] + (i % 11))]);
        var folds = new int[Rows];
        new HashRule(Folds, options.Seed).Assign(all.Block(0, Rows), folds);
        var found = estimator.CrossValidate(all, new() { Folds = Folds }, options);
        Assert.Equal((Rows, weights.Where((_, i) => labels is null || labels[i] >= 0).Sum()), (found.Pooled.Rows + folds.Where((_, i) => labels?[i] == -1)
            .Count(), found.Pooled.Weight));
        for (var fold = 0; fold < Folds; fold++)
        {
            var (seen, held) = (Part(i => folds[i] != fold), Part(i => folds[i] == fold));
            var alone = estimator.Fit(seen, options).Model;
            var (expected, own) = (alone.LogProbability(held), found.Models[fold].LogProbability(held));
            for (var i = 0; i < own.Length; i++)
            {
                if (isBounded && expected[i] == own[i]) continue;
                Assert.Equal(expected[i], own[i], Math.Abs(expected[i]) * Tolerance * 100);
            }
            if (labels is not null)
            {
                var (direct, measured) = (((Classifier)(Model)alone).Evaluate(held), (Evaluation)found.Folds[fold]);
                Assert.Equal((direct.Rows, direct.Unlabeled), (measured.Rows, measured.Unlabeled));
                // Far apart, the classes leave posteriors near 1, of which the logarithm keeps absolute accuracy only.
                Assert.Equal(direct.LogLoss, measured.LogLoss, 1e-13 + (direct.LogLoss * 1e-8));
                continue;
            }
            var sum = expected.Zip(Enumerable.Range(0, Rows).Where(i => folds[i] == fold)).Sum(p => weights[p.Second] * p.First);
            var likelihood = (LikelihoodEvaluation)found.Folds[fold];
            if (isBounded && double.IsInfinity(sum)) Assert.Equal(sum, likelihood.LogLikelihood);
            else Assert.Equal(sum, likelihood.LogLikelihood, Math.Abs(sum) * Tolerance);
        }

        FeatureMatrix Part(Func<int, bool> isIn)
        {
            int[] rows = [.. Enumerable.Range(0, Rows).Where(isIn)];
            var values = new double[rows.Length, data.GetLength(1)];
            for (var i = 0; i < rows.Length; i++)
                for (var j = 0; j < values.GetLength(1); j++) values[i, j] = data[rows[i], j];
            var part = FeatureMatrix.FromRows(values, [.. rows.Select(r => weights[r])]);
            return labels is null ? part : part.WithLabels([.. rows.Select(r => labels[r])]);
        }
    }

    /// <summary>All rows of a batch may be rejected.</summary>
    [Fact]
    public void A_batch_without_rows_counts_nothing()
    {
        var counter = new FoldCounter(new StratifiedRule(2, 0, new ClassRanks(2)), 2, 1);
        var counts = counter.CreateStatistics();
        counter.Summarize(default, counts);
        Assert.Equal(0, counter.ItemsOf(counts, 0));
    }

    // Two groups, far enough apart that EM agrees to many digits whatever the order of its sums.
    private static double[,] Values(int columns, bool areCategories)
    {
        var random = new SeededRandom(11);
        var values = new double[Rows, columns];
        for (var i = 0; i < Rows; i++)
            for (var j = 0; j < columns; j++)
                values[i, j] = areCategories ? random.NextInt64(4) : (i % 2 == 0 ? -3 : 3) + random.NextNormal();
        return values;
    }

    private sealed class ShortPass(InMemoryPass pass, long bytes, int inFlight) : IDataPass
    {
        public int Passes { get; private set; }

        public int Columns => pass.Columns;

        public long? StatisticsBytes => bytes;

        public int StatisticsInFlight => inFlight;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            Passes++;
            return pass.RunAsync(summarizer, cancellationToken);
        }
    }
}
