using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>
/// Priors of rows: what they mean, in plain loops over the definition p(row i) = sum over k of prior_ik weight_k p_k(row i), as pomegranate 1 defines them
/// (its emission matrix is the log-density + log prior + log weight), and what is refused. The contract suites test the rest on every model.
/// </summary>
public sealed class PriorTests
{
    // Sums of some hundred terms of order 1, in another order.
    private const double Rounding = 1e-11;

    private static readonly FitOptions twoUpdates = new() { MaxIterations = 2, StopThreshold = double.NegativeInfinity, BatchSize = 100 };

    public static TheoryData<KernelVariant> Variants => KernelData.Variants;

    [Theory]
    [MemberData(nameof(Variants))]
    public void AMixtureIsThatOfTheDefinition(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (x, weights) = Column();
        var priors = ModelCases.Priors(x.Length, 2);
        double[] share = [0.3, 0.7], mean = [0, 4], deviation = [1, 2];
        var start = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(4, 2)], share);
        var data = FeatureMatrix.FromColumn(x, weights).WithPriors(priors);
        var fitted = start.Fit(data, twoUpdates);
        var logLikelihoods = new List<double>();
        for (var update = 0; ; update++)
        {
            var (log, total, sum, square) = (0.0, new double[2], new double[2], new double[2]);
            var responsibilities = new double[x.Length, 2];
            for (var i = 0; i < x.Length; i++)
            {
                double[] joint = [.. Enumerable.Range(0, 2).Select(k => priors[i, k] * share[k] * Normal(x[i], mean[k], deviation[k]))];
                log += weights[i] * Math.Log(joint.Sum());
                for (var k = 0; k < 2; k++)
                {
                    var r = responsibilities[i, k] = joint[k] / joint.Sum();
                    total[k] += weights[i] * r;
                    sum[k] += weights[i] * r * x[i];
                    square[k] += weights[i] * r * x[i] * x[i];
                }
            }
            logLikelihoods.Add(log);
            if (update == 2)
            {
                var found = fitted.Model.PredictProbability(data);
                for (var i = 0; i < x.Length; i++)
                    for (var k = 0; k < 2; k++) Assert.Equal(responsibilities[i, k], found[i, k], Rounding);
                break;
            }
            for (var k = 0; k < 2; k++)
            {
                (share[k], mean[k]) = (total[k] / total.Sum(), sum[k] / total[k]);
                deviation[k] = Math.Sqrt((square[k] / total[k]) - (mean[k] * mean[k]));
            }
        }
        Assert.Equal(logLikelihoods[0], fitted.InitialLogLikelihood, Rounding * Math.Abs(logLikelihoods[0]));
        Assert.Equal(logLikelihoods[2], fitted.LogLikelihood, Rounding * Math.Abs(logLikelihoods[2]));
        for (var k = 0; k < 2; k++)
        {
            var normal = (NormalDistribution)fitted.Model.Components[k];
            Assert.Equal(share[k], fitted.Model.Weights[k], Rounding);
            Assert.Equal(mean[k], normal.Mean, Rounding);
            Assert.Equal(deviation[k], normal.StandardDeviation, 1e-10);
        }
    }

    [Fact]
    public void PredictionsUseThem()
    {
        // Halfway between the components: the prior decides.
        var model = new GeneralMixtureModel([new NormalDistribution(-1, 1), new NormalDistribution(1, 1)], [0.5, 0.5]);
        var data = FeatureMatrix.FromColumn([0, 0, 0]).WithPriors(new[,] { { 0.25, 0.75 }, { 0.9, 0.1 }, { 0, 1 } });
        Assert.Equal([1, 0, 1], model.Predict(data));
        // Densities and weights cancel: the posteriors are the priors.
        var posteriors = model.PredictProbability(data);
        Assert.Equal([0.25, 0.75, 0.9, 0.1, 0, 1], posteriors.Cast<double>(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(Math.Log(0.25), model.PredictLogProbability(data)[0, 0], 1e-14);
        Assert.Equal(double.NegativeInfinity, model.PredictLogProbability(data)[2, 0]);
        // p(0) = 0.5 N(1) (prior_0 + prior_1), where both sum to 1.
        foreach (var log in model.LogProbability(data)) Assert.Equal(Math.Log(0.5 * Normal(1, 0, 1)), log, 1e-14);
    }

    [Fact]
    public void EqualPriorsChangeNothingButTheLogLikelihood()
    {
        var data = ModelCases.Rows(2, weighted: true, rows: 900);
        var start = new GeneralMixtureModel(
            [.. Enumerable.Range(0, 3).Select(k => MultivariateGaussianDistribution.Prototype([4 * k, 0]))]);
        var (without, with) = (start.Fit(data, twoUpdates), start.Fit(data.WithPriors(Equal(900, 3)), twoUpdates));
        Assert.Equal(without.LogLikelihood - (with.Weight * Math.Log(3)), with.LogLikelihood, Rounding * Math.Abs(with.LogLikelihood));
        for (var k = 0; k < 3; k++)
        {
            var (a, b) = ((MultivariateGaussianDistribution)without.Model.Components[k], (MultivariateGaussianDistribution)with.Model.Components[k]);
            Assert.Equal(without.Model.Weights[k], with.Model.Weights[k], Rounding);
            for (var j = 0; j < 2; j++) Assert.Equal(a.Mean[j], b.Mean[j], Rounding);
            Assert.Equal(a.Covariance(0, 1), b.Covariance(0, 1), Rounding);
        }
        // The start is the same too: equal priors say nothing about the order of the components.
        var (chosen, other) = (Mixture.Of<MultivariateGaussianDistribution>(3).Fit(data).Model,
            Mixture.Of<MultivariateGaussianDistribution>(3).Fit(data.WithPriors(Equal(900, 3))).Model);
        for (var k = 0; k < 3; k++) Assert.Equal(chosen.Weights[k], other.Weights[k], 1e-9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APriorOfOneIsALabelOfAClass(bool isSemiSupervised)
    {
        var rows = ModelCases.Rows(2, weighted: true, rows: 900);
        var block = rows.Block(0, 900);
        var labels = new int[900];
        for (var i = 0; i < 900; i++) labels[i] = isSemiSupervised && i % 4 > 0 ? -1 : block[i, 0] < 2 ? 0 : block[i, 0] < 6 ? 1 : 2;
        var estimator = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>());
        var expected = estimator.Fit(rows.WithLabels(labels), twoUpdates);
        // Without labels: the priors alone say what the classes are.
        var found = estimator.Fit(rows.WithPriors(Certain(labels, 3)), twoUpdates);
        var (a, b) = (expected.Model, found.Model);
        if (!isSemiSupervised)
        {
            Assert.Equal(a, b);
            Assert.Equal(expected.LogLikelihood, found.LogLikelihood);
        }
        else
        {
            for (var k = 0; k < 3; k++)
            {
                Assert.Equal(a.Priors[k], b.Priors[k], Rounding);
                for (var j = 0; j < 2; j++) Assert.Equal(Part(a, k, j).Mean, Part(b, k, j).Mean, Rounding);
            }
            // The log-likelihood is that of the rows without a label, each of which has an equal prior of 1/3 here.
            var unlabeled = 0.0;
            for (var i = 0; i < 900; i++)
                if (labels[i] < 0) unlabeled += block.Weights[i];
            Assert.Equal(expected.LogLikelihood - (unlabeled * Math.Log(3)), found.LogLikelihood, Rounding * Math.Abs(found.LogLikelihood));
        }
    }

    [Fact]
    public void AMixtureOfNormalsAndAClassifierOfThemTakePriorsOfOneAlike()
    {
        var (x, weights) = Column();
        var priors = ModelCases.Priors(x.Length, 2);
        Distribution[] parts = [new NormalDistribution(0, 1), new NormalDistribution(4, 2)];
        var data = FeatureMatrix.FromColumn(x, weights).WithPriors(priors);
        var (mixture, classifier) = (new GeneralMixtureModel(parts).Fit(data, twoUpdates).Model, new BayesClassifier(parts).Fit(data, twoUpdates).Model);
        for (var k = 0; k < 2; k++)
        {
            Assert.Equal(mixture.Weights[k], classifier.Priors[k], Rounding);
            Assert.Equal(((NormalDistribution)mixture.Components[k]).Mean, ((NormalDistribution)classifier.Classes[k]).Mean, Rounding);
        }
        Assert.Equal(mixture.LogProbability(data), new BayesClassifier(mixture.Components, mixture.Weights.ToArray()).LogProbability(data));
    }

    [Fact]
    public void AnEvaluationPredictsWithThePriorsAndNeverTakesThemForLabels()
    {
        var model = new NaiveBayes([new NormalDistribution(-1, 1), new NormalDistribution(1, 1)]);
        var data = FeatureMatrix.FromColumn([0, 0, 0, 0]).WithLabels([0, 1, 0, -1]).WithPriors(new[,] { { 0.8, 0.2 }, { 0.4, 0.6 }, { 0, 1 }, { 1, 0 } });
        var found = model.Evaluate(data);
        Assert.Equal(1, found.Unlabeled);
        // The third row is predicted as its prior says, against its label.
        Assert.Equal(2.0 / 3, found.Accuracy, 1e-15);
    }

    [Fact]
    public void AChosenStartHasItsComponentsInTheOrderOfThePriors()
    {
        var data = ModelCases.Rows(1, rows: 900);
        var block = data.Block(0, 900);
        // Around 0, 4 and 8. A few rows say that the middle is component 2, and the low one component 1.
        var priors = Equal(900, 3);
        for (var i = 0; i < 900; i += 30)
        {
            var component = block[i, 0] < 2 ? 1 : block[i, 0] < 6 ? 2 : 0;
            for (var k = 0; k < 3; k++) priors[i, k] = k == component ? 0.8 : 0.1;
        }
        for (var seed = 0; seed < 4; seed++)
        {
            var options = new FitOptions { Seed = seed };
            double[] means = [.. Mixture.Of<NormalDistribution>(3).Fit(data.WithPriors(priors), options).Model.Components
                .Select(c => ((NormalDistribution)c).Mean)];
            Assert.Equal([8, 0, 4], means, (a, b) => Math.Abs(a - b) < 0.5);
        }
    }

    [Fact]
    public void APriorOfZeroWinsOverAnInfiniteDensity()
    {
        double[] joint = [double.PositiveInfinity, 1, double.NegativeInfinity, 2, double.PositiveInfinity];
        RowPriors.Add([double.NegativeInfinity, double.NegativeInfinity, 0, -1, -1], joint);
        Assert.Equal([double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, 1, double.PositiveInfinity], joint);
    }

    [Fact]
    public void AddingThemIsTheScalarLoop()
    {
        var random = new SeededRandom(1);
        foreach (var length in Kernels.Variants.RowCounts)
        {
            double[] priors = [.. Enumerable.Range(0, length).Select(i => i % 5 == 0 ? double.NegativeInfinity : -random.NextDouble())];
            double[] joint = [.. Enumerable.Range(0, length).Select(i => i % 7 == 0 ? double.PositiveInfinity : random.NextNormal())];
            double[] expected = [.. joint.Select((x, i) => double.IsNegativeInfinity(priors[i]) ? priors[i] : x + priors[i])];
            RowPriors.Add(priors, joint);
            Assert.Equal(expected, joint);
        }
    }

    [Theory]
    [InlineData(0.2, 0.9, "priors of row 1: found a sum of 1.1, expected probabilities that sum to 1 (within 1e-6)")]
    [InlineData(0, 0, "priors of row 1: found a sum of 0, expected probabilities that sum to 1 (within 1e-6)")]
    [InlineData(1.25, -0.25, "priors of row 1, column 1: found -0.25, expected a probability from 0 to 1")]
    [InlineData(double.NaN, 1, "priors of row 1, column 0: found NaN, expected a probability from 0 to 1")]
    [InlineData(0.5, double.PositiveInfinity, "priors of row 1, column 1: found Infinity, expected a probability from 0 to 1")]
    [InlineData(0.5, 0.50001, "priors of row 1: found a sum of 1.00001, expected probabilities that sum to 1 (within 1e-6)")]
    public void RowsThatAreNoProbabilitiesAreNamed(double first, double second, string message)
    {
        var error = Assert.Throws<ModelException>(() => FeatureMatrix.FromColumn([1, 2]).WithPriors(new[,] { { 0.5, 0.5 }, { first, second } }));
        Assert.Equal(($"{message}; correct the row; where nothing is known, make them equal", ErrorKind.Data), (error.Message, error.Kind));
    }

    [Fact]
    public void TheirNumberMustFit()
    {
        Assert.Equal("priors, number of rows: found 1, expected one for each of 2 rows; correct the options and run again",
            Assert.Throws<ModelException>(() => FeatureMatrix.FromColumn([1, 2]).WithPriors(new double[,] { { 1 } })).Message);
        var data = FeatureMatrix.FromColumn([1, 2, 3]).WithPriors(Equal(3, 2));
        Assert.Equal("mixture model: found priors of 2 components, expected 3; give one prior for each, in the model's order (Pipeline.Priors)",
            Assert.Throws<ModelException>(() => new GeneralMixtureModel([.. Enumerable.Range(0, 3).Select(k => new NormalDistribution(k, 1))]).Fit(data))
                .Message);
        Assert.Equal("kmeans model: found rows with priors, expected a model with components, classes or states; leave the priors out (Pipeline.Priors)",
            Assert.Throws<ModelException>(() => new KMeans(new double[,] { { 1 }, { 2 } }).Fit(data)).Message);
        Assert.Equal("priors: found columns for 2 classes, expected 3, one for each class (0, 1, 2); give one column for each class, in their order "
            + "(Pipeline.Priors)", Assert.Throws<ModelException>(() => new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>())
                .Fit(data.WithLabels([0, 1, 2]))).Message);
    }

    [Fact]
    public void LabelsWeightsAndPriorsComeInAnyOrder()
    {
        var priors = new[,] { { 0.25, 0.75 }, { 1, 0 } };
        var data = FeatureMatrix.FromColumn([1, 2]).WithPriors(priors).WithLabels([0, 1]).WithWeights([2, 3]);
        Assert.Equal(2, data.PriorComponents);
        var block = data.Block(1, 1);
        Assert.Equal((0, double.NegativeInfinity, 1, 3), (block.Priors[0, 0], block.Priors[0, 1], block.Labels[0], block.Weights[0]));
        // A copy was kept.
        priors[0, 0] = 9;
        Assert.Equal(-2, data.Block(0, 1).Priors[0, 0]);
    }

    [Fact]
    public void TheyLeaveCovariancesTied()
    {
        double[] x = [0, 1, 2, 10, 11, 12];
        var estimator = Mixture.Of<NormalDistribution>(2, tied: true);
        Assert.True(estimator.Fit(((FeatureMatrix)x).WithPriors(Equal(6, 2))).Model.HasTiedCovariances);
        Assert.True(estimator.StartFrom(x, Certain([0, 0, 0, 1, 1, 1], 2)).HasTiedCovariances);
    }

    /// <summary>A class that only priors of 1 name is a class in cross-validation, too.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CrossValidationKnowsClassesByPriorsOfOne(bool isStratified)
    {
        var classes = Enumerable.Range(0, 30).Select(i => i % 3).ToArray();
        double[] x = [.. classes.Select((c, i) => (10 * c) + (i / 3 % 4))];
        var priors = Certain([.. classes.Select(c => c == 2 ? 2 : -1)], 3);
        var rows = ((FeatureMatrix)x).WithLabels([.. classes.Select(c => c == 2 ? -1 : c)]).WithPriors(priors);
        var found = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>()).CrossValidate(rows, new() { Folds = 3, Stratify = isStratified });
        Assert.All(found.Models, m => Assert.Equal(3, m.Classes.Count));
        // Evaluations compare with labels only.
        Assert.Equal(10, ((Evaluation)found.Pooled).Unlabeled);
    }

    private static NormalDistribution Part(NaiveBayes model, int k, int feature) =>
        (NormalDistribution)((IndependentComponentsDistribution)model.Classes[k]).Parts[feature];

    private static double Normal(double x, double mean, double deviation) =>
        Math.Exp(-0.5 * (x - mean) * (x - mean) / (deviation * deviation)) / (deviation * Math.Sqrt(2 * Math.PI));

    private static double[,] Equal(int rows, int components) => Certain([.. Enumerable.Repeat(-1, rows)], components);

    // Equal priors where there is no label.
    private static double[,] Certain(int[] labels, int components)
    {
        var priors = new double[labels.Length, components];
        for (var i = 0; i < labels.Length; i++)
            for (var k = 0; k < components; k++) priors[i, k] = labels[i] < 0 ? 1.0 / components : labels[i] == k ? 1 : 0;
        return priors;
    }

    private static (double[] Values, double[] Weights) Column()
    {
        var random = new SeededRandom(8);
        double[] x = [.. Enumerable.Range(0, 600).Select(i => (i % 2 * 4) + random.NextNormal())];
        return (x, [.. x.Select(_ => 0.5 + random.NextDouble())]);
    }
}
