using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Contract;

/// <summary>What every model in the assembly must do, whatever it is.</summary>
public class ModelContractTests
{
    private static readonly FitOptions fiveIterations = new() { MaxIterations = 5, StopThreshold = double.NegativeInfinity, BatchSize = 300 };

    public static TheoryData<string> Names => ModelCases.Names;

    public static TheoryData<string, KernelVariant> NamesAndVariants => KernelData.With([.. ModelCases.Keys]);

    [Fact]
    public void EveryModelHasACase() => Assert.Empty(ModelCases.All.Except(ModelCases.Covered));

    [Fact]
    public void EveryModelCanBeReadFromAFile() => Assert.All(ModelCases.All, type => Assert.Contains(type.GetInterfaces(), i =>
        i.IsGenericType && (i.GetGenericTypeDefinition() == typeof(IDistributionFamily<>) || i.GetGenericTypeDefinition() == typeof(IModelFormat<>))));

    [Theory]
    [MemberData(nameof(NamesAndVariants))]
    public void FittingGivesTheSameBitsAtEveryDegreeOfParallelism(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (start, data) = ModelCases.Get(name);
        var expected = new SavedModel(start.Fit(data, fiveIterations with { MaxDegreeOfParallelism = 1 }).Model).ToJson();
        foreach (var parallelism in new[] { 2, 3, 8, 64, -1 })
            Assert.Equal(expected, new SavedModel(start.Fit(data, fiveIterations with { MaxDegreeOfParallelism = parallelism }).Model).ToJson());
    }

    [Theory]
    [MemberData(nameof(NamesAndVariants))]
    public void ScoringGivesTheSameBitsAtEveryDegreeOfParallelismAndAnyCut(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (start, data) = ModelCases.Get(name);
        var kinds = start.ScoreKinds.Select(k => k.Name).ToArray();
        var whole = new ScoreBatch(start, kinds, data.Rows);
        start.Score(data.Block(0, data.Rows), whole);
        var cut = new ScoreBatch(start, kinds, 333);
        for (var first = 0; first < data.Rows; first += 333)
        {
            var rows = Math.Min(333, data.Rows - first);
            start.Score(data.Block(first, rows), cut);
            for (var c = 0; c < whole.Columns.Count; c++)
                for (var i = 0; i < rows; i++) Assert.Equal(whole.Values[c].GetValue(first + i), cut.Values[c].GetValue(i));
        }
    }

