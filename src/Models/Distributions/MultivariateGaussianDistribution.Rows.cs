using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <content>Log-densities and sums of rows, without the kernel that mixtures use.</content>
public sealed partial class MultivariateGaussianDistribution
{
    // Rows whose differences from the mean are in the cache together.
    private const int Together = 64;

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var inverse = factors.Value.Inverse;
        using var scratch = Scratch.Enter();
        var d = Dimensions;
        var differences = scratch.Take(d * Together);
        var z = scratch.Take(Together);
        var squares = scratch.Take(Together);
        var difference = scratch.Take(d);
        var marginal = new MarginalDensity(this, scratch);
        for (var first = 0; first < tile.Rows; first += Together)
        {
            var rows = Math.Min(Together, tile.Rows - first);
            for (var j = 0; j < d; j++)
                for (var r = 0; r < rows; r++) differences[(j * Together) + r] = tile.Values[(j * FeatureTile.Capacity) + first + r] - mean[j];
            var quadratic = squares[..rows];
            quadratic.Clear();
            for (var i = 0; i < d; i++)
            {
                Cancellation.Poll();
                var own = z[..rows];
                own.Clear();
                for (var j = 0; j <= i; j++) Rows.Add(inverse[i, j], differences.Slice(j * Together, rows), own);
                for (var r = 0; r < rows; r++) quadratic[r] += own[r] * own[r];
            }
            for (var r = 0; r < rows; r++)
            {
                var missing = false;
                for (var j = 0; j < d; j++)
                {
                    difference[j] = differences[(j * Together) + r];
                    missing |= double.IsNaN(difference[j]);
                }
                if (missing) Cancellation.Poll();
                result[first + r] = missing ? marginal.LogProbability(difference) : Density(factors.Value.LogConstant, quadratic[r]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = (MultivariateGaussianStatistics)statistics;
        using var scratch = Scratch.Enter();
        var d = Dimensions;
        var differences = scratch.Take(d * Together);
        var factors = scratch.Take(Together);
        var complete = sums.Complete;
        for (int first = 0, count = 0; first < tile.Rows; first += Together, count = 0)
        {
            for (var r = first; r < Math.Min(first + Together, tile.Rows); r++)
            {
                var w = weights[r];
                if (w == 0) continue;
                var missing = false;
                var difference = differences.Slice(count * d, d);
                for (var j = 0; j < d; j++)
                {
                    difference[j] = tile.Values[(j * FeatureTile.Capacity) + r] - mean[j];
                    missing |= double.IsNaN(difference[j]);
                }
                if (missing)
                {
                    Cancellation.Poll();
                    AccumulatePairs(difference, w, sums);
                    continue;
                }
                factors[count++] = w;
                complete[0] += w;
            }
            for (int i = 0, p = 1 + d; i < d; i++)
            {
                Cancellation.Poll();
                var products = complete.Slice(p, i + 1);
                for (var r = 0; r < count; r++)
                {
                    var difference = differences.Slice(r * d, i + 1);
                    var wd = factors[r] * difference[i];
                    complete[1 + i] += wd;
                    Rows.Add(wd, difference, products);
                }
                p += i + 1;
            }
        }
    }

    private static void AccumulatePairs(ReadOnlySpan<double> difference, double w, MultivariateGaussianStatistics sums)
    {
        var d = difference.Length;
        var weights = sums.PairWeights;
        var firsts = sums.PairSums;
        var products = sums.PairProducts;
        for (var i = 0; i < d; i++)
        {
            if (double.IsNaN(difference[i])) continue;
            for (var j = 0; j < d; j++)
            {
                if (double.IsNaN(difference[j])) continue;
                firsts[(i * d) + j] += w * difference[i];
                if (j > i) continue;
                var p = MultivariateGaussianStatistics.Packed(i, j);
                weights[p] += w;
                products[p] += w * difference[i] * difference[j];
            }
        }
    }

    // So far away that products overflow, infinities of both signs may meet: such a row is impossible.
    private static double Density(double constant, double quadratic) => double.IsNaN(quadratic) ? double.NegativeInfinity : constant - (0.5 * quadratic);

    /// <summary>The marginal density over the observed entries; caches the factor for the last pattern of missing entries.</summary>
    private ref struct MarginalDensity(MultivariateGaussianDistribution owner, Scratch scratch)
    {
        private readonly Span<double> lower = scratch.Take(owner.Dimensions * owner.Dimensions);
        private readonly Span<double> pattern = scratch.Take(owner.Dimensions + 1);
        private readonly Span<double> z = scratch.Take(owner.Dimensions);
        private bool known;
        private double constant;

        public double LogProbability(ReadOnlySpan<double> difference)
        {
            var d = difference.Length;
            var same = known;
            for (var j = 0; j < d; j++)
            {
                var observed = double.IsNaN(difference[j]) ? 0.0 : 1.0;
                same &= pattern[j] == observed;
                pattern[j] = observed;
            }
            if (!same) Factor(d);
            double quadratic = 0;
            for (int i = 0, a = 0; i < d; i++)
            {
                if (pattern[i] == 0) continue;
                var sum = difference[i];
                for (var b = 0; b < a; b++) sum -= lower[(a * d) + b] * z[b];
                z[a] = sum / lower[(a * d) + a];
                quadratic += z[a] * z[a];
                a++;
            }
            return Density(constant, quadratic);
        }

        private void Factor(int d)
        {
            constant = 0;
            known = true;
            for (int i = 0, a = 0; i < d; i++)
            {
                if (pattern[i] == 0) continue;
                Cancellation.Poll();
                for (int j = 0, b = 0; j <= i; j++)
                {
                    if (pattern[j] == 0) continue;
                    var sum = owner.covariance[i, j];
                    for (var k = 0; k < b; k++) sum -= lower[(a * d) + k] * lower[(b * d) + k];
                    lower[(a * d) + b] = j < i ? sum / lower[(b * d) + b] : Math.Sqrt(sum);
                    b++;
                }
                constant -= Constants.HalfLog2Pi + Math.Log(lower[(a * d) + a]);
                a++;
            }
        }
    }
}
