using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Scales found before a fit, against scikit-learn 1.2.1 and plain loops.</summary>
public class ScalingTests
{
    // sklearn.preprocessing.StandardScaler and RobustScaler, fitted to these rows.
    private static readonly double[,] few =
        { { 1.5, 100 }, { 2.25, -40 }, { double.NaN, 12.5 }, { 4, 12.5 }, { 8.75, 1_000 }, { 3.5, double.NaN } };

    private static readonly double[] weights = [1, 2, 0.5, 3, 1.25, 4];

    public static TheoryData<string, bool, double[]> FromSklearn => new()
    {
        { "standard", false, [4, 2.53475837, 217, 394.07296279] },
        { "standard", true, [3.816666666666667, 1.9136933459209768, 169.51612903225808, 366.5083831253313] },
        { "robust", false, [3.5, 1.75, 12.5, 87.5] },
    };

    [Theory]
    [MemberData(nameof(FromSklearn))]
    public void CentersAndScalesAreThoseOfScikitLearn(string name, bool isWeighted, double[] expected)
    {
        var found = Transforms(FeatureMatrix.FromRows(few, isWeighted ? weights : null), FeatureScaling.Named(name));
        for (var j = 0; j < 2; j++)
        {
            var linear = Assert.IsType<LinearTransform>(Assert.Single(found[j]));
            // The literals are printed to nine digits or more.
            Assert.Equal(expected[2 * j], linear.Center, 1e-8);
            Assert.Equal(expected[(2 * j) + 1], linear.Scale, 5e-9 * expected[(2 * j) + 1]);
        }
    }

    [Fact]
    public void AWeightedQuantileIsThatOfRepeatedValues()
    {
        double[] values = [1, 2, 4, 8, 16];
        foreach (var weight in new[] { 1, 0.25, 3 })
        {
            double[] same = [.. values.Select(_ => weight)];
            // numpy.percentile(values, [0, 10, 25, 50, 90, 100]).
            Assert.Equal([1, 1.4, 2, 4, 12.8, 16], new[] { 0, 0.1, 0.25, 0.5, 0.9, 1 }.Select(q => Math.Round(RobustScaling.Quantile(values, same, q), 12)));
        }
        double[] repeated = [1, 2, 2, 2, 4, 8, 8, 16];
        foreach (var share in new[] { 0, 0.2, 0.25, 0.5, 0.6, 0.75, 0.9, 1 })
        {
            var expected = RobustScaling.Quantile(repeated, [.. repeated.Select(_ => 1.0)], share);
            Assert.Equal(expected, RobustScaling.Quantile(values, [0.5, 1.5, 0.5, 1, 0.5], share), 1e-12);
        }
    }

    [Theory]
    [InlineData("standard", 1)]
    [InlineData("robust", 3)]
    public void AFitToScaledRowsIsThatToRowsScaledByHand(string name, int threads)
    {
        var data = Rows(2_000);
        var options = new FitOptions { BatchSize = 300, MaxDegreeOfParallelism = threads, MaxIterations = 5, StopThreshold = -1 };
        var found = Mixture.Of<NormalDistribution>(3).Fit(data, options with { Scaling = FeatureScaling.Named(name) });
        var byHand = Mixture.Of<NormalDistribution>(3).Fit(found.Transforms.Apply(data), options);
        Assert.Equal(new SavedModel(byHand.Model).ToJson(), new SavedModel(found.Model).ToJson());
        var slopes = Enumerable.Range(0, 2).Sum(j => Enumerable.Range(0, 2_000).Sum(i => Weight(i) * found.Transforms.LogSlope(j, data.Block(i, 1)[0, j])));
        // Sums over 2,000 rows of terms of size 1 to 10.
        Assert.Equal(byHand.LogLikelihood + slopes, found.LogLikelihood, 1e-8);
        Assert.Equal(byHand.InitialLogLikelihood + slopes, found.InitialLogLikelihood, 1e-8);
        Assert.Equal(byHand.History.Select(h => h.Improvement), found.History.Select(h => h.Improvement));
        Assert.Equal(found.LogLikelihood, found.History[^1].LogLikelihood);
    }