    [Theory]
    [MemberData(nameof(NamesAndVariants))]
    public void EveryKernelAgreesWithItsScalarTwin(string name, KernelVariant variant)
    {
        var (start, data) = ModelCases.Get(name);
        using var scalar = KernelSelection.Force(KernelVariant.Scalar);
        var expected = start.Fit(data, fiveIterations);
        using var forced = KernelSelection.Force(variant);
        var found = start.Fit(data, fiveIterations);
        // Other orders of summation over 5,000 rows and 5 iterations: some hundred rounding errors.
        Assert.Equal(expected.LogLikelihood, found.LogLikelihood, 1e-10 * Math.Abs(expected.LogLikelihood));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheObjectiveNeverFallsOnCompleteData(string name)
    {
        var (start, data) = ModelCases.Get(name);
        var history = start.Fit(ModelCases.Complete(data), fiveIterations with { MaxIterations = 20 }).History;
        // 1e-9 relative: rounding of the log-likelihood near the optimum.
        Assert.All(history, h => Assert.True(h.Improvement >= -1e-9 * Math.Abs(h.LogLikelihood), $"iteration {h.Iteration} fell by {-h.Improvement}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AModelSurvivesItsFileToTheBit(string name)
    {
        var (start, data) = ModelCases.Get(name);
        var model = start.Fit(data, fiveIterations).Model;
        var saved = new SavedModel(model, [.. Enumerable.Range(0, model.Dimensions).Select(j => new Feature($"x{j}"))]);
        var loaded = SavedModel.FromJson(saved.ToJson());
        Assert.Equal(model, loaded.Model);
        Assert.Equal(saved.Features, loaded.Features);
        Assert.Equal(saved.ToJson(), loaded.ToJson());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void StatisticsCanBeSavedAndMergedInRowOrder(string name)
    {
        var (model, data) = ModelCases.Get(name);
        var (first, second) = (model.CreateStatistics(), model.CreateStatistics());
        var half = data.Rows / 2;
        model.Summarize(data.Block(0, half), first);
        model.Summarize(data.Block(half, data.Rows - half), second);
        var loaded = model.CreateStatistics();
        loaded.FromBytes(first.ToBytes());
        first.Merge(second);
        loaded.Merge(second);
        Assert.Equal(data.Rows, loaded.Rows);
        Assert.Equal(model.Maximize(first, default), model.Maximize(loaded, default));
        first.Clear();
        Assert.Equal(0, first.Rows);
        Assert.Equal(model, model.Maximize(first, default));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void StatisticsOfAnEarlierModelServeALaterOne(string name)
    {
        var (earlier, data) = ModelCases.Get(name);
        var later = earlier.Fit(data, fiveIterations).Model;
        var (statistics, moved) = (earlier.CreateStatistics(), earlier.CreateStatistics());
        earlier.Summarize(data.Block(0, data.Rows), statistics);
        moved.Merge(statistics);
        later.Recenter(moved, earlier);
        // Where sums are taken around does not change what they are maximal at.
        var expected = earlier.Maximize(statistics, default).Fit(data, fiveIterations with { MaxIterations = 0 }).LogLikelihood;
        var found = ((Model)later.Maximize(moved, default)).Fit(data, fiveIterations with { MaxIterations = 0 }).LogLikelihood;
        // Rounding of sums over 5,000 rows around centres some standard deviations apart.
        Assert.Equal(expected, found, 1e-10 * Math.Abs(expected));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AllScoresAreFiniteAndNamedOnce(string name)
    {
        var (model, data) = ModelCases.Get(name);
        Assert.Contains(model.ScoreKinds, k => k.IsDefault);
        var scores = new ScoreBatch(model, [.. model.ScoreKinds.Select(k => k.Name)], data.Rows);
        model.Score(data.Block(0, data.Rows), scores);
        Assert.Equal(scores.Columns.Count, scores.Columns.Select(c => c.Name).Distinct().Count());
        for (var c = 0; c < scores.Columns.Count; c++)
        {
            // A component may be impossible for a row: its posterior is 0, whose logarithm is -infinity.
            var least = scores.Columns[c].Name.StartsWith("posterior_log_probability", StringComparison.Ordinal) ? double.NegativeInfinity : double.MinValue;
            foreach (var value in scores.Values[c])
                if (!(scores.Columns[c].IsNullable && ScoreBatch.IsNull((double)value))) Assert.InRange(Convert.ToDouble(value), least, double.MaxValue);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AWrongNumberOfFeaturesIsNamed(string name)
    {
        var (model, _) = ModelCases.Get(name);
        var error = Assert.Throws<ModelException>(() => model.Fit(ModelCases.Rows(model.Dimensions + 1)));
        Assert.Equal($"{model.FormatName} model: found data of {model.Dimensions + 1} features, expected {model.Dimensions}; give it the features it was made "
            + "for, in their order", error.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AModelDescribesItselfWithTheNamesOfItsFeatures(string name)
    {
        var (model, _) = ModelCases.Get(name);
        var text = model.Describe([.. Enumerable.Range(0, model.Dimensions).Select(j => new Feature($"feature-{j}"))]);
        for (var j = 0; j < model.Dimensions; j++) Assert.Contains($"feature-{j}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ADistributionOfAUserGoesWhereABuiltInOneGoes()
    {
        var data = ModelCases.Rows(1);
        var start = new GeneralMixtureModel([new OwnLaplace(0, 1), new NormalDistribution(4, 1), new OwnLaplace(8, 1)]);
        var one = start.Fit(data, fiveIterations with { MaxDegreeOfParallelism = 1 });
        var many = start.Fit(data, fiveIterations with { MaxDegreeOfParallelism = 8 });
        Assert.Equal(one.LogLikelihood, many.LogLikelihood);
        Assert.True(one.LogLikelihood > one.InitialLogLikelihood);
        Assert.Equal(one.Model.PredictProbability(data, 1), many.Model.PredictProbability(data, 8));
    }
}
