using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Contract;

/// <summary>What every model must do, whether its items are rows or sequences. Models are found in the assembly: one without a case fails.</summary>
public sealed class ItemContractTests
{
    private static readonly FitOptions threeIterations = new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity, MinVariance = 1e-3 };

    public static TheoryData<string> Names => StatisticsCases.Names;

    /// <summary>The models that give log-probabilities: all but k-means.</summary>
    public static TheoryData<string> ProbabilityNames => [.. StatisticsCases.Keys.Where(n => StatisticsCases.Get(n).Model is ProbabilityModel)];

    [Fact]
    public void EveryModelHasACase() =>
        Assert.Empty(typeof(Model).Assembly.GetTypes().Where(t => !t.IsAbstract && typeof(Model).IsAssignableFrom(t)).Except(StatisticsCases.Covered));

    [Fact]
    public void EveryModelRegistersItself() => Assert.All(
        typeof(Model).Assembly.GetTypes().Where(t => !t.IsAbstract && typeof(Model).IsAssignableFrom(t)), type => Assert.NotNull(ModelFormat.NameOf(type)));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AFitHasTheSameBitsAtAnyParallelismAndSurvivesItsFile(string name)
    {
        var (start, data) = StatisticsCases.Get(name);
        var first = await FitAsync(1);
        foreach (var parallelism in new[] { 2, 3, 8, 64 }) Assert.Equal(new SavedModel(first).ToJson(), new SavedModel(await FitAsync(parallelism)).ToJson());
        Assert.Equal(first, SavedModel.FromJson(new SavedModel(first).ToJson()).Model);

        async Task<Model> FitAsync(int parallelism) =>
            (await ExpectationMaximization.FitAsync(start, data.Pass(parallelism), threeIterations, CancellationToken.None)).Model;
    }

    [Theory]
    [MemberData(nameof(ProbabilityNames))]
    public void ItemsWithAWeightCountAsTheyDoInABlock(string name)
    {
        var (start, data) = StatisticsCases.Get(name);
        var model = (ProbabilityModel)start;
        var (block, weights) = data.Items();
        // Without their own weights: the given ones count instead.
        var (items, whole) = (model.CreateStatistics(), model.CreateStatistics());
        model.Accumulate(block, weights, items);
        model.Summarize(block with { Labels = default, Priors = default }, whole);
        var (expected, found) = (model.Maximize(whole, new() { MinVariance = 1e-3 }), model.Maximize(items, new() { MinVariance = 1e-3 }));
        var (logs, others) = (new double[weights.Length], new double[weights.Length]);
        expected.LogProbabilities(block, logs);
        found.LogProbabilities(block, others);
        // The same sums in another order, through a maximisation: relative to the largest log-probability.
        var scale = 1e-9 * logs.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max();
        for (var i = 0; i < logs.Length; i++) Assert.True(logs[i].Equals(others[i]) || Math.Abs(logs[i] - others[i]) <= scale, $"item {i}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PriorsOfOtherComponentsThanItsOwnAreRefused(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var error = Assert.Throws<ModelException>(() =>
        {
            var count = model.PriorComponents + 1;
            var block = data.Items().Block;
            var (priors, statistics) = (new double[count * block.Rows], model.CreateStatistics());
            model.Summarize(block with { Priors = new(priors, block.Rows, count, block.Rows) }, statistics);
        });
        Assert.Equal(model.PriorComponents == 0
            ? $"{model.FormatName} model: found rows with priors, expected a model with components, classes or states; leave the priors out (Pipeline.Priors)"
            : $"{model.FormatName} model: found priors of {model.PriorComponents + 1} {model.PartsName}, expected {model.PriorComponents}; give one prior for "
                + "each, in the model's order (Pipeline.Priors)", error.Message);
    }

    [Theory]
    [MemberData(nameof(ProbabilityNames))]
    public void AFrozenModelKeepsItsParameters(string name)
    {
        var (start, data) = StatisticsCases.Get(name);
        var model = (ProbabilityModel)start;
        var frozen = model.Freeze();
        Assert.Same(frozen, frozen.Maximize(data.Summarize(frozen), default));
        Assert.Equal(0, frozen.ParameterCount);
        Assert.Equal(model, frozen.Thaw());
        Assert.Equal(frozen, SavedModel.FromJson(new SavedModel(frozen).ToJson()).Model);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ItAnswersForItself(string name)
    {
        var (model, _) = StatisticsCases.Get(name);
        Feature[] features = [.. Enumerable.Range(0, model.Dimensions).Select(j => new Feature($"feature-{j}"))];
        Assert.NotEmpty(model.Outline(features));
        Assert.NotEmpty(model.Title);
        var parts = model.WeightedParts();
        // Weights of 1 / K: some rounding errors.
        if (parts.Count > 0) Assert.Equal(1, parts.Sum(p => p.Weight), 1e-9);
        Assert.All(parts, p => Assert.Equal(model.Dimensions, p.Distribution.Dimensions));
        if (model.RowDistribution() is { } rows) Assert.Equal(model.Dimensions, rows.Dimensions);
    }
}
