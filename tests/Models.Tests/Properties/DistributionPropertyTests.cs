using System.Globalization;
using CsCheck;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Properties;

/// <summary>
/// What must hold of each family whatever its parameters and rows. Cases are generated from fixed seeds, 300 a family; the environment variable
/// PIPELINES_PROPERTY_CASES sets another number (the long form: 10000). A failure names its case, which the same number brings back.
/// </summary>
public class DistributionPropertyTests
{
    private static readonly int cases =
        int.TryParse(Environment.GetEnvironmentVariable("PIPELINES_PROPERTY_CASES"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 300;

    public static TheoryData<string> Families => [.. FamilyGenerators.ByFamily.Keys];

    [Fact]
    public void EveryFamilyHasAGenerator() => Assert.Equal(Contract.ModelCases.Families.Select(f => f.Name).Order(), FamilyGenerators.ByFamily.Keys.Order());

    [Theory]
    [MemberData(nameof(Families))]
    public void FitsNeverYieldNaNAndFilesKeepEveryBit(string family)
    {
        var fitted = 0;
        ForEach(family, (start, truth, data) =>
        {
            var statistics = start.CreateStatistics();
            start.Summarize(data.Block(0, data.Rows), statistics);
            Distribution model;
            try
            {
                model = start.Maximize(statistics, default);
            }
            catch (ModelException e)
            {
                // Too few or too equal rows, or values outside the support: refused by name.
                Assert.Equal(ErrorKind.Data, e.Kind);
                return;
            }
            fitted++;
            var json = new SavedModel(model).ToJson();
            Assert.DoesNotContain("NaN", System.Text.Encoding.UTF8.GetString(json), StringComparison.Ordinal);
            var loaded = SavedModel.FromJson(json);
            Assert.Equal(System.Text.Encoding.UTF8.GetString(json), new SavedModel(loaded.Model).ToString());
            Assert.Equal(model, loaded.Model);
            // A covariance of too few rows is refused when it is first used.
            if (model is not MultivariateGaussianDistribution) Assert.All(model.LogProbability(data), p => Assert.False(double.IsNaN(p)));
            Assert.All(truth.LogProbability(data), p => Assert.False(double.IsNaN(p)));
        });
        // Refusals must stay the exception, or this test says nothing. A Dirac delta is right for few data only.
        Assert.True(fitted > (family == "dirac-delta" ? 0 : cases / 3), $"only {fitted} of {cases} cases were fitted");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void MergingIsAssociative(string family) => ForEach(family, (start, _, data) =>
    {
        var (first, second) = (data.Rows / 3, data.Rows / 2);
        var left = Of(0, first);
        left.Merge(Of(first, second));
        left.Merge(Of(second, data.Rows));
        var tail = Of(first, second);
        tail.Merge(Of(second, data.Rows));
        var right = Of(0, first);
        right.Merge(tail);
        StatisticsComparison.Close(left, right, [Of(0, first), Of(first, second), Of(second, data.Rows)]);

        Statistics Of(int from, int to)
        {
            var statistics = start.CreateStatistics();
            start.Summarize(data.Block(from, to - from), statistics);
            return statistics;
        }
    });

    /// <summary>All but kernel densities: they describe the data and maximise nothing.</summary>
    public static TheoryData<string> MaximizingFamilies => [
        .. FamilyGenerators.ByFamily.Keys.Where(f => !f.EndsWith("-kernel-density", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(MaximizingFamilies))]
    public void TheLogLikelihoodOfAMixtureNeverFalls(string family)
    {
        var fitted = 0;
        ForEach(family, (start, truth, data) =>
        {
            // Rows with missing entries have no monotone likelihood under pairwise-complete covariances.
            if (family == "multivariate-gaussian") data = Contract.ModelCases.Complete(data);
            if (data.Rows == 0 || start.Dimensions != truth.Dimensions) return;
            // A floor can lower the likelihood.
            var options = new FitOptions { MaxIterations = 4, StopThreshold = double.NegativeInfinity, MaxDegreeOfParallelism = 1, MinVariance = 0 };
            FitResult<GeneralMixtureModel> result;
            try
            {
                result = new GeneralMixtureModel([start, truth]).Fit(data, options);
            }
            catch (ModelException e)
            {
                Assert.Equal(ErrorKind.Data, e.Kind);
                return;
            }
            fitted++;
            // 1e-9 relative; a log-likelihood near 0 is the small difference of densities above and below 1, hence at least the rows count.
            Assert.All(result.History, h => Assert.True(h.Improvement >= -1e-9 * Math.Max(Math.Abs(h.LogLikelihood), data.Rows), $"iteration {h.Iteration}: "
                + $"fell by {-h.Improvement:R} to {h.LogLikelihood:R}"));
        });
        Assert.True(fitted > cases / 10, $"only {fitted} of {cases} cases were fitted");
    }

    /// <summary>
    /// Runs a check on a start, the distribution that the rows were drawn from, and the rows: some missing, some repeated, with weights of several sizes.
    /// </summary>
    private static void ForEach(string family, Action<Distribution, Distribution, FeatureMatrix> check)
    {
        var distribution = FamilyGenerators.ByFamily[family];
        var generator = Gen.Select(distribution, distribution, Gen.Int[1, 60], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Long);
        for (var number = 0; number < cases; number++)
        {
            var (start, truth, rows, missing, weighting, seed) = generator.Generate(new PCG(7, (ulong)number), null, out _);
            // Families of free width: both must have the same.
            if (start.Dimensions != truth.Dimensions) start = truth;
            try
            {
                check(start, truth, Draw(truth, rows, missing, weighting, new SeededRandom(seed)));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Assert.Fail($"{family}, case {number}: start {start}, rows from {truth}, {rows} rows, missing {missing}, weights {weighting}, "
                    + $"seed {seed}: {e}");
            }
        }
    }

    private static FeatureMatrix Draw(Distribution truth, int rows, int missing, int weighting, SeededRandom random)
    {
        var values = new double[rows, truth.Dimensions];
        var weights = new double[rows];
        var row = new double[truth.Dimensions];
        for (var i = 0; i < rows; i++)
        {
            if (i == 0 || random.NextInt64(5) != 0) truth.Sample(random, row);
            for (var j = 0; j < row.Length; j++) values[i, j] = missing == 3 && random.NextInt64(4) == 0 ? double.NaN : row[j];
            weights[i] = weighting switch { 0 => 1, 1 => random.NextInt64(3), 2 => random.NextDouble(), _ => Math.Pow(10, (8 * random.NextDouble()) - 4) };
        }
        weights[0] = 1;
        return FeatureMatrix.FromRows(values, weights);
    }
}
