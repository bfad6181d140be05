using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Structures;
using Pipelines.Models.Tests.Structures;

namespace Pipelines.Models.Tests.Networks;

/// <summary>Tables made of a search's counts are those of a pass over the rows.</summary>
public sealed class CountedFitTests
{
    private static readonly int[] sizes = [2, 3, 4, 2, 40];

    // Sums of 3,000 logarithms of order 1, in another order.
    private const double Rounding = 1e-12;

    public static TheoryData<string, double, int, int> Cases => new()
    {
        // Method, share of missing values, kind of weights (as StructureData.Make has them), passes.
        { StructureMethod.ChowLiu, 0, 0, 1 },
        { StructureMethod.ChowLiu, 0, 1, 1 },
        { StructureMethod.ChowLiu, 0.1, 0, 3 },
        { StructureMethod.HillClimbing, 0, 0, 1 },
        { StructureMethod.HillClimbing, 0, 1, 1 },
        { StructureMethod.HillClimbing, 0, 2, 2 },
        { StructureMethod.HillClimbing, 0.1, 0, 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Tables_of_a_learned_structure_are_those_of_the_given_one(string method, double missing, int weights, int passes)
    {
        var data = StructureData.Make(3_000, sizes, missing, weights);
        var options = new FitOptions { BatchSize = 256, Pseudocount = 0.5 };
        var counting = new CountingPass(new InMemoryPass(data.Rows, 256));
        var learned = await new BayesianNetworkEstimator(new StructureOptions { Method = method, Score = StructureScore.Bic }).FitAsync(counting, options);
        var given = new BayesianNetworkEstimator(learned.Model.Parents).Fit(data.Rows, options);
        Assert.Equal(given.Model.Tables, learned.Model.Tables);
        Assert.Equal((given.Rows, given.Weight), (learned.Rows, learned.Weight));
        // Beside the survey that finds the codes.
        Assert.Equal(passes, counting.Passes - 1);
        Assert.Equal(given.InitialLogLikelihood, learned.InitialLogLikelihood, Rounding * Math.Abs(given.InitialLogLikelihood));
        double likelihood = 0;
        for (var i = 0; i < 3_000 && missing == 0; i++) likelihood += (data.Weights?[i] ?? 1) * LogProbability(learned.Model, data, i);
        if (missing == 0) Assert.Equal(likelihood, learned.LogLikelihood, Rounding * Math.Abs(likelihood));
        else Assert.Equal(given.LogLikelihood, learned.LogLikelihood, Rounding * Math.Abs(given.LogLikelihood));
    }

    [Fact]
    public void Rows_without_weights_count_as_rows_of_weight_1()
    {
        // Tables of few and of many cells, and a missing value in some rows.
        foreach (var missing in (double[])[0, 0.1])
        {
            var data = StructureData.Make(3_001, sizes, missing);
            var estimator = new BayesianNetworkEstimator([[], [0], [0, 1], [1, 2], [1, 2, 3]]);
            var (fitted, weighted) = (estimator.Fit(data.Rows), estimator.Fit(data.Rows.WithWeights([.. Enumerable.Repeat(1.0, 3_001)])));
            Assert.Equal(weighted.Model, fitted.Model);
            Assert.Equal(weighted.LogLikelihood, fitted.LogLikelihood);
            Assert.Equal((weighted.Rows, weighted.Weight), (fitted.Rows, fitted.Weight));
        }
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(1e300)]
    [InlineData(double.PositiveInfinity)]
    public async Task A_value_that_is_no_code_is_found_in_every_variant(double value)
    {
        foreach (var variant in KernelSelection.Supported)
        {
            using var forced = KernelSelection.Force(variant);
            foreach (var row in (int[])[0, 5, 255, 300])
            {
                double[][] columns = [[.. Enumerable.Range(0, 301).Select(i => i == row ? value : i % 7 == 0 ? double.NaN : i % 3)], new double[301]];
                var error = await Assert.ThrowsAsync<ModelException>(async () =>
                    await new InMemoryPass(FeatureMatrix.FromColumns(columns)).RunAsync(new DistinctRows([3, 1], null), default));
                Assert.StartsWith($"variable 0, row {row}: found the value ", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static double LogProbability(BayesianNetwork network, StructureData data, int row)
    {
        double sum = 0;
        for (var v = 0; v < sizes.Length; v++)
        {
            var at = network.Parents[v].Aggregate(0, (place, parent) => (place * sizes[parent]) + (int)data.Columns[parent][row]);
            sum += Math.Log(network.Tables[v].Probabilities[(at * sizes[v]) + (int)data.Columns[v][row]]);
        }
        return sum;
    }

    private sealed class CountingPass(IDataPass pass) : IDataPass
    {
        public int Passes { get; private set; }

        public int Columns => pass.Columns;

        public ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            Passes++;
            return pass.RunAsync(summarizer, cancellationToken);
        }
    }
}
