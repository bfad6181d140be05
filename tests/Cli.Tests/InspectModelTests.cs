using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>What <c>inspect</c> says of models.</summary>
public sealed class InspectModelTests : IDisposable
{
    private readonly Folder folder = new();

    /// <summary>One distribution of each family, and what must stand in its description.</summary>
    public static TheoryData<Distribution, string> Families => new()
    {
        { new NormalDistribution(1.5, 2), "a: mean 1.5, standard deviation 2" },
        { new UniformDistribution(-1, 4), "a: uniform, start -1, end 4" },
        { new BernoulliDistribution(0.25), "a: bernoulli, probability 0.25" },
        { new LogNormalDistribution(1, 0.5), "a: log-normal, mu 1, sigma 0.5" },
        { new ExponentialDistribution(0.5), "a: exponential, rate 0.5" },
        { new BetaDistribution(2, 3), "a: beta, alpha 2, beta 3" },
        { new GammaDistribution(2, 3), "a: gamma, shape 2, rate 3" },
        { new PoissonDistribution(4), "a: poisson, rate 4" },
        { new HalfNormalDistribution(3), "a: half-normal, sigma 3" },
        { new StudentTDistribution(1, 2, 5), "a: student-t" },
        { new DiracDeltaDistribution(7), "a: dirac-delta, location 7" },
        { new ZeroInflatedDistribution(new PoissonDistribution(4), 0.25), "a: poisson, rate 4; zeros beyond that: 0.25" },
        { new DiscreteDistribution([0.25, 0.75]), "a: no 0.75, yes 0.25" },
        { new GaussianKernelDensity([1, 2], 0.5), "a: gaussian-kernel-density of 2 points from 1 to 2, bandwidth 0.5" },
        { new UniformKernelDensity([1, 2], 0.5), "a: uniform-kernel-density of 2 points from 1 to 2, bandwidth 0.5" },
        { new TriangleKernelDensity([1, 2], 0.5), "a: triangle-kernel-density of 2 points from 1 to 2, bandwidth 0.5" },
        { new MultivariateGaussianDistribution([1, 2], new[,] { { 4, 1.0 }, { 1, 1 } }), "correlation: a and b 0.5" },
        { new DiagonalGaussianDistribution([1, 2], [3, 4]), "b: mean 2, standard deviation 4" },
        { new SphericalGaussianDistribution([1, 2], 3), "b: mean 2, standard deviation 3" },
        { new DirichletDistribution([1, 3]), "shares a 0.25 on average (alpha 1), b 0.75 on average (alpha 3)" },
        { new JointProbabilityTable([2, 2], [0.1, 0.2, 0.3, 0.4]), "a, b: (no, small) 0.4" },
        { new ConditionalProbabilityTable([2, 2], [0.1, 0.9, 0.6, 0.4]), "(yes) large 0.1, small 0.9" },
        { new BayesianNetwork([new("a", ["yes", "no"]), new("b", ["large", "small"])], [[], [0]], [[0.5, 0.5], [0.1, 0.9, 0.6, 0.4]]),
            "(yes) large 0.1, small 0.9" },
        { new MarkovNetwork([new("a", ["yes", "no"]), new("b", ["large", "small"])], [new([0, 1], [0.1, 0.2, 0.3, 0.4])]), "(no, small) 0.4" },
        { new FactorGraph([new("a", ["yes", "no"]), new("b", ["large", "small"])], [new([0, 1], [0.1, 0.2, 0.3, 0.4])]), "(no, small) 0.4" },
        { new IndependentComponentsDistribution([new PoissonDistribution(4), new NormalDistribution(0, 1)], [1, 0.5]),
            "b: mean 0, standard deviation 1 (column weight 0.5)" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Every_family_is_described(Distribution model, string expected)
    {
        var isTable = model is TableDistribution or IInferenceModel;
        Feature[] features = [isTable ? new("a", ["yes", "no"]) : new("a"), isTable ? new("b", ["large", "small"]) : new("b")];
        new SavedModel(model, features[..model.Dimensions]).Save(folder["model.json"]);
        var result = await Tool.RunAsync("inspect", folder["model.json"]);
        Assert.Equal(0, result.Code);
        Assert.Contains(expected, Unaligned(result.Out), StringComparison.Ordinal);
        // As a component it is described the same, one step in.
        new SavedModel(new GeneralMixtureModel([model, model]), features[..model.Dimensions]).Save(folder["mixture.json"]);
        var mixture = await Tool.RunAsync("inspect", folder["mixture.json"]);
        Assert.Contains($"component 1, weight 0.5: {model.FormatName}\n  ", mixture.Out, StringComparison.Ordinal);
        Assert.Contains(expected, Unaligned(mixture.Out), StringComparison.Ordinal);

        static string Unaligned(string text) => System.Text.RegularExpressions.Regex.Replace(text, "(?<=[:,]) +", " ");
    }

    [Fact]
    public void No_family_is_left_out()
    {
        var families = typeof(Distribution).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false, IsPublic: true } && typeof(Distribution).IsAssignableFrom(t) && t != typeof(GeneralMixtureModel));
        Assert.Equal(families.Select(t => t.Name).Order(), Families.Select(f => f[0].GetType().Name).Order());
    }

