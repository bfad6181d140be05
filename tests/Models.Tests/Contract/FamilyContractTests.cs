using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Contract;

/// <summary>
/// What every distribution in the assembly must be beside a density: a value with an identity, words, samples, and a way to hold on to what it was.
/// </summary>
public class FamilyContractTests
{
    private static readonly FitOptions fit = new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity };

    // What has counts to add to; the other families have none.
    private static readonly string[] counting = ["bayesian-network", "bernoulli", "conditional-probability-table", "discrete", "joint-probability-table",
        "markov-network", "mixture", "zero-inflated"];

    // What a fit to these cases leaves as it is: the value of a Dirac delta, and factors, which are given.
    private static readonly string[] unmoved = ["dirac-delta", "factor-graph"];

    /// <summary>Those whose sums determine the log-likelihood; the full Gaussian if no value is missing.</summary>
    public static TheoryData<string> Summed => ["bernoulli", "conditional-probability-table", "diagonal-gaussian", "discrete", "exponential",
        "independent-components", "joint-probability-table", "log-normal", "multivariate-gaussian", "normal", "spherical-gaussian"];

    public static TheoryData<string> Names => [.. Keys];

    [Fact]
    public void EveryDistributionIsAmongTheCases() =>
        Assert.Empty(ModelCases.All.Where(t => typeof(Distribution).IsAssignableFrom(t)).Except(ModelCases.Covered));

    [Fact]
    public void EveryDistributionDefinesItsIdentityAndItsWords() => Assert.All(ModelCases.All.Where(t => typeof(Distribution).IsAssignableFrom(t)), type =>
    {
        Assert.NotEqual(typeof(object), type.GetMethod(nameof(Equals), [typeof(object)])!.DeclaringType);
        Assert.NotEqual(typeof(object), type.GetMethod(nameof(GetHashCode))!.DeclaringType);
        Assert.NotEqual(typeof(object), type.GetMethod(nameof(ToString), [])!.DeclaringType);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void EqualParametersAreTheSameValue(string name)
    {
        var (one, other) = (Get(name).Model, Get(name).Model);
        Assert.NotSame(one, other);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.False(one.Equals(null));
        Assert.False(one.Equals(one.ToString()));
        Assert.NotEqual(one, one.Freeze());
        var fitted = Fitted(name);
        // Parameters that a fit moved are another value.
        Assert.Equal(unmoved.Contains(name), one.Equals(fitted));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WordsAreReadable(string name)
    {
        var fitted = Fitted(name);
        foreach (var words in new[] { fitted.ToString()!, fitted.Describe() })
        {
            Assert.DoesNotContain("Pipelines.", words, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", words, StringComparison.Ordinal);
            Assert.InRange(words.Length, 5, 5_000);
            Assert.Contains(words, char.IsDigit);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SamplesFollowTheSeedAndArePossible(string name)
    {
        var fitted = Fitted(name);
        var rows = fitted.Sample(500, seed: 3);
        Assert.Equal(rows, fitted.Sample(500, seed: 3));
        if (fitted is not DiracDeltaDistribution) Assert.NotEqual(rows, fitted.Sample(500, seed: 4));
        Assert.All(fitted.LogProbability(rows), p => Assert.True(p > double.NegativeInfinity && !double.IsNaN(p)));
    }

    /// <summary>The log-likelihood of a fit, computed from sums that were centered on its start, is that of its rows.</summary>
    [Theory]
    [MemberData(nameof(Summed))]
    public void ALogLikelihoodFromSumsIsThatOfTheRows(string name)
    {
        var (start, data) = Get(name);
        var fitted = Fitted(name);
        var sums = start.CreateStatistics();
        start.SummarizeRows(data, sums);
        fitted.Recenter(sums, start);
        var found = fitted.LogLikelihood(sums);
        Assert.NotNull(found);
        var rows = fitted.CreateStatistics();
        fitted.SummarizeRows(data, rows);
        // Thousands of terms, each rounded.
        Assert.Equal(rows.Objective, found.Value, 1e-10 * Math.Max(1, Math.Abs(rows.Objective)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FreezingIsAPropertyOfTheValue(string name)
    {
        var (model, data) = Get(name);
        var frozen = model.Freeze();
        Assert.False(model.IsFrozen);
        Assert.True(frozen.IsFrozen);
        Assert.Equal(model, frozen.Thaw());
        Assert.Equal(frozen, Fit(frozen, data));
        Assert.Equal(model.LogProbability(data), frozen.LogProbability(data));
        var loaded = (Distribution)SavedModel.FromJson(new SavedModel(frozen).ToJson()).Model;
        Assert.True(loaded.IsFrozen);
        Assert.Equal(frozen, loaded);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RowsWithoutAValueSayNothing(string name)
    {
        var (model, _) = Get(name);
        // A mixture's weights sum to 1 to rounding.
        Assert.All(model.LogProbability(Empty(model.Dimensions)), p => Assert.Equal(0, p, 1e-14));
    }

    /// <summary>All but mixtures: rows without a value count towards their weights.</summary>
    public static TheoryData<string> NamesWithoutMixtures => [.. Keys.Where(n => Get(n).Model is not GeneralMixtureModel)];

    [Theory]
    [MemberData(nameof(NamesWithoutMixtures))]
    public void RowsWithoutAValueAreNotCounted(string name)
    {
        var (model, data) = Get(name);
        var empty = Empty(model.Dimensions);
        var (with, without) = (model.CreateStatistics(), model.CreateStatistics());
        model.Summarize(data.Block(0, data.Rows), with);
        model.Summarize(data.Block(0, data.Rows), without);
        model.SummarizeRows(FeatureMatrix.FromRows(empty), with);
        Assert.Equal(model.Maximize(without, default), model.Maximize(with, default));
    }

    /// <summary>All but models with mixing weights inside a part: those weights are not blended with the old ones.</summary>
    public static TheoryData<string> Blended => [.. Keys.Where(n => !HasWeightsInside(Get(n).Model))];

    [Theory]
    [MemberData(nameof(Blended))]
    public void InertiaKeepsItsShareOfTheOldParameters(string name)
    {
        var (model, data) = Get(name);
        var statistics = model.CreateStatistics();
        model.Summarize(data.Block(0, data.Rows), statistics);
        var free = model.Maximize(statistics, default);
        var kept = model.Maximize(statistics, new() { Inertia = 1 });
        var half = model.Maximize(statistics, new() { Inertia = 0.5 });
        double[] Scores(Distribution d)
        {
            if (d is GeneralMixtureModel m) return [.. m.Components.Cast<Distribution>().SelectMany(Scores)];
            var logs = new double[data.Rows];
            d.LogProbabilities(data.Block(0, data.Rows) with { Priors = default }, logs);
            return logs;
        }
        var (before, after) = (Scores(model), Scores(kept));
        for (var i = 0; i < before.Length; i++)
            Assert.True(before[i].Equals(after[i]) || Math.Abs(before[i] - after[i]) <= 1e-9 * Math.Max(1, Math.Abs(before[i])),
                $"row {i}: {before[i]:R} became {after[i]:R}");
        Assert.Equal(unmoved.Contains(name), free.Equals(half));
        Assert.Equal(unmoved.Contains(name), model.Equals(half));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void APseudocountIsForCounts(string name)
    {
        var (model, data) = Get(name);
        var statistics = model.CreateStatistics();
        model.Summarize(data.Block(0, data.Rows), statistics);
        var (plain, smoothed) = (model.Maximize(statistics, default), model.Maximize(statistics, new() { Pseudocount = 100 }));
        Assert.Equal(Counts(model), !plain.Equals(smoothed));
        Assert.Equal(Counts(model), model.Uses.HasFlag(FitUses.Pseudocount));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AMinimumVarianceHasAnEffectOnThoseThatUseIt(string name)
    {
        var (model, data) = Get(name);
        var statistics = model.CreateStatistics();
        model.Summarize(data.Block(0, data.Rows), statistics);
        var (plain, raised) = (model.Maximize(statistics, default), model.Maximize(statistics, new() { MinVariance = 1e6 }));
        Assert.Equal(model.Uses.HasFlag(FitUses.MinVariance), !plain.Equals(raised));
    }

    private static IEnumerable<string> Keys => ModelCases.Keys.Where(k => ModelCases.Get(k).Start is Distribution);

    private static bool Counts(Distribution model) => model switch
    {
        GeneralMixtureModel m when m.Components.Count > 1 => true,
        IndependentComponentsDistribution p => p.Parts.Any(Counts),
        BetaDistribution { Estimator: ShareEstimator.Counts } or DirichletDistribution { Estimator: ShareEstimator.Counts } => true,
        _ => counting.Contains(model.FormatName),
    };

    private static bool HasWeightsInside(Distribution model) => model switch
    {
        GeneralMixtureModel m => m.Components.Any(c => c is GeneralMixtureModel || HasWeightsInside((Distribution)c)),
        IndependentComponentsDistribution p => p.Parts.Any(c => c is GeneralMixtureModel || HasWeightsInside(c)),
        ZeroInflatedDistribution z => z.Inner is GeneralMixtureModel,
        _ => false,
    };

    /// <summary>Five rows of missing values.</summary>
    private static double[,] Empty(int columns)
    {
        var empty = new double[5, columns];
        System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref empty[0, 0], empty.Length).Fill(double.NaN);
        return empty;
    }

    private static (Distribution Model, FeatureMatrix Data) Get(string name)
    {
        var (start, data) = ModelCases.Get(name);
        return ((Distribution)start, data);
    }

    private static Distribution Fitted(string name)
    {
        var (model, data) = Get(name);
        return Fit(model, data);
    }

    private static Distribution Fit(Distribution model, FeatureMatrix data) => model.Fit(data, fit).Model;
}
