using Pipelines.Models.Classification;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>A labeled fit that resumes from any state it saved gives the bits of the fit that was not interrupted.</summary>
public sealed class ResumedClassifierTests
{
    private const int Rows = 640;

    public static TheoryData<bool, double> Cases => new() { { false, 5 }, { false, 1e5 }, { false, 1e9 }, { true, 5 }, { true, 1e5 }, { true, 1e9 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ItResumesFromEachState(bool isSemiSupervised, double distance)
    {
        var data = Data(isSemiSupervised, distance);
        var options = new FitOptions { MaxIterations = 4, StopThreshold = double.NegativeInfinity };
        var whole = new Journal();
        var expected = await FitAsync(whole);
        Assert.Equal(isSemiSupervised ? 5 : 1, whole.Saved.Count);
        foreach (var state in whole.Saved)
        {
            var found = await ResumeAsync(new Journal { Resumed = state });
            Assert.Equal(new SavedModel(expected.Model).ToJson(), new SavedModel(found.Model).ToJson());
            Assert.Equal((expected.LogLikelihood, expected.Iterations, expected.Converged), (found.LogLikelihood, found.Iterations, found.Converged));
        }

        async Task<FitResult<NaiveBayes>> FitAsync(Journal journal) =>
            await Estimator().FitAsync(new InMemoryPass(data, batchSize: 100), options with { Journal = journal }, CancellationToken.None);

        async Task<FitResult<NaiveBayes>> ResumeAsync(Journal journal) => await Estimator().ResumeAsync((NaiveBayes)journal.Resumed!.Model,
            new InMemoryPass(data, batchSize: 100), options with { Journal = journal }, CancellationToken.None);
    }

    /// <summary>Sums centered on all rows lose every digit of a variance of 1/12 at a distance of 1e9; the closed form is that of a discrete uniform.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(1e5)]
    [InlineData(1e9)]
    public void NarrowClassesFarApartKeepTheirDigits(double distance)
    {
        var model = Estimator().Fit(Data(isSemiSupervised: false, distance), new()).Model;
        for (var k = 0; k < 2; k++)
        {
            var normal = (NormalDistribution)model.Classes[k];
            // Values k * distance + i / 16, i = 0 … 15: their mean and (16^2 - 1) / (12 * 16^2), exact in binary but for the last bits of the sums.
            Assert.Equal((k * distance) + (7.5 / 16), normal.Mean, 1e-15 * Math.Max(10, distance));
            Assert.Equal(255.0 / 3072, normal.StandardDeviation * normal.StandardDeviation, 1e-9);
        }
    }

    [Fact]
    public void AClassifierOfRowsRefusesSequences()
    {
        var model = new NaiveBayes([new IndependentComponentsDistribution([new NormalDistribution(0, 1)]),
            new IndependentComponentsDistribution([new NormalDistribution(1, 1)])]);
        var evaluator = new ClassifierEvaluator(model);
        foreach (var summarizer in new ISummarizer[] { model, evaluator })
        {
            var error = Assert.Throws<ModelException>(() =>
            {
                var block = FeatureBlock.ColumnMajor([1, 2, 3, 4], 4, 1, 4) with { SequenceOffsets = new[] { 0, 2, 4 }, Labels = new[] { 0, 0, 1, 1 } };
                summarizer.Summarize(block, summarizer.CreateStatistics());
            });
            Assert.Equal("naive-bayes model: found rows that form sequences, expected single rows, each with its own label; leave out the sequences' keys, or "
                + "use classes that are models of sequences", error.Message);
        }
    }

    private static NaiveBayesEstimator Estimator() => new(ModelFormat.Family("normal"));

    private static FeatureMatrix Data(bool isSemiSupervised, double distance)
    {
        var (values, labels) = (new double[Rows * 2], new int[Rows * 2]);
        for (var i = 0; i < Rows * 2; i++)
        {
            var label = i % 2;
            values[i] = (label * distance) + (i / 2 % 16 / 16.0);
            labels[i] = isSemiSupervised && i % 5 == 0 ? ClassItems.Unlabeled : label;
        }
        return FeatureMatrix.FromColumn(values).WithLabels(labels);
    }

    private sealed class Journal : IFitJournal
    {
        public FitState? Resumed { get; init; }

        public List<FitState> Saved { get; } = [];

        public void Save(FitState state) => Saved.Add(state with { Statistics = state.Statistics.Clone(), History = [.. state.History] });
    }
}
