using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Free parameters, counted by hand from the families' definitions.</summary>
public class ParameterCountTests
{
    public static TheoryData<string, int> Families => new()
    {
        { "uniform", 2 }, { "bernoulli", 1 }, { "normal", 2 }, { "log-normal", 2 }, { "exponential", 1 }, { "beta", 2 }, { "gamma", 2 }, { "poisson", 1 },
        { "half-normal", 1 },
        { "student-t", 2 }, { "dirac-delta", 1 }, { "discrete", 2 - 1 }, { "dirichlet", 3 }, { "multivariate-gaussian", 3 + 6 }, { "diagonal-gaussian", 3 + 3 },
        { "spherical-gaussian", 3 + 1 },
        { "gaussian-kernel-density", 2 + 1 }, { "uniform-kernel-density", 4 + 3 }, { "triangle-kernel-density", 5 + 4 }, { "joint-probability-table", 4 - 1 },
        { "conditional-probability-table", 2 * (2 - 1) }, { "independent-components", 3 * 2 }, { "zero-inflated Poisson", 1 + 1 },
        { "zero-inflated gamma", 1 + 2 }, { "kmeans", 3 * 3 },
        { "mixture of normals", (3 * 2) + 2 }, { "mixture of Gaussians", (3 * (3 + 6)) + 2 }, { "mixture of t distributions", (3 * 2) + 2 },
        { "mixture of Bernoulli products", (3 * 5) + 2 },
        // Three classes of three normals each, then a Gaussian of two features and two mixtures of two of them; and K - 1 priors.
        { "naive-bayes", (3 * 3 * 2) + 2 }, { "bayes-classifier of mixtures", (2 + 3) + (2 * ((2 * 5) + 1)) + 2 },
        // K means, one covariance, and K - 1 weights; a frozen component counts only its weight.
        { "tied mixture of Gaussians", (3 * 3) + 6 + 2 }, { "tied mixture of normals", 3 + 1 + 2 }, { "tied mixture of diagonal Gaussians", (3 * 3) + 3 + 2 },
        { "tied mixture of spherical Gaussians", (3 * 3) + 1 + 2 }, { "tied mixture of independent normals, missing", (3 * 3) + 3 + 2 },
        { "tied mixture of Gaussians, one frozen", (2 * 2) + 3 + 2 }, { "tied naive-bayes", (3 * 3) + 3 + 2 }, { "tied bayes-classifier", (3 * 2) + 3 + 2 },
        // Exponential 1, gamma 2, uniform frozen 0, the nested mixture 2 + 2 + 1, and 4 - 1 weights.
        { "mixture of other families, one frozen, one nested", 1 + 2 + 0 + 5 + 3 },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_family_counts_what_fitting_chooses(string name, int expected) => Assert.Equal(expected, ModelCases.Get(name).Start.ParameterCount);

    [Fact]
    public void Every_family_is_counted_here() =>
        // Networks are counted in BifTests, against published numbers, and in UndirectedTests.
        Assert.Empty(ModelCases.All.Select(t => t.Name).Except([nameof(BayesianNetwork), nameof(MarkovNetwork), nameof(FactorGraph)])
            .Except(Families.Select(f => ModelCases.Get((string)f[0]).Start).SelectMany(m => m is GeneralMixtureModel x ? x.Components.Prepend<Model>(x) : [m])
                .Select(m => m.GetType().Name)));

    // As scikit-learn's GaussianMixture counts them in aic and bic.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 4)]
    [InlineData(8, 10)]
    public void A_mixture_of_full_Gaussians_has_the_published_number(int components, int features)
    {
        var center = new double[features];
        var model = new GeneralMixtureModel([.. Enumerable.Range(0, components).Select(_ => MultivariateGaussianDistribution.Prototype(center))]);
        var covariances = components * features * (features + 1) / 2;
        Assert.Equal(covariances + (features * components) + components - 1, model.ParameterCount);
    }

    [Fact]
    public void What_is_frozen_counts_nothing()
    {
        Assert.Equal(0, new NormalDistribution(0, 1).Freeze().ParameterCount);
        Assert.Equal(2, new NormalDistribution(0, 1).Freeze().Thaw().ParameterCount);
        Assert.Equal(1 + 2, new GeneralMixtureModel([new NormalDistribution(0, 1).Freeze(), new NormalDistribution(1, 1)]).ParameterCount);
        Assert.Equal(0, new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(1, 1)]).Freeze().ParameterCount);
        Assert.Equal(1, new ZeroInflatedDistribution((PoissonDistribution)new PoissonDistribution(3).Freeze(), 0.2).ParameterCount);
        Assert.Equal(4, new JointProbabilityTable([5], [0.2, 0.2, 0.2, 0.2, 0.2]).ParameterCount);
        Assert.Equal(3 * 4 * (5 - 1), new ConditionalProbabilityTable([3, 4, 5], [.. Enumerable.Repeat(0.2, 60)]).ParameterCount);
    }

    [Fact]
    public void A_distribution_of_a_user_counts_the_numbers_it_writes() => Assert.Equal(1, new OwnLaplace(3, 2).ParameterCount);
}
