using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>Emissions of categories: a row's probabilities are read from a table and its posteriors added to another, for all states at once.</summary>
internal sealed unsafe class LaneTable : LaneEmissions
{
    private readonly int states;
    private readonly int stride;
    private readonly int codes;

    /// <summary>Shape [codes + 2, stride]: the known codes, then unknown codes, then missing values.</summary>
    private readonly double[] relative;
    private readonly double[] maxima;

    public LaneTable(DiscreteDistribution[] distributions, TileEvaluator evaluator, double[] log2Weights)
        : base(evaluator, log2Weights)
    {
        states = distributions.Length;
        stride = (states + LaneMatrices.Block - 1) / LaneMatrices.Block * LaneMatrices.Block;
        codes = distributions.Max(d => d.Sizes[0]);
        relative = new double[(codes + 2) * stride];
        maxima = new double[codes + 2];
        var logs = new double[states];
        for (var code = 0; code < codes + 2; code++)
        {
            for (var k = 0; k < states; k++) logs[k] = log2Weights[k] + (code > codes ? 0 : Math.Log2(distributions[k].ProbabilityOf(code)));
            maxima[code] = Math.Max(-double.MaxValue, logs.Max());
            for (var k = 0; k < states; k++)
                relative[(code * stride) + k] = double.IsNegativeInfinity(logs[k])
                    ? 0
                    : double.Exp2(Math.Max(LaneRange.LeastEmissionLog2, logs[k] - maxima[code]));
        }
    }

    // Two copies: rows alternate between them, so that consecutive equal codes do not wait for each other.
    public override int SumCount => 2 * (codes + 2) * stride;

    public override void Fill(LaneSteps steps, in FeatureTile tile, ReadOnlySpan<int> holes, int padded, int lanes, int row, double* b, double* maxima)
    {
        var places = stackalloc int[FeatureTile.Capacity];
        fixed (double* x = tile.Values, table = relative, most = this.maxima)
        {
            Find(x, FeatureTile.Capacity, places);
            for (var i = 0; i < FeatureTile.Capacity; i += 4)
            {
                int p = places[i], q = places[i + 1], r = places[i + 2], s = places[i + 3];
                (maxima[i], maxima[i + 1], maxima[i + 2], maxima[i + 3]) = (most[p], most[q], most[r], most[s]);
                double* from0 = table + (p * stride), from1 = table + (q * stride), from2 = table + (r * stride), from3 = table + (s * stride);
                var to = b + (i / lanes * row) + (i % lanes);
                for (var k = 0; k < stride; k += 4, to += 4 * lanes)
                {
                    var (c0, c1, c2, c3) = LanePacking.Transposed(Vector256.Load(from0 + k), Vector256.Load(from1 + k), Vector256.Load(from2 + k),
                        Vector256.Load(from3 + k));
                    c0.Store(to);
                    c1.Store(to + lanes);
                    c2.Store(to + (2 * lanes));
                    c3.Store(to + (3 * lanes));
                }
            }
        }
        FillHoles(holes, states, lanes, row, b, maxima);
    }

    public override void Add(in FeatureTile tile, Span<double> posteriors, EmissionLanes lanes, Span<double> sums)
    {
        var places = stackalloc int[FeatureTile.Capacity];
        fixed (double* x = tile.Values, from = posteriors, to = sums)
        {
            Find(x, FeatureTile.Padded(tile.Rows), places);
            if (new Span<int>(places, tile.Rows).Contains(codes))
            {
                // A code unknown to all states may make the tables grow, which the distributions handle.
                lanes.Add(tile, posteriors);
                return;
            }
            var other = to + ((codes + 2) * stride);
            // Rows after the last have posteriors of 0.
            for (var i = 0; i < tile.Rows; i += 4)
            {
                double* to0 = to + (places[i] * stride), to1 = other + (places[i + 1] * stride), to2 = to + (places[i + 2] * stride),
                    to3 = other + (places[i + 3] * stride);
                var posterior = from + i;
                for (var k = 0; k < stride; k += 4, posterior += 4 * FeatureTile.Capacity)
                {
                    var (c0, c1, c2, c3) = LanePacking.Transposed(Vector256.Load(posterior), Row(posterior, k + 1, 1), Row(posterior, k + 2, 2),
                        Row(posterior, k + 3, 3));
                    (Vector256.Load(to0 + k) + c0).Store(to0 + k);
                    (Vector256.Load(to1 + k) + c1).Store(to1 + k);
                    (Vector256.Load(to2 + k) + c2).Store(to2 + k);
                    (Vector256.Load(to3 + k) + c3).Store(to3 + k);
                }
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
                var sum = sums[(code * stride) + k] + sums[((codes + 2 + code) * stride) + k];
                total += sum;
                if (code >= codes || sum == 0) continue;
                table.Grow([code + 1]);
                table.Cells[code] += sum;
            }
            statistics.Responsibilities[k] += total;
        }
    }

    private Vector256<double> Row(double* posterior, int state, int offset) =>
        state < states ? Vector256.Load(posterior + (offset * FeatureTile.Capacity)) : Vector256<double>.Zero;

    // The table offsets of some rows, a multiple of 4. Known codes are whole numbers, which survive conversion to integers and back.
    private void Find(double* x, int rows, int* places)
    {
        for (var i = 0; i < rows; i += 4)
        {
            if (Avx.IsSupported)
            {
                var value = Vector256.Load(x + i);
                var code = Avx.ConvertToVector128Int32WithTruncation(value);
                if (Vector256.EqualsAll(Avx.ConvertToVector256Double(code), value) && Vector128.LessThanAll(code.AsUInt32(), Vector128.Create((uint)codes)))
                {
                    code.Store(places + i);
                    continue;
                }
            }
            for (var j = i; j < i + 4; j++) places[j] = Place(x[j]);
        }
    }

    private int Place(double value)
    {
        var code = (int)value;
        return code == value && (uint)code < (uint)codes ? code : double.IsNaN(value) ? codes + 1 : codes;
    }
}
