using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Contract;

/// <summary>
/// Mixtures of anything, nested, frozen, heterogeneous, in products with column weights, against <see cref="NaiveModel"/>, on every kernel variant.
/// </summary>
public class CompositionTests
{
    private const int Rows = 700;

    public static TheoryData<string, KernelVariant> Cases =>
        KernelData.With(
            [.. ModelCases.Keys.Where(k => ModelCases.Get(k).Start is GeneralMixtureModel or IndependentComponentsDistribution or ZeroInflatedDistribution)]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void LogProbabilitiesAreTheNaiveOnes(string name, KernelVariant variant)
    {
        var (model, rows, _, priors) = Get(name);
        var found = Under(variant, () => model.LogProbability(Matrix(rows, priors)));
        var expected = Under(KernelVariant.Scalar, () => rows.Select((row, i) => NaiveModel.LogProbability(model, row, priors?[i])).ToArray());
        // Sums of some logarithms, each right to some 1e-15 of its size.
        for (var i = 0; i < rows.Length; i++)
            Assert.True(expected[i].Equals(found[i]) || Math.Abs(found[i] - expected[i]) <= 1e-11 * Math.Max(1, Math.Abs(expected[i])),
                $"row {i} ({string.Join(", ", rows[i])}): found {found[i]:R}, expected {expected[i]:R}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnEmStepIsTheNaiveOne(string name, KernelVariant variant)
    {
        var (model, rows, weights, priors) = Get(name);
        var step = new FitOptions { MaxIterations = 1, StopThreshold = double.NegativeInfinity, BatchSize = 300, MaxDegreeOfParallelism = 1 };
        var fitted = Under(variant, () => model.Fit(Matrix(rows, priors).WithWeights(weights), step).Model);
        var expected = Under(KernelVariant.Scalar, () => NaiveModel.Step(model, rows, weights, priors));
        var (a, b) = Under(KernelVariant.Scalar, () => (((Distribution)fitted).LogProbability(Matrix(rows)), expected.LogProbability(Matrix(rows))));
        // 700 rows summed in another order: parameters to some 1e-14, log-probabilities far from the mean to less.
        for (var i = 0; i < rows.Length; i++)
            Assert.True(b[i].Equals(a[i]) || Math.Abs(a[i] - b[i]) <= 1e-9 * Math.Max(1, Math.Abs(b[i])),
                $"row {i} ({string.Join(", ", rows[i])}): found {a[i]:R}, expected {b[i]:R}");
        if (model is GeneralMixtureModel mixture) CompareComponents(mixture, (GeneralMixtureModel)expected, (GeneralMixtureModel)(Model)fitted);
    }

    private static void CompareComponents(GeneralMixtureModel start, GeneralMixtureModel expected, GeneralMixtureModel fitted)
    {
        for (var k = 0; k < start.Components.Count; k++)
        {
            Assert.Equal(expected.Weights[k], fitted.Weights[k], 1e-11);
            if (start.Components[k].IsFrozen) Assert.Equal(start.Components[k], fitted.Components[k]);
        }
    }

    private static (Distribution Model, double[][] Rows, double[] Weights, double[][]? Priors) Get(string name)
    {
        var (start, data) = ModelCases.Get(name);
        var block = data.Block(0, Rows);
        var rows = new double[Rows][];
        for (var i = 0; i < Rows; i++)
        {
            rows[i] = new double[block.Columns];
            for (var j = 0; j < block.Columns; j++) rows[i][j] = block[i, j];
        }
        var components = block.Priors.Components;
        var all = ModelCases.Priors(data.Rows, Math.Max(1, components));
        double[][]? priors = components == 0
            ? null
            : [.. Enumerable.Range(0, Rows).Select(i => Enumerable.Range(0, components).Select(k => all[i, k]).ToArray())];
        return ((Distribution)start, rows, block.Weights.IsEmpty ? [.. Enumerable.Repeat(1.0, Rows)] : block.Weights.ToArray(), priors);
    }

    private static FeatureMatrix Matrix(double[][] rows, double[][]? priors = null)
    {
        if (priors is not null) return Matrix(rows).WithPriors(Table(priors));
        return FeatureMatrix.FromRows(Table(rows));
    }

    private static double[,] Table(double[][] rows)
    {
        var values = new double[rows.Length, rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < rows[i].Length; j++) values[i, j] = rows[i][j];
        return values;
    }

    private static T Under<T>(KernelVariant variant, Func<T> run)
    {
        using var forced = KernelSelection.Force(variant);
        return run();
    }
}
