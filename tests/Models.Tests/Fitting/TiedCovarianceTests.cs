using System.Text;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;
using Pipelines.Models.Serialization.Pomegranate;
using Pipelines.Models.Tests.Contract;
using Pipelines.Models.Tests.Sequences;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>
/// Components, states and classes that share one covariance. The M step itself is compared with the naive one in the contract suites and in
/// <see cref="PartialUpdateTests"/>, and with scikit-learn in the golden tests.
/// </summary>
public sealed class TiedCovarianceTests
{
    private static readonly FitOptions one = new() { MaxIterations = 1, StopThreshold = double.NegativeInfinity };

    [Fact]
    public void The_start_shares_the_scatter_of_all_clusters()
    {
        // Two clusters of variance 0.25 and 1, with 2 and 4 rows.
        var start = Mixture.Of<NormalDistribution>(2, CentroidInitialization.Named("first-k"), tied: true)
            .Fit(new double[] { 0, 20, 1, 22, 20, 22 }, new() { MaxIterations = 0 }).Model;
        Assert.True(start.HasTiedCovariances);
        var normals = start.Components.Cast<NormalDistribution>().OrderBy(n => n.Mean).ToArray();
        Assert.Equal([0.5, 21], normals.Select(n => n.Mean));
        foreach (var normal in normals) Assert.Equal(Math.Sqrt(((2 * 0.25) + (4 * 1)) / 6), normal.StandardDeviation, 1e-12);
    }

