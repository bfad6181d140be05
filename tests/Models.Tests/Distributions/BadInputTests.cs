using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;
using Pipelines.Models.Tests.Contract;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>Bad input gets one error that names it, or the floor or -infinity that the family documents; never a NaN.</summary>
public class BadInputTests
{
    public static TheoryData<string> Families => [.. ModelCases.Families.Select(f => f.Name)];

    public static TheoryData<string, double[], string> OutsideSupport => new()
    {
        { "bernoulli", [0, 1, 2], "bernoulli" },
        { "exponential", [1, -1], "exponential" },
        { "poisson", [1, 2, -3], "poisson" },
        { "gamma", [1, 2, 0], "gamma" },
        { "log-normal", [1, 2, -1], "log-normal" },
        { "half-normal", [1, -1], "half-normal" },
        { "beta", [0.2, 0.4, 1.5], "beta" },
    };

    [Theory]
    [MemberData(nameof(OutsideSupport))]
    public void ValuesOutsideTheSupportAreRefusedByName(string family, double[] values, string named)
    {
        var blank = ModelFormat.Family(family).Prototype([0.5]);
        var alone = Assert.Throws<ModelException>(() => blank.Fit(values));
        Assert.Equal(ErrorKind.Data, alone.Kind);
        Assert.Contains($"are outside the support of the {named} distribution (", alone.Message, StringComparison.Ordinal);
        Assert.Contains("clean the column, or choose another distribution", alone.Message, StringComparison.Ordinal);
        // Beside a component that covers them they belong to that one.
        var mixture = new GeneralMixtureModel([blank, new NormalDistribution(0, 5)]).Fit(values, new() { MaxIterations = 1 });
        Assert.True(double.IsFinite(mixture.LogLikelihood));
        // What would be -infinity in the sums themselves is refused by the estimate too.
        var statistics = blank.CreateStatistics();
        blank.SummarizeRows(values, statistics);
        var error = Assert.Throws<ModelException>(() => blank.Maximize(statistics, default));
        Assert.StartsWith($"{named} distribution: found values outside its support (total weight 1), expected ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void NoWeightAtAllIsNamedAndLeavesEveryFamilyAsItIs(string family)
    {
        var model = ModelFormat.Family(family).Prototype([0.5, 0.5]);
        var rows = FeatureMatrix.FromRows(new[,] { { 0.5, 0.5 }, { 0.4, 0.6 } }, [0, 0]);
        Assert.Equal("input: found a total weight of 0, expected more than 0; check the weights", Assert.Throws<ModelException>(() => model.Fit(rows)).Message);
        var statistics = model.CreateStatistics();
        model.SummarizeRows(rows, statistics);
        Assert.Equal(model, model.Maximize(statistics, default));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void WrongWeightsAreNamed(double weight) => Assert.Equal(
        "feature matrix, weights: found a weight that is negative, NaN or infinite, expected finite numbers of at least 0; correct the options and run again",
        Assert.Throws<ModelException>(() => FeatureMatrix.FromRows(new double[,] { { 1 }, { 2 } }, [1, weight])).Message);

    [Fact]
    public void UnknownCategoriesAreImpossibleOrHaveAFloor()
    {
        var strict = new DiscreteDistribution([0.5, 0.5]);
        Assert.Equal(double.NegativeInfinity, strict.LogProbability(new[] { 2.0 })[0]);
        var error = Assert.Throws<ModelException>(() => strict.Fit(new double[] { 0, 1, 2 }));
        Assert.Contains("rows hold categories that the discrete distribution does not know (codes up to 2, it has 2): without an unknown probability they have "
            + "probability 0", error.Message, StringComparison.Ordinal);
        var floor = new DiscreteDistribution([0.5, 0.5], 0.001);
        Assert.Equal(Math.Log(0.001), floor.LogProbability(new[] { 2.0 })[0]);
        Assert.Equal(3, ((DiscreteDistribution)floor.Fit(new double[] { 0, 1, 2 }, new() { MaxIterations = 1 }).Model).Sizes[0]);
        // A mixture learns them as its components do, on a kernel of its own.
        var mixture = new GeneralMixtureModel([floor, floor]).Fit(new double[] { 0, 1, 2, 5 }, new() { MaxIterations = 1 }).Model;
        Assert.All(mixture.Components, c => Assert.Equal(6, ((DiscreteDistribution)c).Sizes[0]));
        // All that is no code stays at the floor and is not learned.
        var codeless = floor.Fit(new double[] { 0, 1, 0.5, -1 }, new() { MaxIterations = 1 });
        Assert.Equal(2, ((DiscreteDistribution)codeless.Model).Sizes[0]);
        Assert.Contains("rows of total weight 2 hold values that are not known categories of the discrete distribution: they have probability 0.001",
            Assert.Single(codeless.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void OneCategoryIsACertainty()
    {
        var model = (DiscreteDistribution)DiscreteDistribution.Prototype([0]).Fit(new double[] { 0, 0, 0 }).Model;
        Assert.Equal([1.0], model.Probabilities.ToArray());
        var bernoulli = (BernoulliDistribution)new BernoulliDistribution(0.5).Fit(new double[] { 1, 1, 1 }).Model;
        Assert.Equal((1.0, double.NegativeInfinity), (bernoulli.Probability1, bernoulli.LogProbability(new[] { 0.0 })[0]));
        // A pseudocount keeps the other one possible: (3 + 1) / (3 + 2).
        Assert.Equal(0.8, ((BernoulliDistribution)new BernoulliDistribution(0.5).Fit(new double[] { 1, 1, 1 }, new() { Pseudocount = 1 }).Model).Probability1,
            1e-15);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void EveryParameterThatIsNoNumberInAFileIsRefused(string family)
    {
        var name = ModelCases.Keys.First(k => ModelCases.Get(k).Start.FormatName == family);
        var json = System.Text.Encoding.UTF8.GetString(new SavedModel(ModelCases.Get(name).Start).ToJson());
        var numbers = System.Text.RegularExpressions.Regex.Matches(json[json.IndexOf("\"model\"", StringComparison.Ordinal)..],
            "(?<=[:\\[,\\s])-?[0-9][-+.0-9eE]*(?=[\\s,\\]}])");
        Assert.NotEmpty(numbers);
        var start = json.IndexOf("\"model\"", StringComparison.Ordinal);
        foreach (System.Text.RegularExpressions.Match number in numbers)
        {
            foreach (var bad in new[] { "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "null", "true" })
            {
                var broken = json[..(start + number.Index)] + bad + json[(start + number.Index + number.Length)..];
                var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(broken), "model.json"));
                Assert.Equal(ErrorKind.ModelFile, error.Kind);
                Assert.StartsWith("model.json", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void APropertyThatStandsTwiceIsRefused(string family)
    {
        var name = ModelCases.Keys.First(k => ModelCases.Get(k).Start.FormatName == family);
        var json = System.Text.Encoding.UTF8.GetString(new SavedModel(ModelCases.Get(name).Start).ToJson());
        var at = json.IndexOf($"\"type\"", StringComparison.Ordinal);
        var broken = json[..at] + $"\"type\": \"{family}\", " + json[at..];
        Assert.Equal("model.json: found a duplicate property, expected each property once; the file is damaged or was edited; save the model again",
            Assert.Throws<ModelException>(() => SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(broken), "model.json")).Message);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void AMissingParameterIsNamed(string family)
    {
        var broken = $$$"""{"format":"pipelines-model","version":1,"model":{"type":"{{{family}}}"}}""";
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(broken), "model.json"));
        Assert.StartsWith("model.json, property '", error.Message, StringComparison.Ordinal);
        Assert.Contains("found nothing, expected ", error.Message, StringComparison.Ordinal);
    }
}