    [Fact]
    public async Task Nested_mixtures_are_indented()
    {
        var inner = new GeneralMixtureModel([new NormalDistribution(0, 1), new PoissonDistribution(3)], [0.25, 0.75]);
        var model = new GeneralMixtureModel([new IndependentComponentsDistribution([inner, new NormalDistribution(2, 1)]),
            new DiagonalGaussianDistribution([1, 2], [3, 4])], [0.4, 0.6]);
        new SavedModel(model, [new Feature("a"), new Feature("b")]).Save(folder["model.json"]);
        var lines = (await Tool.RunAsync("inspect", folder["model.json"])).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
        [
            "component 1, weight 0.6: diagonal-gaussian",
            "  a: mean 1, standard deviation 3",
            "  b: mean 2, standard deviation 4",
            "component 0, weight 0.4: independent-components",
            "  a: mixture",
            "    component 1, weight 0.75: poisson",
            "      a: poisson, rate 3",
            "    component 0, weight 0.25: normal",
            "      a: mean 0, standard deviation 1",
            "  b: mean 2, standard deviation 1",
        ], lines[^10..]);
    }

    [Fact]
    public async Task Wide_models_stay_readable()
    {
        var names = Enumerable.Range(0, 54).Select(j => new Feature($"f{j}")).ToArray();
        Distribution[] wide =
        [
            new DiagonalGaussianDistribution(new double[54], [.. Enumerable.Repeat(1.0, 54)]),
            new IndependentComponentsDistribution([.. Enumerable.Range(0, 54).Select(_ => (Distribution)new PoissonDistribution(1))]),
            new DirichletDistribution([.. Enumerable.Repeat(1.0, 54)]),
        ];
        foreach (var model in wide)
        {
            new SavedModel(model, names).Save(folder["model.json"]);
            var result = (await Tool.RunAsync("inspect", folder["model.json"])).Out;
            // Features, then the model.
            Assert.Equal(3, result.Split("and 34 more").Length);
            Assert.DoesNotContain("f20", result, StringComparison.Ordinal);
        }
        new SavedModel(new GeneralMixtureModel([.. Enumerable.Range(0, 70).Select(k => (Distribution)new NormalDistribution(k, 1))])).Save(
            folder["model.json"]);
        Assert.EndsWith("… and 20 more; --json shows all\n", (await Tool.RunAsync("inspect", folder["model.json"])).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_features_and_candidates_are_told_in_words_and_json()
    {
        var facts = new TrainingRecord(1_000, true, -5.5, -30, [-20, -5.5], 3, 100, "scalar")
        {
            Candidates = [new(1, 0, 3, -9, 2, 22, 25, 4, false, false), new(2, 0, 3, -5.5, 5, 21, 24, 2, true, true),
                new(3, 0, 3, double.NaN, 0, double.NaN, double.NaN, 0, false, false) { Failure = "singular" }],
        };
        Feature[] features = [new("size") { Type = "double", IsNullable = false, Minimum = -1, Maximum = 2.5 },
            new("kind", ["red", "green\u001b[31m"]) { Type = "string", IsNullable = true }];
        new SavedModel(new IndependentComponentsDistribution([new NormalDistribution(0, 1), new DiscreteDistribution([0.5, 0.5])]), features,
            facts).Save(folder["model.json"]);
        var words = (await Tool.RunAsync("inspect", folder["model.json"])).Out;
        Assert.Contains("fitted to 1,000 rows: 2 iterations (converged), log-likelihood -5.5\n", words, StringComparison.Ordinal);
        Assert.Contains("  size     double  none      -1 to 2.5\n", words, StringComparison.Ordinal);
        Assert.Contains("  kind     string  possible  2 categories: red, green\\u001b[31m\n", words, StringComparison.Ordinal);
        Assert.Contains("chosen among 3 fits:\n", words, StringComparison.Ordinal);
        Assert.Contains("failed: singular\n", words, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', words);
        var json = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["model.json"], "--json")).Out).RootElement;
        Assert.Equal(2.5, json.GetProperty("inputs")[0].GetProperty("maximum").GetDouble());
        Assert.Equal("red", json.GetProperty("inputs")[1].GetProperty("categories")[0].GetString());
        Assert.Equal([-20, -5.5], json.GetProperty("history").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("candidates")[2].GetProperty("aic").ValueKind);
        Assert.Equal("independent-components", json.GetProperty("model").GetProperty("type").GetString());
    }
}