    [Fact]
    public void A_component_without_a_spread_of_its_own_is_no_error()
    {
        var rows = FeatureMatrix.FromRows(new double[,] { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 50, 50 }, { 51, 50 }, { 50, 52 }, { 52, 53 } });
        var model = Mixture.Of<MultivariateGaussianDistribution>(2, tied: true).Fit(rows, one).Model;
        var shapes = model.Components.Select(c => ((Distribution)c).AsGaussian()!).ToArray();
        Assert.Equal(shapes[0].Covariance.Cast<double>(), shapes[1].Covariance.Cast<double>());
        // Of seven rows, four deviate from the mean (50.75, 51.25) by their scatter.
        Assert.Equal(2.75 / 7, shapes[0].Covariance[0, 0], 1e-12);
        Assert.Equal(6.75 / 7, shapes[0].Covariance[1, 1], 1e-12);
        Assert.Throws<ModelException>(() => new GeneralMixtureModel(model.Components, model.Weights.ToArray()).Fit(rows, one with { MinVariance = 0 }));
    }

    [Fact]
    public void One_component_is_as_if_it_were_not_tied()
    {
        var (start, data) = (MultivariateGaussianDistribution.Prototype([1, 0, 0]), ModelCases.Rows(3));
        var (free, tied) = (new GeneralMixtureModel([start]).Fit(data, one).Model, new GeneralMixtureModel([start], tied: true).Fit(data, one).Model);
        var (a, b) = ((MultivariateGaussianDistribution)free.Components[0], (MultivariateGaussianDistribution)tied.Components[0]);
        Assert.Equal(a.Mean.ToArray(), b.Mean.ToArray());
        // The same scatter, moved to the mean before or after it is divided by the weight.
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++) Assert.Equal(a.Covariance(i, j), b.Covariance(i, j), 1e-12);
        Assert.Equal(free.ParameterCount, tied.ParameterCount);
    }

    [Fact]
    public void Inertia_keeps_its_share_of_the_old_covariance()
    {
        var start = new GeneralMixtureModel([new NormalDistribution(0, 2), new NormalDistribution(100, 2)], tied: true);
        var found = start.Fit(new double[] { -1, 3, 100, 102 }, one with { Inertia = 0.25 }).Model;
        // Means 1 and 101; the scatter about them is 8 and 2. Standard deviations are blended, as those of a single normal distribution are.
        var normals = found.Components.Cast<NormalDistribution>().ToArray();
        Assert.Equal([0.75, 100.75], normals.Select(n => n.Mean));
        foreach (var normal in normals) Assert.Equal((0.25 * 2) + (0.75 * Math.Sqrt(10 / 4.0)), normal.StandardDeviation, 1e-12);
    }

    [Fact]
    public void A_minimum_variance_is_that_of_the_shared_covariance()
    {
        // The second feature is twice the first.
        var rows = FeatureMatrix.FromRows(new double[,] { { 0, 0 }, { 1, 2 }, { 3, 6 }, { 40, 80 }, { 41, 82 }, { 44, 88 } });
        var start = new GeneralMixtureModel([MultivariateGaussianDistribution.Prototype([0, 0]), MultivariateGaussianDistribution.Prototype([40, 80])],
            tied: true);
        var error = Assert.Throws<ModelException>(() => start.Fit(rows, one with { MinVariance = 0 }));
        Assert.Equal("tied covariances, covariance, feature 1: found a linear combination of the features before it, expected features that vary "
            + "independently; leave out the constant or collinear feature, use fewer components, or set a minimum variance (FitOptions.MinVariance)",
            error.Message);
        Assert.Equal(1, error.FeatureIndex);
        var shape = ((Distribution)start.Fit(rows, one with { MinVariance = 0.5 }).Model.Components[1]).AsGaussian()!;
        // Along (1, 2) the variance is 5 s, s that of the first feature; across it, 0 is raised to 0.5: s + 0.5 * 4/5 and 4 s + 0.5 * 1/5.
        var s = ((14 / 3.0) + (26 / 3.0)) / 6;
        Assert.Equal(s + 0.4, shape.Covariance[0, 0], 1e-10);
        Assert.Equal((4 * s) + 0.1, shape.Covariance[1, 1], 1e-10);
    }

    [Fact]
    public void What_cannot_be_tied_is_refused()
    {
        const string expected = "expected distributions of one Gaussian family, such as multivariate-gaussian or normal, that are frozen as a whole or not at "
            + "all; choose another distribution, or leave it out";
        const string mixture = "MixtureEstimator.HasTiedCovariances";
        const string classes = "Classifier.HasTiedCovariances";
        Refused($"{mixture}: found 'poisson', which has no covariance, {expected}", () => Mixture.Of<PoissonDistribution>(2, tied: true));
        Refused($"{classes}: found 'poisson', which has no covariance, {expected}",
            () => new NaiveBayesEstimator(DistributionFamily.Of<PoissonDistribution>(), tied: true));
        Refused($"HiddenFitting.TiedCovariances: found 'student-t', which has no covariance, {expected}",
            () => new HiddenMarkovEstimator(DistributionFamily.Of<StudentTDistribution>(), 2, fitting: new() { TiedCovariances = true }));
        Refused($"{mixture}: found independent-components of which none has a covariance, {expected}",
            () => new MixtureEstimator(Families("poisson", "discrete"), 2, tied: true));
        Refused($"{classes}: found 'zero-inflated', which has no covariance, {expected}",
            () => new BayesClassifierEstimator(Families("normal", "zero-inflated(normal)"), tied: true));
        Refused($"{classes}: found '(normal, student-t)', which takes several updates, expected distributions that one pass determines; choose another "
            + "distribution, or leave it out", () => new BayesClassifierEstimator(Families("normal", "student-t"), tied: true));
        Refused($"mixture, tied: found 'normal' and 'diagonal-gaussian', {expected}",
            () => new GeneralMixtureModel([new NormalDistribution(0, 1), new DiagonalGaussianDistribution([0], [1])], tied: true));
        Refused($"mixture, tied: found 'independent-components' of different shapes, {expected}", () => new GeneralMixtureModel(
            [new IndependentComponentsDistribution([new NormalDistribution(0, 1), new PoissonDistribution(1)]), Normals(0)], tied: true));
        Refused($"mixture, tied: found independent-components of which some are frozen, {expected}", () => new GeneralMixtureModel(
            [Normals(0), new IndependentComponentsDistribution([new NormalDistribution(0, 1), new NormalDistribution(0, 1).Freeze()])], tied: true));
        var hidden = HiddenMarkovCases.Dense(2, k => new NormalDistribution(k, 1));
        Refused($"mixture, tied: found 'hmm', which has no covariance, {expected}", () => new GeneralMixtureModel([hidden, hidden], tied: true));
    }

    [Fact]
    public void Other_families_among_independent_features_are_fitted_as_ever()
    {
        var start = new GeneralMixtureModel([.. new[] { 0, 100 }.Select(k =>
            new IndependentComponentsDistribution([new NormalDistribution(k, 1), new DiscreteDistribution([0.5, 0.5])]))], tied: true);
        var rows = FeatureMatrix.FromRows(new double[,] { { 0, 0 }, { 2, 1 }, { 100, 1 }, { 106, 1 } });
        var found = start.Fit(rows, one).Model;
        var parts = found.Components.Select(c => ((IndependentComponentsDistribution)c).Parts).ToArray();
        Assert.Equal([new NormalDistribution(1, Math.Sqrt(20 / 4.0)), new DiscreteDistribution([0.5, 0.5])], parts[0]);
        Assert.Equal([new NormalDistribution(103, Math.Sqrt(20 / 4.0)), new DiscreteDistribution([0, 1])], parts[1]);
        // 2 means, 1 variance, 2 * 1 shares and 1 weight.
        Assert.Equal(6, found.ParameterCount);
    }

    [Fact]
    public void A_file_keeps_the_tie_and_a_fit_from_it_too()
    {
        var (start, data) = ModelCases.Get("tied mixture of Gaussians");
        var saved = new SavedModel(start.Fit(data, one).Model).ToJson();
        Assert.Contains("\"tiedCovariances\": true", Encoding.UTF8.GetString(saved), StringComparison.Ordinal);
        var loaded = (GeneralMixtureModel)SavedModel.FromJson(saved).Model;
        Assert.True(loaded.HasTiedCovariances);
        var next = loaded.Fit(data, one).Model;
        Assert.Equal(start.Fit(data, one with { MaxIterations = 2 }).Model, next);
        Assert.Single(next.Components.Select(c => string.Join(" ", ((Distribution)c).AsGaussian()!.Covariance.Cast<double>())).Distinct());
        Assert.Contains("the components share one covariance", next.Describe(), StringComparison.Ordinal);
        // A model without a tie is written as ever.
        Assert.DoesNotContain("tied", Encoding.UTF8.GetString(new SavedModel(ModelCases.Get("mixture of Gaussians").Start).ToJson()), StringComparison.Ordinal);
        var damaged = Encoding.UTF8.GetString(saved).Replace("\"tiedCovariances\": true", "\"tiedCovariances\": 1", StringComparison.Ordinal);
        Assert.Contains("property 'tiedCovariances': found a number, expected true or false",
            Assert.Throws<ModelException>(() => SavedModel.FromJson(Encoding.UTF8.GetBytes(damaged))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_marginal_keeps_the_tie_where_it_can()
    {
        var tied = (GeneralMixtureModel)ModelCases.Get("tied mixture of Gaussians").Start;
        Assert.True(((GeneralMixtureModel)tied.Marginal(2)!).HasTiedCovariances);
        var mixed = new GeneralMixtureModel([.. new[] { 0, 1 }.Select(k =>
            new IndependentComponentsDistribution([new NormalDistribution(k, 1), new PoissonDistribution(1 + k)]))], tied: true);
        Assert.False(((GeneralMixtureModel)mixed.Marginal(1)!).HasTiedCovariances);
    }

    [Fact]
    public void Pomegranate_files_lose_the_tie_with_a_warning()
    {
        foreach (var name in new[] { "tied mixture of Gaussians", "tied naive-bayes", "tied bayes-classifier" })
        {
            PomegranateFile.Write(new SavedModel(ModelCases.Get(name).Start), out var warnings);
            Assert.Contains("$: the format does not say that covariances are tied; they are written as they are", warnings);
        }
    }

    [Fact]
    public void States_that_share_a_distribution_count_once_for_the_shared_covariance()
    {
        HiddenMarkovModel Make(bool tied) => new([new("a", new NormalDistribution(0, 1)), new("b", TiedTo: "a"), new("c", new NormalDistribution(50, 1))],
            [new("start", "a", 0.5), new("start", "c", 0.5), new("a", "b", 1), new("b", "a", 1), new("c", "c", 1)], fitting: new() { TiedCovariances = tied });
        Assert.Equal(Make(false).ParameterCount - 1, Make(true).ParameterCount);
        var found = Make(true).Fit(SequenceSet.From([[0, 4, 2, 2], [50, 56]]), one).Model;
        // The six rows deviate by 2, 2, 0, 0 and 3, 3 from the means 2 and 53.
        Assert.Equal(new NormalDistribution(2, Math.Sqrt(26 / 6.0)), found.Emission(0));
        Assert.Equal(found.Emission(0), found.Emission(1));
        Assert.Equal(new NormalDistribution(53, Math.Sqrt(26 / 6.0)), found.Emission(2));
        Assert.True(((HiddenMarkovModel)SavedModel.FromJson(new SavedModel(found).ToJson()).Model).Fitting.TiedCovariances);
        Assert.Contains("the states share one covariance", found.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labeled_states_start_with_the_scatter_of_their_rows()
    {
        var sequences = SequenceSet.From([[0, 4, 50], [56, 52]], null, [[0, 0, 1], [1, -1]]);
        var fitting = new HiddenFitting { TiedCovariances = true };
        var start = new HiddenMarkovEstimator(DistributionFamily.Of<NormalDistribution>(), 2, fitting: fitting)
            .Fit(sequences, SequenceFitting.DefaultFit with { MaxIterations = 0 }).Model;
        // Labeled rows only: deviations 2, 2 and 3, 3.
        foreach (var (mean, k) in new[] { 2, 53 }.Select((m, k) => (m, k)))
        {
            var normal = (NormalDistribution)start.Emission(k);
            Assert.Equal(mean, normal.Mean, 1e-12);
            Assert.Equal(Math.Sqrt(26 / 4.0), normal.StandardDeviation, 1e-12);
        }
    }

    [Fact]
    public void Classes_far_from_each_other_lose_no_digits()
    {
        // Deviations of 1 and 2, which doubles near 1e9 hold exactly.
        var data = FeatureMatrix.FromColumn([-1, 1, 0, 1e9 - 2, 1e9 + 2, 1e9]).WithLabels([0, 0, 0, 1, 1, 1]);
        var found = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>(), tied: true).Fit(data).Model;
        Assert.True(found.HasTiedCovariances);
        foreach (var normal in found.Classes.Cast<NormalDistribution>()) Assert.Equal(Math.Sqrt(10 / 6.0), normal.StandardDeviation, 1e-12);
    }

    [Fact]
    public void Classes_of_too_few_rows_for_a_covariance_of_their_own_share_one()
    {
        var rows = FeatureMatrix.FromRows(new double[,] { { 0, 0 }, { 2, 0 }, { 9, 9 }, { 9, 13 }, { 20, 0 }, { 22, 2 } }).WithLabels([0, 0, 1, 1, 2, 2]);
        Assert.Throws<ModelException>(() => new BayesClassifierEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>()).Fit(rows));
        var found = new BayesClassifierEstimator(DistributionFamily.Of<MultivariateGaussianDistribution>(), tied: true).Fit(rows).Model;
        // Scatter: (2, 0, 0), (0, 0, 8) and (2, 2, 2).
        foreach (var shape in found.Classes.Select(c => ((Distribution)c).AsGaussian()!))
            Assert.Equal([4 / 6.0, 2 / 6.0, 2 / 6.0, 10 / 6.0], shape.Covariance.Cast<double>(), new Near(1e-12));
    }

    [Fact]
    public void Rows_without_a_label_count_by_their_posteriors()
    {
        var (start, data) = ModelCases.Get("tied bayes-classifier");
        var classifier = (BayesClassifier)start;
        var block = data.Block(0, data.Rows);
        var rows = new double[data.Rows][];
        for (var i = 0; i < rows.Length; i++) rows[i] = [block[i, 0], block[i, 1]];
        var shares = NaiveModel.Shares(classifier.Mixture, rows, [.. Enumerable.Repeat(1.0, rows.Length)]);
        for (var i = 0; i < rows.Length; i++)
            for (var k = 0; k < 3 && block.Labels[i] >= 0; k++) shares[i][k] = block.Labels[i] == k ? 1 : 0;
        var expected = NaiveTie.Step(classifier.Mixture, rows, shares);
        var found = classifier.Fit(data, one).Model;
        for (var k = 0; k < 3; k++)
        {
            var (a, b) = (expected[k].AsGaussian()!, ((Distribution)found.Classes[k]).AsGaussian()!);
            // 5,000 rows summed in another order.
            Assert.Equal(a.Mean, b.Mean, new Near(1e-11));
            Assert.Equal(a.Covariance.Cast<double>(), b.Covariance.Cast<double>(), new Near(1e-11));
        }
    }

    private static DistributionFamily Families(params string[] names) => DistributionFamily.PerFeature([.. names.Select(ModelFormat.Family)]);

    private static IndependentComponentsDistribution Normals(double mean) => new([new NormalDistribution(mean, 1), new NormalDistribution(mean, 1)]);

    private static void Refused(string message, Func<object> make)
    {
        var error = Assert.Throws<ModelException>(make);
        Assert.Equal((message, ErrorKind.Usage), (error.Message, error.Kind));
    }

    private sealed class Near(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance * Math.Max(1, Math.Abs(x));

        public int GetHashCode(double obj) => 0;
    }
}
