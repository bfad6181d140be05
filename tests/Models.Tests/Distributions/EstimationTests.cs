using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>Maximum-likelihood estimates against roots in 40-digit arithmetic (mpmath), what is refused, and how it is said.</summary>
public class EstimationTests
{
    // What iterating estimators promise.
    private const double Converged = 1e-10;

    [Fact]
    public void GammaFindsTheRoot()
    {
        var fitted = Fit(new GammaDistribution(1, 1), [0.5, 1.25, 3.5, 0.75, 2, 6.5], [1, 2, 1, 0.5, 1, 3]);
        Assert.Equal(1.5271258064395035, fitted.Shape, Converged);
        Assert.Equal(0.4574649992858425, fitted.Rate, Converged);
    }

    [Fact]
    public void GammaKeepsItsDigitsAtHighShapes()
    {
        double[] narrow = [1000.001, 999.998, 1000.0015, 999.9993];
        var fitted = Fit(new GammaDistribution(1, 1e-3), narrow);
        // Sums are taken around the mean of the model before: the second fit has all digits. Values to 1e-16 and deviations of 1e-6 leave 1e-10.
        fitted = Fit(fitted, narrow);
        Assert.Equal(517464247276.30945, fitted.Shape, 3e-9 * 517464247276.30945);
        Assert.Equal(1000, fitted.Shape / fitted.Rate, 1e-3);
    }

    [Fact]
    public void BetaFindsTheLikeliest()
    {
        var fitted = Fit(BetaDistribution.Prototype([0]), [0.125, 0.3, 0.55, 0.9, 0.05], [1, 2, 1, 0.5, 1]);
        Assert.Equal(0.9898900059095039, fitted.Alpha, Converged);
        Assert.Equal(1.9158913604329115, fitted.Beta, Converged);
    }

    [Fact]
    public void DirichletFindsTheLikeliest()
    {
        var fitted = DirichletDistribution.Prototype([0, 0, 0])
            .Fit(new[,] { { 0.25, 0.5, 0.25 }, { 0.125, 0.75, 0.125 }, { 0.5, 0.25, 0.25 }, { 0.0625, 0.6875, 0.25 } }, new() { MaxIterations = 1 }).Model;
        double[] expected = [2.0079420124886065, 4.862904606411112, 2.3021035552931597];
        for (var j = 0; j < 3; j++) Assert.Equal(expected[j], fitted.Alphas[j], Converged);
    }

    [Fact]
    public void StudentTConvergesToTheRootAndSaysSo()
    {
        var result = new StudentTDistribution(3, 0, 1).Fit(FeatureMatrix.FromColumn([0.5, 1.25, -3.5, 0.75, 2, 60]),
            new() { StopThreshold = 0, MaxIterations = 2_000 });
        Assert.True(result.Converged);
        // A likelihood flat to its last bit leaves the root of that: 1e-7.
        Assert.Equal(0.5931245425198339, result.Model.Location, 1e-7);
        Assert.Equal(2.8266518479759313, result.Model.Scale, 1e-7);
        var exact = new StudentTDistribution(3, 0, 1).Fit(FeatureMatrix.FromColumn([0.5, 1.25, -3.5, 0.75, 2, 60]),
            new() { StopThreshold = double.NegativeInfinity, MaxIterations = 300 }).Model;
        Assert.Equal(0.5931245425198339, exact.Location, Converged);
        Assert.Equal(2.8266518479759313, exact.Scale, Converged);
    }

