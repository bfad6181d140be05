using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Rows with missing values are left out as if they were not there.</summary>
public class CompleteRowsTests
{
    [Theory]
    [InlineData(StructureMethod.ChowLiu)]
    [InlineData(StructureMethod.Greedy)]
    [InlineData(StructureMethod.HillClimbing)]
    [InlineData(StructureMethod.Tabu)]
    [InlineData(StructureMethod.Exact)]
    [InlineData(StructureMethod.ExactDp)]
    public async Task ASearchFindsTheStructureOfTheCompleteRows(string method)
    {
        foreach (var weights in (int[])[0, 1, 2]) await Finds(method, weights);
    }

    private static async Task Finds(string method, int weights)
    {
        var data = StructureData.Make(1_000, [2, 3, 4, 2, 3], missing: 0.3, weights);
        int[] complete = [.. Enumerable.Range(0, 1_000).Where(i => !data.Columns.Any(c => double.IsNaN(c[i])))];
        Assert.InRange(complete.Length, 200, 500);
        var rows = FeatureMatrix.FromColumns([.. data.Columns.Select(c => complete.Select(i => c[i]).ToArray())]);
        if (data.Weights is { } all) rows = rows.WithWeights([.. complete.Select(i => all[i])]);
        var options = new StructureOptions { Method = method, Score = StructureScore.Bic };
        var expected = await RunAsync(new InMemoryPass(rows, 100, 1), options);
        var found = await RunAsync(data.Pass(), options with { CompleteRows = true });
        Assert.Equal(expected.Parents, found.Parents);
        // Sums of some hundred weights in batches that are cut elsewhere, in scores of some thousands.
        Assert.Equal(expected.Score, found.Score, 1e-9);
        Assert.NotEqual(expected.Score, (await RunAsync(data.Pass(), options)).Score, 1);

        ValueTask<StructureResult> RunAsync(IDataPass pass, StructureOptions how) => StructureSearch.RunAsync(pass, data.Sizes, how, 1, null, null, default);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void TablesCountTheCompleteRows(int weights)
    {
        var data = StructureData.Make(1_000, [2, 3, 2], missing: 0.3, weights);
        var fit = new BayesianNetworkEstimator([[], [0], [1]], MissingValues.Complete).Fit(data.Rows);
        int[] complete = [.. Enumerable.Range(0, 1_000).Where(i => !data.Columns.Any(c => double.IsNaN(c[i])))];
        for (var v = 0; v < 3; v++)
        {
            for (var parent = 0; parent < (v == 0 ? 1 : data.Sizes[v - 1]); parent++)
            {
                int[] own = [.. complete.Where(i => v == 0 || data.Columns[v - 1][i] == parent)];
                for (var value = 0; value < data.Sizes[v]; value++)
                {
                    var expected = own.Where(i => data.Columns[v][i] == value).Sum(Weight) / own.Sum(Weight);
                    // Sums of some hundred weights in another order.
                    Assert.Equal(expected, fit.Model.Tables[v].Probabilities[(parent * data.Sizes[v]) + value], 1e-12);
                }
            }
        }
        Assert.Equal(1, fit.Iterations);
        Assert.Contains(FormattableString.Invariant($"left out {1_000 - complete.Length} of 1,000 rows, because of missing values; used {complete.Length}"),
            fit.Warnings);

        double Weight(int row) => data.Weights?[row] ?? 1;
    }

    [Fact]
    public void ASearchAndItsTablesLeaveOutTheSameRows()
    {
        var data = StructureData.Make(1_000, [2, 3, 2], missing: 0.3);
        int[] complete = [.. Enumerable.Range(0, 1_000).Where(i => !data.Columns.Any(c => double.IsNaN(c[i])))];
        var found = new BayesianNetworkEstimator(missing: MissingValues.Complete).Fit(data.Rows).Model;
        var expected = new BayesianNetworkEstimator().Fit(FeatureMatrix.FromColumns([.. data.Columns.Select(c => complete.Select(i => c[i]).ToArray())])).Model;
        Assert.Equal(expected.Parents, found.Parents);
        // Whole counts: the same quotients.
        Assert.Equal(expected.Tables, found.Tables);
        Assert.Equal(found.With(MissingValues.Available), SavedModel.FromJson(new SavedModel(found).ToJson()).Model is BayesianNetwork { } read
            && read.Missing == MissingValues.Complete ? read.With(MissingValues.Available) : null);
    }

    [Fact]
    public void WithoutACompleteRowThereIsNothingToLearnFrom()
    {
        var rows = FeatureMatrix.FromRows(new double[,] { { 0, double.NaN }, { double.NaN, 1 }, { double.NaN, 0 } });
        var error = Assert.Throws<ModelException>(() => new BayesianNetworkEstimator(missing: MissingValues.Complete).Fit(rows));
        Assert.Equal("input: found no row of weight above 0 without missing values, of 3, expected at least one; leave out columns, or count the rows that "
            + "have all of a family (MissingValues.Available)", error.Message);
    }
}
