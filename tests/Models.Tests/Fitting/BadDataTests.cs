using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>What unusable data and options get: one error that says where, what was found, what was expected and what to try.</summary>
public class BadDataTests
{
    private const string Flat = "found a variance of 0 (values equal as doubles), expected features that vary independently; leave out the "
        + "constant or collinear feature, use fewer components, or set a minimum variance (FitOptions.MinVariance)";

    public static TheoryData<string, double[,], string> Cases => new()
    {
        { "no row", new double[0, 2], "input: found no row, expected at least one; check the paths and filters" },
        { "infinite", new double[,] { { 1, 2 }, { 3, double.PositiveInfinity }, { 4, 5 } },
            "feature 1, row 1: found an infinite value, expected finite numbers (NaN or null for missing ones); clean the column, or turn infinities into "
                + "missing values" },
        { "all missing", new double[,] { { 1, double.NaN }, { 2, double.NaN }, { 3, double.NaN } },
            "feature 1: found no value at all: all 3 rows are missing, expected at least one value; leave the feature out" },
        { "too few distinct rows", new double[,] { { 1, 2 }, { 1, 2 }, { 1, 2 } },
            "input: found 1 distinct row, expected at least 2, one for each component; use at most 1 component" },
        { "constant column", new double[,] { { 1, 7 }, { 2, 7 }, { 9, 7 }, { 10, 7 }, { 4, 7 } },
            $"feature 1: {Flat}" },
        { "collinear columns", new double[,] { { 1, 2 }, { 2, 4 }, { 9, 18 }, { 10, 20 }, { 4, 8 } },
            "feature 1: found a linear combination of the features before it, expected features that vary independently; leave out the constant or collinear "
                + "feature, use fewer components, or set a minimum variance (FitOptions.MinVariance)" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void OneErrorNamesPlaceFoundExpectedAndRemedy(string name, double[,] rows, string end)
    {
        Assert.NotEmpty(name);
        var error = Assert.Throws<ModelException>(() => GeneralMixtureModel.FromSamples<MultivariateGaussianDistribution>(2, rows, new() { MinVariance = 0 }));
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.EndsWith(end, error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);
    }

    [Fact]
    public async Task NamedFeaturesAreNamed()
    {
        var pass = new NamedPass(new InMemoryPass(new double[,] { { 1, 7 }, { 2, 7 }, { 9, 7 }, { 10, 7 }, { 4, 7 } }), [new("delay"), new("distance")]);
        var error = await Assert.ThrowsAsync<ModelException>(() => Mixture.Of<MultivariateGaussianDistribution>(2).FitAsync(pass, new()).AsTask());
        Assert.Equal($"covariance, feature 'distance': {Flat}", error.Message);
    }

    [Fact]
    public void AFailingComponentIsGivenByItsNumberAlone()
    {
        var unit = new double[,] { { 1, 0 }, { 0, 1 } };
        var start = new GeneralMixtureModel([new MultivariateGaussianDistribution([0, 0], unit), new MultivariateGaussianDistribution([100, 100], unit)]);
        var error = Assert.Throws<ModelException>(() =>
            start.Fit(new double[,] { { 0, 0 }, { 1, -1 }, { -1, 0.5 }, { 99, 100 }, { 100, 100 }, { 101.25, 100 } }, new() { MinVariance = 0 }));
        Assert.Equal($"component 1 (weight 0.5), covariance, feature 1: {Flat}", error.Message);
    }

    [Fact]
    public void AConstantColumnFitsWithALeastVariance()
    {
        var model = GeneralMixtureModel.FromSamples<MultivariateGaussianDistribution>(2, new double[,] { { 1, 7 }, { 2, 7 }, { 9, 7 }, { 10, 7 }, { 4, 7 } },
            new() { MinVariance = 0.01 });
        Assert.All(model.Components.Cast<MultivariateGaussianDistribution>(), c => Assert.True(c.Covariance(1, 1) >= 0.01 - 1e-12));
    }

    [Fact]
    public void OptionsOutOfRangeAreCountedInOneError()
    {
        var options = new FitOptions
        {
            MaxDegreeOfParallelism = 0,
            BatchSize = 0,
            Inertia = 2,
            LearningRateDecay = -1,
            Pseudocount = -1,
            MinVariance = double.NaN,
            StopThreshold = double.NaN,
            MaxIterations = -1,
            InitializationRows = 0
        };
        var error = Assert.Throws<ModelException>(options.Validate);
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Equal(
            "options: found FitOptions.MaxDegreeOfParallelism is 0, expected -1 (all cores) or 1 to 1024; FitOptions.BatchSize is 0, expected 1 to 16777216 "
                + "rows; and 7 more, "
            + "expected values in range; correct the options and run again",
            error.Message);
    }

    [Fact]
    public void AValueThatIsImpossibleUnderEveryComponentIsNamed()
    {
        var data = FeatureMatrix.FromColumns([1, 2, 3, 4], [5, 6, 0, 8]);
        IndependentComponentsDistribution Part(double mean) => new([new NormalDistribution(mean, 1), new GammaDistribution(2, 1)]);
        var error = Assert.Throws<ModelException>(() => new GeneralMixtureModel([Part(1), Part(3)]).Fit(data));
        Assert.Equal("feature 1: found the value 0, outside the support of the gamma distribution, expected finite numbers above 0; clean the column, mark "
            + "such values as missing, or choose a distribution that covers them", error.Message);
        // Another component may explain it.
        var open = new GeneralMixtureModel([Part(1), new IndependentComponentsDistribution([new NormalDistribution(3, 1), new NormalDistribution(0, 1)])]);
        Assert.True(double.IsFinite(open.Fit(data, new() { MaxIterations = 1 }).LogLikelihood));
    }

    [Fact]
    public void ADeadComponentIsReportedAndKeepsItsParameters()
    {
        var data = FeatureMatrix.FromColumn([1, 2, 3, 2, 1, 3]);
        var start = new GeneralMixtureModel([new NormalDistribution(2, 1), new NormalDistribution(1e6, 1)]);
        var result = start.Fit(data);
        Assert.Equal(start.Components[1], result.Model.Components[1]);
        Assert.Equal(0, result.Model.Weights[1]);
        Assert.Equal("component 1 died: no row belongs to it any more; it keeps its parameters at weight 0 (use fewer components or another start)",
            Assert.Single(result.Warnings));
    }

    [Fact]
    public async Task AnErrorInAWorkerSurfacesOnceAndUnwrapped()
    {
        var data = FeatureMatrix.FromColumn(new double[100_000]);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await new InMemoryPass(data, 100, 8).RunAsync(new Failing(), CancellationToken.None));
        Assert.Equal("batch at 5000", error.Message);
    }

    [Fact]
    public void CancellationStopsAFit()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<int>();
        var options = new FitOptions
        {
            StopThreshold = double.NegativeInfinity,
            Progress = new Immediately(p => { seen.Add(p.Iteration.Iteration); if (p.Iteration.Iteration == 3) stop.Cancel(); })
        };
        Assert.ThrowsAny<OperationCanceledException>(() => new StudentTDistribution(4, 0, 1).Fit(new double[] { 1, 2, 3 }, options, stop.Token));
        Assert.Equal([0, 1, 2, 3], seen);
    }

    private sealed class Immediately(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report(value);
    }

    private sealed class NamedPass(IDataPass inner, IReadOnlyList<Feature> features) : IDataPass
    {
        public int Columns => inner.Columns;

        public IReadOnlyList<Feature>? Features => features;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) => inner.RunAsync(summarizer, cancellationToken);
    }

    private sealed class Failing : ISummarizer
    {
        public string SummarizerKind => "failing";

        public void WriteSettings(Utf8JsonWriter writer) => throw new NotSupportedException();

        public Statistics CreateStatistics() => new SumStatistics("failing", 1);

        public void Summarize(in FeatureBlock block, Statistics statistics)
        {
            if (block.FirstRow == 5_000) throw new InvalidOperationException($"batch at {block.FirstRow}");
        }
    }
}
