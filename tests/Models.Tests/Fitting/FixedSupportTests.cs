using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Families whose support is fixed are not fitted to scaled features or to logarithms.</summary>
public class FixedSupportTests
{
    // Standardized: mean 0, standard deviation 1.
    private static readonly double[] standardized = [-1.5, -0.5, 0.5, 1.5, -1, 1, 0, 0.25, -0.25];

    public static TheoryData<string> Univariate => [.. ModelFormat.Families.Where(f => f.IsUnivariate && !f.IsCategorical(0)).Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Univariate))]
    public void AFamilySaysWhetherItCanBeFittedToStandardizedValues(string name)
    {
        var family = ModelFormat.Family(name);
        Assert.Equal(IsFitted(family) ? null : name, family.FixedSupport(0));
    }

    [Theory]
    [InlineData("student-t(3)", null)]
    [InlineData("gaussian-kernel-density(0.2)", null)]
    [InlineData("zero-inflated(normal)", "zero-inflated")]
    [InlineData("dirichlet", "dirichlet")]
    [InlineData("multivariate-gaussian", null)]
    public void ArgumentsAndFamiliesOfSeveralFeaturesSayItToo(string name, string? expected) =>
        Assert.Equal(expected, DistributionFamily.Named([name]).FixedSupport(1));

    [Fact]
    public void EachFeatureHasItsOwn()
    {
        var family = DistributionFamily.Named(["normal", "gamma"]);
        Assert.Equal((null, "gamma"), (family.FixedSupport(0), family.FixedSupport(1)));
        var mixture = new GeneralMixtureModel([family.Prototype([1, 1]), family.Prototype([2, 2])], [0.5, 0.5]);
        Assert.Equal((null, "gamma"), (mixture.FixedSupport(0), mixture.FixedSupport(1)));
    }

    public static TheoryData<string> Kinds => [.. estimators.Keys];

    private static readonly Dictionary<string, Action<DistributionFamily, FeatureMatrix, FitOptions>> estimators = new()
    {
        ["distribution"] = (family, data, options) => new DistributionEstimator(family).Fit(data, options),
        ["mixture"] = (family, data, options) => new MixtureEstimator(family, 2).Fit(data, options),
        ["one component of several"] = (family, data, options) => Mixture.Of(DistributionFamily.Of<NormalDistribution>(), family).Fit(data, options),
        ["several fits"] = (family, data, options) => ModelSelection.Of(k => new MixtureEstimator(family, k), [1, 2]).Fit(data, options),
        ["hidden Markov model"] = (family, data, options) => new HiddenMarkovEstimator(family, 2).Fit(SequenceSet.From([[1, 2, 3]]), options),
        ["naive Bayes"] = (family, data, options) => new NaiveBayesEstimator(family).Fit(data, options),
        ["classes of mixtures"] = (family, data, options) =>
            BayesClassifierEstimator.Of(new MixtureEstimator(family, 1)).Fit(data, options),
        ["model"] = (family, data, options) => family.Prototype([1]).Fit(data, options),
        ["cross-validation"] = (family, data, options) => new DistributionEstimator(family).CrossValidate(data, new() { Folds = 2 }, options),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AFitIsRefusedForWhatWasAskedNotForTheData(string kind)
    {
        // Infinite values, which are never looked at.
        var data = FeatureMatrix.FromColumns([double.PositiveInfinity, 2, 3]).WithLabels([0, 1, 0]);
        var error = Assert.Throws<ModelException>(() =>
            estimators[kind](DistributionFamily.Of<GammaDistribution>(), data, new() { Scaling = FeatureScaling.Robust }));
        Assert.Equal("FitOptions.Scaling: found 'robust' of a feature with the distribution 'gamma', whose support is fixed, expected a distribution that can "
            + "be shifted and scaled; leave it out, or choose another distribution for the feature, such as normal", error.Message);
        Assert.Equal(ErrorKind.Usage, error.Kind);
    }

    private static bool IsFitted(DistributionFamily family)
    {
        try
        {
            var fitted = new DistributionEstimator(family).Fit(standardized);
            return !fitted.Model.IsDiscrete && double.IsFinite(fitted.LogLikelihood);
        }
        catch (ModelException)
        {
            return false;
        }
    }
}
