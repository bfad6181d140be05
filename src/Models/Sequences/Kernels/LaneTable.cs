using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>Emissions of categories: a row's probabilities are read from a table, and its posteriors added to one, all states side by side.</summary>
internal sealed unsafe class LaneTable : LaneEmissions
{
    private readonly int states;
    private readonly int codes;

    /// <summary>Shape [codes + 2, E]: the known codes, any other one, a missing one.</summary>
    private readonly double[] relative;
    private readonly double[] maxima;

    public LaneTable(DiscreteDistribution[] distributions, TileEvaluator evaluator, double[] log2Weights)
        : base(evaluator, log2Weights)
    {
        states = distributions.Length;
        codes = distributions.Max(d => d.Sizes[0]);
        relative = new double[(codes + 2) * states];
        maxima = new double[codes + 2];
        var logs = new double[states];
        for (var code = 0; code < codes + 2; code++)
        {
            for (var k = 0; k < states; k++) logs[k] = log2Weights[k] + (code > codes ? 0 : Math.Log2(distributions[k].ProbabilityOf(code)));
            maxima[code] = Math.Max(-double.MaxValue, logs.Max());
            for (var k = 0; k < states; k++)
                relative[(code * states) + k] = double.IsNegativeInfinity(logs[k]) ? 0 : double.Exp2(Math.Max(LaneRange.LeastEmissionLog2, logs[k] - maxima[code]));
        }
    }

    public override int SumCount => (codes + 2) * states;

    public override void Fill(LaneSteps steps, in FeatureTile tile, ReadOnlySpan<int> holes, int padded, int lanes, double* b, double* maxima)
    {
        fixed (double* x = tile.Values, table = relative, most = this.maxima)
        {
            for (var i = 0; i < tile.Rows; i++)
            {
                var place = Place(x[i]);
                var from = table + (place * states);
                var to = b + (i / lanes * padded * lanes) + (i % lanes);
                maxima[i] = most[place];
                for (var k = 0; k < states; k++, to += lanes) *to = from[k];
            }
        }
        for (var t = 0; t < FeatureTile.Capacity / lanes && padded > states; t++) new Span<double>(b + (((t * padded) + states) * lanes), (padded - states) * lanes).Clear();
        foreach (var i in holes)
        {
            maxima[i] = 0;
            for (var k = 0; k < states; k++) b[(i / lanes * padded * lanes) + (k * lanes) + (i % lanes)] = 1;
        }
    }

    public override void Add(in FeatureTile tile, Span<double> posteriors, EmissionLanes lanes, Span<double> sums)
    {
        fixed (double* x = tile.Values, from = posteriors, to = sums)
        {
            for (var i = 0; i < tile.Rows; i++)
            {
                if (Place(x[i]) != codes) continue;
                // A code that no state knows may make the tables grow: that is the distributions' business.
                lanes.Add(tile, posteriors);
                return;
            }
            for (var i = 0; i < tile.Rows; i++)
            {
                var own = to + (Place(x[i]) * states);
                var posterior = from + i;
                for (var k = 0; k < states; k++, posterior += FeatureTile.Capacity) own[k] += *posterior;
            }
        }
    }

    public override void Fold(ReadOnlySpan<double> sums, MixtureStatistics statistics)
    {
        for (var k = 0; k < states; k++)
        {
            var table = (TableStatistics)statistics.Parts[k];
            double total = 0;
            for (var code = 0; code < codes + 2; code++)
            {
                var sum = sums[(code * states) + k];
                total += sum;
                if (code >= codes || sum == 0) continue;
                table.Grow([code + 1]);
                table.Cells[code] += sum;
            }
            statistics.Responsibilities[k] += total;
        }
    }

    private int Place(double value)
    {
        var code = (int)value;
        return code == value && (uint)code < (uint)codes ? code : double.IsNaN(value) ? codes + 1 : codes;
    }
}