    [Theory]
    [InlineData("exponential", -1.0, "values of total weight 1 are outside the support of the exponential distribution (finite numbers of at least 0): they "
        + "have log-probability -infinity")]
    [InlineData("gamma", 0.0, "(finite numbers above 0)")]
    [InlineData("log-normal", -2.0, "(finite numbers above 0)")]
    [InlineData("beta", 1.0, "(numbers between 0 and 1, both excluded)")]
    [InlineData("bernoulli", 0.5, "(the values 0 and 1)")]
    [InlineData("poisson", -1.0, "(finite numbers of at least 0)")]
    [InlineData("half-normal", -1.0, "(finite numbers of at least 0)")]
    public void AFitNamesWhatIsOutsideTheSupport(string family, double value, string expected)
    {
        var start = ModelFormat.Family(family).Prototype([0.5]);
        var inside = family == "bernoulli" ? 1 : 0.25;
        var error = Assert.Throws<ModelException>(() => start.Fit(FeatureMatrix.FromColumn([inside, value, family == "bernoulli" ? 0 : 0.75])));
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.Equal("log-likelihood after 0 iterations", error.Place);
        Assert.Contains(expected, error.Remedy, StringComparison.Ordinal);
        // A mixture's start meets it in its first M step.
        error =
            Assert.Throws<ModelException>(
                () => new MixtureEstimator(ModelFormat.Family(family), 1).Fit(FeatureMatrix.FromColumn([inside, value, family == "bernoulli" ? 0 : 0.5])));
        Assert.StartsWith($"{family} distribution: found values outside its support (total weight 1), expected ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("uniform")]
    [InlineData("log-normal")]
    [InlineData("gamma")]
    [InlineData("beta")]
    [InlineData("student-t")]
    public void EqualValuesAreRefusedUnlessThereIsALeastVariance(string family)
    {
        var start = ModelFormat.Family(family).Prototype([0.5]);
        var data = FeatureMatrix.FromColumn([0.5, 0.5, 0.5]);
        var statistics = start.CreateStatistics();
        start.Summarize(data.Block(0, 3), statistics);
        var error = Assert.Throws<ModelException>(() => start.Maximize(statistics, default));
        Assert.Contains("FitOptions.MinVariance", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, error.FeatureIndex);
        var floored = start.Maximize(statistics, new() { MinVariance = 1e-4 });
        Assert.True(double.IsFinite(floored.LogProbability(new[] { 0.5 })[0]));
    }

    [Fact]
    public void CategoriesAreLearntWhereThereIsAFloorAndNamedWhereThereIsNone()
    {
        var data = FeatureMatrix.FromColumn([0, 1, 4, 1, double.NaN]);
        var fitted = new DiscreteDistribution([0.5, 0.5], 1e-9).Fit(data).Model;
        Assert.Equal([0.25, 0.5, 0, 0, 0.25], fitted.Probabilities.ToArray());
        var error = Assert.Throws<ModelException>(() => new DiscreteDistribution([0.5, 0.5]).Fit(data));
        Assert.Contains("rows hold categories that the discrete distribution does not know (codes up to 4, it has 2)", error.Message, StringComparison.Ordinal);
        // Codes of no category are refused without a floor, skipped and told of with one.
        error = Assert.Throws<ModelException>(() => Fit(new DiscreteDistribution([0.5, 0.5]), [0, 1, -1]));
        Assert.Contains("values that are not known categories (total weight 1)", error.Message, StringComparison.Ordinal);
        var result = new DiscreteDistribution([0.5, 0.5], 0.001).Fit(FeatureMatrix.FromColumn([0, 0, 1, -1]));
        Assert.Equal(2.0 / 3, result.Model.Probabilities[0], 1e-15);
        Assert.Contains("rows of total weight 1 hold values that are not known categories", Assert.Single(result.Warnings), StringComparison.Ordinal);
        error = Assert.Throws<ModelException>(() => Fit(DiscreteDistribution.Prototype([0]), [1e9]));
        Assert.Contains("categories coded 0, 1, 2 …, at most 4194304 combinations", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneCategoryIsEnough() => Assert.Equal([1.0], Fit(DiscreteDistribution.Prototype([0]), [0, 0, 0]).Probabilities.ToArray());

    [Fact]
    public void CountsNeedSomeOfBothKindsOrAPseudocount()
    {
        var start = new BetaDistribution(1, 1);
        var statistics = start.CreateStatistics();
        start.Summarize(FeatureMatrix.FromColumn([1, 1]).Block(0, 2), statistics);
        Assert.Contains("only values equal to 1", Assert.Throws<ModelException>(() => start.Maximize(statistics, default)).Message, StringComparison.Ordinal);
        Assert.Equal(new BetaDistribution(2.5, 0.5), start.Maximize(statistics, new() { Pseudocount = 0.5 }));
    }

    [Theory]
    [InlineData("""{"type":"gamma","shape":"NaN","rate":1}""", "gamma model, gamma distribution, shape: found NaN, expected a finite number above 0")]
    [InlineData("""{"type":"poisson","rate":-1}""", "poisson model, poisson distribution, rate: found -1, expected a finite number of at least 0")]
    [InlineData("""{"type":"uniform","start":2,"end":1}""", "uniform model, uniform distribution, end: found 1, expected a finite number above start")]
    [InlineData("""{"type":"discrete","probabilities":[0.5,0.4],"unknownProbability":0}""",
        "discrete model, discrete distribution, sum of probabilities: found 0.9, expected 1")]
    [InlineData("""{"type":"discrete","probabilities":[0.5,"NaN"],"unknownProbability":0}""",
        "discrete model, discrete distribution, probabilities: found a probability out of range")]
    [InlineData("""{"type":"beta","alpha":1,"beta":1,"estimator":"guess"}""", "property 'estimator': found guess, expected 'counts' or 'maximum-likelihood'")]
    [InlineData("""{"type":"zero-inflated","zeroProbability":0.5,"inner":{"type":"diagonal-gaussian","means":[0,0],"standardDeviations":[1,1]}}""",
        "zero-inflated model, zero-inflated distribution, inner: found a distribution of 2 features")]
    [InlineData("""{"type":"conditional-probability-table","sizes":[2,2],"probabilities":[0.5,0.5,0.9,0],"unknownProbability":0}""",
        "sum of probabilities given combination 1 of the parents: found 0.9, expected 1")]
    [InlineData("""{"type":"joint-probability-table","sizes":[2,0.5],"probabilities":[0.5,0.5],"unknownProbability":0}""",
        "property 'sizes': found 0.5, expected whole numbers above 0")]
    public void BadParametersInAFileAreNamed(string json, string expected)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        var error = Assert.Throws<ModelException>(() => ModelFormat.Read(document.RootElement));
        Assert.Equal(ErrorKind.ModelFile, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CategoricalIsAnotherNameOfDiscrete()
    {
        Assert.Equal("discrete", ModelFormat.Family("categorical").Name);
        using var document = System.Text.Json.JsonDocument.Parse("""{"type":"categorical","probabilities":[0.5,0.5],"unknownProbability":0}""");
        Assert.Equal(new DiscreteDistribution([0.5, 0.5]), ModelFormat.Read(document.RootElement));
    }

    [Fact]
    public void InertiaOfOneKeepsEverythingAndFrozenOnesStay()
    {
        foreach (var family in Contract.ModelCases.Families)
        {
            var start = Properties.FamilyGenerators.ByFamily[family.Name].Generate(new CsCheck.PCG(3, 5), null, out _);
            var data = Contract.DistributionCases.Drawn(start, 50);
            var statistics = start.CreateStatistics();
            start.Summarize(data.Block(0, 50), statistics);
            var frozen = start.Freeze();
            Assert.Same(frozen, frozen.Maximize(statistics, default));
            // Blending with a share of 1 leaves each number to one rounding; tables of unseen parents are equal shares whatever happens.
            if (family.Name is "conditional-probability-table" or "dirac-delta") continue;
            var kept = start.Maximize(statistics, new() { Inertia = 1 });
            var (expected, found) = (start.LogProbability(data), kept.LogProbability(data));
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-9 * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    [Fact]
    public void CategoriesAreDescribedByTheirNames()
    {
        Feature[] features = [new("colour", ["red", "green"]), new("size", ["small", "large"])];
        Assert.Equal("colour: green 0.75, red 0.25", new DiscreteDistribution([0.25, 0.75]).Describe(features[..1]));
        Assert.Equal("size given colour: (red) small 0.5, large 0.5; (green) small 0.125, large 0.875",
            new ConditionalProbabilityTable([2, 2], [0.5, 0.5, 0.125, 0.875]).Describe(features));
        // Many children: the likeliest, then how many are left out.
        var many = new ConditionalProbabilityTable([1, 10], [0, 0.02, 0.03, 0.04, 0.05, 0.06, 0.1, 0.3, 0.25, 0.15]);
        Assert.Equal("x1 given x0: (0) 7 0.3, 8 0.25, 9 0.15, 6 0.1, 5 0.06, 4 0.05, 3 0.04, 2 0.03 and 2 less likely", many.Describe());
        Assert.Equal("colour, size: (green, large) 0.5, (red, small) 0.25, (green, small) 0.25, (red, large) 0",
            new JointProbabilityTable([2, 2], [0.25, 0, 0.25, 0.5]).Describe(features));
        Assert.Equal("delay: gamma, shape 2, rate 0.5", new GammaDistribution(2, 0.5).Describe([new("delay")]));
        Assert.Equal("StudentT(degrees of freedom 3, location 0, scale 1)", new StudentTDistribution(3, 0, 1).ToString());
    }

    private static T Fit<T>(T start, double[] values, double[]? weights = null)
        where T : Distribution
    {
        var statistics = start.CreateStatistics();
        start.Summarize(FeatureMatrix.FromColumn(values, weights).Block(0, values.Length), statistics);
        return (T)start.Maximize(statistics, default);
    }
}