    [Fact]
    public void TheLikelihoodOfAGaussianDoesNotDependOnTheScale()
    {
        var data = Rows(500);
        var estimator = new DistributionEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>());
        var plain = estimator.Fit(data);
        foreach (var scaling in FeatureScaling.All)
        {
            var scaled = estimator.Fit(data, new() { Scaling = scaling });
            Assert.Equal(plain.LogLikelihood, scaled.LogLikelihood, 1e-8);
            Assert.Equal(((MultivariateGaussianDistribution)plain.Model).Mean[1],
                scaled.Transforms.Invert(1, ((MultivariateGaussianDistribution)scaled.Model).Mean[1]), 1e-9);
        }
    }

    /// <summary>A normal distribution of ln x is a log-normal distribution of x, whose density is known.</summary>
    [Fact]
    public void ANormalDistributionOfLogarithmsHasTheDensityOfALogNormalOne()
    {
        var random = new SeededRandom(3);
        double[] x = [.. Enumerable.Range(0, 400).Select(_ => Math.Exp(2 + (0.7 * random.NextNormal())))];
        var log = new FeatureTransforms([[FeatureTransform.Log]]);
        var model = (NormalDistribution)new DistributionEstimator(DistributionFamily.Of<NormalDistribution>()).Fit(log.Apply(x)).Model;
        double[] logs = new double[x.Length];
        var block = log.Apply(x).Block(0, x.Length);
        model.LogProbabilities(block, logs);
        log.AddLogSlopes(block, logs);
        var expected = new LogNormalDistribution(model.Mean, model.StandardDeviation).LogProbability(x);
        for (var i = 0; i < x.Length; i++) Assert.Equal(expected[i], logs[i], 1e-12);
    }

    [Fact]
    public void ModelsOfDifferentSizesKeepTheirDifferencesAndOrder()
    {
        var data = Rows(1_500);
        var selection = ModelSelection.Of(k => Mixture.Of<NormalDistribution>(k), [1, 2, 3]);
        var found = selection.Fit(data, new() { Scaling = FeatureScaling.Standard });
        var plain = selection.Fit(found.Transforms.Apply(data));
        var shift = found.LogLikelihood - plain.LogLikelihood;
        Assert.NotEqual(0, shift);
        foreach (var (one, other) in found.Candidates.Zip(plain.Candidates))
        {
            Assert.Equal(other.LogLikelihood + shift, one.LogLikelihood, 1e-8);
            Assert.Equal((2 * one.Parameters) - (2 * one.LogLikelihood), one.Aic, 1e-8);
            Assert.Equal((one.Parameters * Math.Log(found.Weight)) - (2 * one.LogLikelihood), one.Bic, 1e-8);
            Assert.Equal(other.Chosen, one.Chosen);
        }
    }

    [Fact]
    public void ProgressReportsTheLikelihoodOfTheRows()
    {
        var seen = new List<double>();
        var options = new FitOptions { Scaling = FeatureScaling.Standard, Progress = new Seen(seen), MaxIterations = 4, StopThreshold = -1 };
        var found = Mixture.Of<NormalDistribution>(2).Fit(Rows(300), options);
        Assert.Equal([found.InitialLogLikelihood, .. found.History.Select(h => h.LogLikelihood)], seen);
    }

    [Fact]
    public void AConstantFeatureKeepsItsUnitAndIsNamed()
    {
        var data = FeatureMatrix.FromRows(new double[,] { { 0.1, 1 }, { 0.1, 2 }, { 0.1, 5 }, { double.NaN, 5 } });
        var found = new KMeansEstimator(2).Fit(data, new() { Scaling = FeatureScaling.Standard });
        Assert.Equal(FeatureTransform.Linear(0.1, 1).Parameters, Assert.Single(found.Transforms[0]).Parameters);
        Assert.Equal("'feature 0': the standard deviation is 0, so the scale is 1 (a feature that hardly varies says little; leave it out)", found.Warnings[0]);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "feature 0, row 1: found an infinite value")]
    [InlineData(1e200, "feature 0: found values up to 1E+200 in size")]
    public void ValuesThatNoFitTakesAreReportedAsWithoutAScale(double value, string message)
    {
        var error = Assert.Throws<ModelException>(() => new KMeansEstimator(1).Fit(FeatureMatrix.FromRows(new[,] { { 1 }, { value }, { 2 } }),
            new() { Scaling = FeatureScaling.Standard }));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CategoriesAreNotScaled()
    {
        var data = FeatureMatrix.FromRows(new double[,] { { 0, 10 }, { 1, 30 }, { 1, 20 }, { 0, 60 } });
        var family = DistributionFamily.PerFeature([DistributionFamily.Of<DiscreteDistribution>(), DistributionFamily.Of<NormalDistribution>()]);
        var found = new DistributionEstimator(family).Fit(data, new() { Scaling = FeatureScaling.Standard });
        Assert.Empty(found.Transforms[0]);
        Assert.Single(found.Transforms[1]);
        var plain = new DistributionEstimator(family).Fit(data);
        Assert.Equal(plain.LogLikelihood, found.LogLikelihood, 1e-12);
    }

    [Fact]
    public void OnlyCategoriesAreAnError() => Assert.Equal("FitOptions.Scaling: found 'standard' of features of categories, expected a feature of numbers, as "
        + "categories have no scale; leave it out", Assert.Throws<ModelException>(() => new DistributionEstimator(DistributionFamily.Of<DiscreteDistribution>())
            .Fit(FeatureMatrix.FromRows(new double[,] { { 0, 1 }, { 1, 0 } }), new() { Scaling = FeatureScaling.Standard })).Message);

    [Fact]
    public void AnUnknownScalingIsRefused() => Assert.Equal("scaling: found 'standart', expected robust or standard; did you mean 'standard'?",
        Assert.Throws<ModelException>(() => FeatureScaling.Named("standart")).Message);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EachFoldHasAScaleOfItsOwn(bool isStandard)
    {
        var data = Rows(200);
        var scaling = isStandard ? FeatureScaling.Standard : FeatureScaling.Robust;
        var options = new FitOptions { Scaling = scaling, BatchSize = 64 };
        var estimator = new DistributionEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>());
        var found = estimator.CrossValidate(data, new() { Folds = 4 }, options);
        var plain = estimator.CrossValidate(data, new() { Folds = 4 }, options with { Scaling = null });
        Assert.Equal(4, found.Transforms.Select(t => t[0][0]).Distinct().Count());
        for (var fold = 0; fold < 4; fold++)
        {
            // A Gaussian's likelihood does not depend on the unit.
            Assert.Equal(((LikelihoodEvaluation)plain.Folds[fold]).LogLikelihood, ((LikelihoodEvaluation)found.Folds[fold]).LogLikelihood, 1e-8);
            if (!isStandard) continue;
            var mean = ((MultivariateGaussianDistribution)plain.Models[fold]).Mean[0];
            Assert.Equal(mean, ((LinearTransform)found.Transforms[fold][0][0]).Center, 1e-12);
            Assert.Equal(0, ((MultivariateGaussianDistribution)found.Models[fold]).Mean[0], 1e-12);
        }
        Assert.Equal(((LikelihoodEvaluation)plain.Pooled).LogLikelihood, ((LikelihoodEvaluation)found.Pooled).LogLikelihood, 1e-8);
    }

    [Fact]
    public void AHeldOutShareIsNotSeenByTheScale()
    {
        var data = Rows(300);
        var estimator = new DistributionEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>());
        var (fitted, test) = estimator.FitAndTest(data, new() { Share = 0.4 }, new() { Scaling = FeatureScaling.Standard });
        var (plain, expected) = estimator.FitAndTest(data, new() { Share = 0.4 });
        Assert.Equal(((MultivariateGaussianDistribution)plain.Model).Mean[0], ((LinearTransform)fitted.Transforms[0][0]).Center, 1e-12);
        Assert.Equal(((LikelihoodEvaluation)expected).LogLikelihood, ((LikelihoodEvaluation)test).LogLikelihood, 1e-8);
    }

    [Fact]
    public void SequencesAreScaledRowByRow()
    {
        var random = new SeededRandom(8);
        double[][] values = [.. Enumerable.Range(6, 20).Select(n => Enumerable.Range(0, n).Select(_ => 50 + (9 * random.NextNormal())).ToArray())];
        var sequences = SequenceSet.From(values);
        var estimator = new HiddenMarkovEstimator(DistributionFamily.Of<NormalDistribution>(), 1);
        var plain = estimator.Fit(sequences, new() { MaxIterations = 3, StopThreshold = -1 });
        var scaled = estimator.Fit(sequences, new() { MaxIterations = 3, StopThreshold = -1, Scaling = FeatureScaling.Standard });
        // One state: a normal distribution, whose likelihood does not depend on the unit.
        Assert.Equal(plain.LogLikelihood, scaled.LogLikelihood, 1e-8);
        Assert.Single(scaled.Transforms[0]);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(29, false)]
    public void KMeansWarnsOfUnequalSpreads(double ratio, bool warns)
    {
        var data = FeatureMatrix.FromRows(new[,] { { 0, 0, 7 }, { 1, ratio, 7 }, { 0, 0, 7 }, { 1, ratio, 7 } });
        var found = new KMeansEstimator(2).Fit(data);
        // Standard deviations of 0.5 and half the ratio; a constant feature decides nothing.
        Assert.Equal(warns ? ["the features' standard deviations differ by more than 30 times, from 0.5 (feature 0) to 15.5 (feature 1): the larger ones "
            + "decide the distances; bring the features to a common scale (FeatureScaling.Standard)"] : [], found.Warnings);
        var scaled = new KMeansEstimator(2).Fit(data, new() { Scaling = FeatureScaling.Robust });
        Assert.DoesNotContain(scaled.Warnings, w => w.Contains("differ", StringComparison.Ordinal));
    }

    private static FeatureTransforms Transforms(FeatureMatrix data, FeatureScaling scaling) =>
        new KMeansEstimator(1).Fit(data, new() { Scaling = scaling, BatchSize = 2 }).Transforms;

    private static double Weight(int row) => 0.5 + (row % 4);

    private static FeatureMatrix Rows(int count)
    {
        var random = new SeededRandom(17);
        var values = new double[count, 2];
        for (var i = 0; i < count; i++)
            (values[i, 0], values[i, 1]) = (1e3 + (20 * (i % 3)) + random.NextNormal(), i % 11 == 0 ? double.NaN : 1e-3 * random.NextNormal() * (1 + (i % 2)));
        return FeatureMatrix.FromRows(values, [.. Enumerable.Range(0, count).Select(Weight)]);
    }

    private sealed class Seen(List<double> values) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => values.Add(value.Iteration.LogLikelihood);
    }
}
