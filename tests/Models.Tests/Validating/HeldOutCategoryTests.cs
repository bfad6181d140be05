using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Validating;

/// <summary>
/// Categories that only held-out rows have, against fits of the other rows in a matrix of their own, whose codes leave no gap: there they are unknown.
/// </summary>
public sealed class HeldOutCategoryTests
{
    private const int Rows = 400;
    private const int Folds = 4;

    // Sums in another order, and quotients instead of one division: some units of the last place.
    private const double Tolerance = 1e-12;

    private static readonly FitOptions options = new() { Seed = 3, MaxIterations = 4, StopThreshold = -1, BatchSize = 100 };

    public static TheoryData<string, double, bool> Kinds => new()
    {
        { "discrete", 0, false }, { "discrete", 2, false }, { "discrete", 2, true }, { "joint", 0, false }, { "joint", 0.5, false }, { "joint", 0.5, true },
        { "conditional", 0, false }, { "conditional", 0.5, false }, { "mixture", 0, false }, { "naive Bayes", 0, false }, { "naive Bayes", 1, false },
        { "naive Bayes", 1, true }, { "naive Bayes", 0, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_fold_knows_the_categories_of_the_other_rows(string kind, double pseudocount, bool refit)
    {
        var how = options with { Pseudocount = pseudocount };
        var folds = new int[Rows];
        var data = Values(kind, new HashRule(Folds, options.Seed), folds);
        switch (kind)
        {
            case "naive Bayes": Check(Bayes(), kind, data, folds, how, refit); break;
            case "mixture": Check(Mixture.Of<DiscreteDistribution>(1), kind, data, folds, how, refit); break;
            case "discrete": Check(new DistributionEstimator(ModelFormat.Family(kind)), kind, data, folds, how, refit); break;
            default: Check(new DistributionEstimator(ModelFormat.Family($"{kind}-probability-table")), kind, data, folds, how, refit); break;
        }
    }

    [Theory]
    [InlineData("discrete", 0)]
    [InlineData("discrete", 2)]
    [InlineData("naive Bayes", 1)]
    public void So_does_a_model_that_is_tested_on_a_share(string kind, double pseudocount)
    {
        var how = options with { Pseudocount = pseudocount };
        var folds = new int[Rows];
        var data = Values(kind, new ShareRule(0.25, options.Seed), folds);
        if (kind == "discrete") Test(new DistributionEstimator(ModelFormat.Family(kind)));
        else Test(Bayes());

        void Test<TModel>(IEstimator<TModel> estimator)
            where TModel : ProbabilityModel
        {
            var (fitted, test) = estimator.FitAndTest(Matrix(data, kind, _ => true), new() { Share = 0.25 }, how);
            Same(estimator, fitted.Model, test, kind, data, folds, 1, how);
            Assert.Empty(fitted.Warnings);
            // The log-likelihood is that of the returned model.
            var alone = estimator.Fit(Recoded(data, kind, i => folds[i] != 1, folds, 1), how);
            Assert.Equal(alone.LogLikelihood, fitted.LogLikelihood, Math.Abs(alone.LogLikelihood) * Tolerance);
        }
    }

    [Fact]
    public void Sequences_too()
    {
        // Code 1 is in one fold only.
        var folds = new int[40];
        var rule = new HashRule(Folds, options.Seed);
        rule.Assign(Set(_ => true, false).Block(0, 40), folds);
        foreach (var chain in new[] { true, false })
        {
            if (chain) Compare(new MarkovChainEstimator(1), new() { Pseudocount = 1, Seed = options.Seed });
            else Compare(new HiddenMarkovEstimator(ModelFormat.Family("discrete"), 1), options);
        }

        void Compare<TModel>(IEstimator<TModel> estimator, FitOptions how)
            where TModel : SequenceModel
        {
            var found = estimator.CrossValidate(Set(_ => true, false), new() { Folds = Folds }, how).Models[folds[0]];
            var alone = estimator.Fit(Set(s => folds[s] != folds[0], true), how).Model;
            var (expected, own) = (alone.LogProbability(Set(s => folds[s] == folds[0], true)), found.LogProbability(Set(s => folds[s] == folds[0], false)));
            // A Markov chain gives what it does not know probability 0.
            Assert.Equal(alone is HiddenMarkovModel, double.IsFinite(expected[0]));
            for (var s = 0; s < own.Length; s++)
                Assert.True(expected[s] == own[s] || Math.Abs(expected[s] - own[s]) < Math.Abs(expected[s]) * Tolerance, $"{expected[s]}, {own[s]}");
        }

        SequenceSet Set(Func<int, bool> isIn, bool recode) => SequenceSet.From([.. Enumerable.Range(0, 40).Where(isIn).Select(s =>
            Enumerable.Range(0, 6).Select(i => Code(s == 0 && i == 3 ? 1 : ((s + i) % 3) is > 0 and var c ? c + 1 : 0, recode)).ToArray())]);

        static double Code(int code, bool recode) => !recode ? code : code == 1 ? -1 : Math.Max(0, code - 1);
    }

    /// <summary>A category that only another class has is known, and impossible.</summary>
    [Fact]
    public void Impossible_rows_are_warned_of()
    {
        var folds = new int[Rows];
        var rule = new ShareRule(0.25, options.Seed);
        var data = Values("naive Bayes", rule, folds);
        var (first, other) = (Array.IndexOf(folds, 1), Array.FindIndex(folds, (Predicate<int>)(f => f == 0)));
        // The two classes, of which the other has the category among the rows that are fitted.
        other = Enumerable.Range(0, Rows).First(i => folds[i] == 0 && i % 2 != first % 2);
        data[other, 1] = data[first, 1] = 1;
        var (fitted, test) = Bayes().FitAndTest(Matrix(data, "naive Bayes", _ => true), new() { Share = 0.25 }, options);
        Assert.Equal(double.PositiveInfinity, ((Evaluation)test).LogLoss);
        Assert.Equal(["rows held out: some rows have probability 0 under the model of the others; if they have rare categories, set a pseudocount"],
            fitted.Warnings);
    }

    private static NaiveBayesEstimator Bayes() => new(DistributionFamily.Named(["normal", "discrete"]));

    private static void Check<TModel>(IEstimator<TModel> estimator, string kind, double[,] data, int[] folds, FitOptions how, bool refit)
        where TModel : ProbabilityModel
    {
        var found = (refit ? new OfManyPasses<TModel>(estimator) : estimator).CrossValidate(Matrix(data, kind, _ => true), new() { Folds = Folds }, how);
        for (var fold = 0; fold < Folds; fold++) Same(estimator, found.Models[fold], found.Folds[fold], kind, data, folds, fold, how);
        Assert.Empty(found.Warnings);
    }

    private static void Same<TModel>(IEstimator<TModel> estimator, TModel model, ModelEvaluation evaluation, string kind, double[,] data, int[] folds,
        int fold, FitOptions how)
        where TModel : ProbabilityModel
    {
        var alone = estimator.Fit(Recoded(data, kind, i => folds[i] != fold, folds, fold), how).Model;
        var held = Recoded(data, kind, i => folds[i] == fold, folds, fold);
        var (expected, own) = (alone.LogProbability(held), model.LogProbability(Matrix(data, kind, i => folds[i] == fold)));
        for (var i = 0; i < own.Length; i++) Assert.Equal(expected[i], own[i], Math.Abs(expected[i]) * Tolerance);
        Assert.All(own, log => Assert.True(double.IsFinite(log)));
        if (evaluation is Evaluation measured)
            Assert.Equal(((Classifier)(Model)alone).Evaluate(held).LogLoss, measured.LogLoss, 1e-10);
        else
            Assert.Equal(expected.Sum(), ((LikelihoodEvaluation)evaluation).LogLikelihood, Math.Abs(expected.Sum()) * Tolerance);
    }

    // Column 0: a normal value, or a code where there are two columns of them. Column 1: codes 0, 2 and 3; the first row of fold 1 alone has code 1.
    private static double[,] Values(string kind, FoldRule rule, int[] folds)
    {
        var random = new SeededRandom(17);
        var values = new double[Rows, kind is "discrete" or "mixture" ? 1 : 2];
        rule.Assign(FeatureMatrix.FromRows(values).Block(0, Rows), folds);
        for (var i = 0; i < Rows; i++)
        {
            if (values.GetLength(1) == 2) values[i, 0] = kind == "naive Bayes" ? (i % 2 * 2) + random.NextNormal() : random.NextInt64(2);
            values[i, values.GetLength(1) - 1] = random.NextInt64(3) is > 0 and var code ? code + 1 : 0;
        }
        values[Array.IndexOf(folds, 1), values.GetLength(1) - 1] = 1;
        return values;
    }

    private static FeatureMatrix Matrix(double[,] data, string kind, Func<int, bool> isIn)
    {
        int[] rows = [.. Enumerable.Range(0, Rows).Where(isIn)];
        var values = new double[rows.Length, data.GetLength(1)];
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < values.GetLength(1); j++) values[i, j] = data[rows[i], j];
        return FeatureMatrix.FromRows(values).WithLabels([.. rows.Select(r => kind == "naive Bayes" ? r % 2 : -1)]);
    }

    // The codes of the rows outside of a fold without a gap; -1 = none of them has the category.
    private static FeatureMatrix Recoded(double[,] data, string kind, Func<int, bool> isIn, int[] folds, int fold)
    {
        var last = data.GetLength(1) - 1;
        double[] known = [.. Enumerable.Range(0, Rows).Where(i => folds[i] != fold).Select(i => data[i, last]).Distinct().Order()];
        var recoded = (double[,])data.Clone();
        for (var i = 0; i < Rows; i++) recoded[i, last] = Array.IndexOf(known, data[i, last]);
        return Matrix(recoded, kind, isIn);
    }

    /// <summary>An estimator whose folds are fitted one by one.</summary>
    private sealed class OfManyPasses<TModel>(IEstimator<TModel> inner) : IEstimator<TModel>
        where TModel : Model
    {
        public ParameterKinds ParameterKinds => inner.ParameterKinds;

        public ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) =>
            inner.FitAsync(pass, options, cancellationToken);
    }
}
