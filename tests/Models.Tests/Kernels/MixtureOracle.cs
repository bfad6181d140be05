using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Tests.Kernels;

/// <summary>
/// The E step of a mixture of Gaussians in plain double loops, with linear equations solved by elimination: nothing shared with the product.
/// Rows with missing entries only for diagonal covariances.
/// </summary>
internal sealed class MixtureOracle
{
    private readonly double[] weights;
    private readonly double[][] means;
    private readonly double[][,] inverses;
    private readonly double[] logDeterminants;
    private readonly int dimensions;

    public MixtureOracle(double[] weights, double[][] means, double[][,] covariances)
    {
        (this.weights, this.means, dimensions) = (weights, means, means[0].Length);
        inverses = new double[means.Length][,];
        logDeterminants = new double[means.Length];
        for (var k = 0; k < means.Length; k++) (inverses[k], logDeterminants[k]) = Invert(covariances[k]);
    }

    /// <summary>Log-likelihood.</summary>
    public double Objective { get; private set; }

    /// <summary>For each component: W; then S [D], SS packed and the observed weight of each feature [D].</summary>
    public (double W, double[] S, double[] SS, double[] Observed)[] Sums { get; private set; } = [];

    /// <summary>Sums of the magnitudes of what <see cref="Sums"/> adds up: the scale of its rounding errors.</summary>
    public (double W, double[] S, double[] SS, double[] Observed)[] Scales { get; private set; } = [];

    public MixtureOracle Run(double[][] rows, double[] rowWeights)
    {
        var triangle = dimensions * (dimensions + 1) / 2;
        Sums = [.. means.Select(_ => (0.0, new double[dimensions], new double[triangle], new double[dimensions]))];
        Scales = [.. means.Select(_ => (0.0, new double[dimensions], new double[triangle], new double[dimensions]))];
        for (var i = 0; i < rows.Length; i++)
        {
            var weight = rowWeights.Length == 0 ? 1 : rowWeights[i];
            var logs = new double[means.Length];
            for (var k = 0; k < means.Length; k++) logs[k] = Math.Log(weights[k]) + LogDensity(rows[i], k);
            var max = logs.Max();
            var sum = logs.Sum(l => Math.Exp(l - max));
            if (weight > 0) Objective += weight * (max + Math.Log(sum));
            for (var k = 0; k < means.Length; k++)
            {
                var r = weight * Math.Exp(logs[k] - max) / sum;
                Sums[k].W += r;
                Scales[k].W += r;
                for (int a = 0, p = 0; a < dimensions; a++)
                {
                    for (var b = 0; b <= a; b++, p++)
                    {
                        var (da, db) = (rows[i][a] - means[k][a], rows[i][b] - means[k][b]);
                        if (double.IsNaN(da) || double.IsNaN(db)) continue;
                        Sums[k].SS[p] += r * da * db;
                        Scales[k].SS[p] += r * Math.Abs(da * db);
                        if (a != b) continue;
                        Sums[k].S[a] += r * da;
                        Scales[k].S[a] += r * Math.Abs(da);
                        Sums[k].Observed[a] += r;
                        Scales[k].Observed[a] += r;
                    }
                }
            }
        }
        return this;
    }

    /// <summary>Checks what a model summarised; rounding errors are measured on the scale of the terms that were added.</summary>
    public void Check(Statistics statistics, double tolerance, string what)
    {
        var mixture = (MixtureStatistics)statistics;
        Near(Objective, mixture.Objective, tolerance * (1 + Math.Abs(Objective)), $"{what}: log-likelihood");
        for (var k = 0; k < means.Length; k++)
        {
            Near(Sums[k].W, mixture.Responsibilities[k], tolerance * Scales[k].W, $"{what}: responsibility of component {k}");
            for (int a = 0, p = 0; a < dimensions; a++)
            {
                for (var b = 0; b <= a; b++, p++)
                {
                    if (mixture.Parts[k] is MultivariateGaussianStatistics full)
                    {
                        Near(Sums[k].W, full.Complete[0], tolerance * Scales[k].W, $"{what}: W of component {k}");
                        Near(Sums[k].S[a], full.Complete[1 + a], tolerance * Scales[k].S[a], $"{what}: S {a} of component {k}");
                        Near(Sums[k].SS[p], full.Complete[1 + dimensions + p], tolerance * Scales[k].SS[p], $"{what}: SS {a} {b} of component {k}");
                    }
                    else if (a == b)
                    {
                        var own = ((SumStatistics)(mixture.Parts[k] is CompositeStatistics c ? c.Parts[a] : mixture.Parts[k])).Sums;
                        Near(Sums[k].Observed[a], own[0], tolerance * Scales[k].Observed[a], $"{what}: W {a} of component {k}");
                        Near(Sums[k].S[a], own[1], tolerance * Scales[k].S[a], $"{what}: S {a} of component {k}");
                        Near(Sums[k].SS[p], own[2], tolerance * Scales[k].SS[p], $"{what}: SS {a} of component {k}");
                    }
                }
            }
        }
    }

    /// <summary>Checks that two variants summarised the same, on the scale of the oracle's terms.</summary>
    public static void Near(double expected, double actual, double allowed, string what) =>
        Assert.True(Math.Abs(actual - expected) <= allowed + 1e-290, $"{what}: expected {expected:R}, found {actual:R}, allowed {allowed:R}");

    private double LogDensity(double[] row, int k)
    {
        double quadratic = 0, log = 0;
        if (row.Any(double.IsNaN))
        {
            for (var j = 0; j < dimensions; j++)
            {
                if (double.IsNaN(row[j])) continue;
                var d = row[j] - means[k][j];
                log -= 0.5 * (Math.Log(2 * Math.PI) - Math.Log(inverses[k][j, j]) + (d * d * inverses[k][j, j]));
            }
            return log;
        }
        for (var a = 0; a < dimensions; a++)
            for (var b = 0; b < dimensions; b++) quadratic += (row[a] - means[k][a]) * inverses[k][a, b] * (row[b] - means[k][b]);
        return -0.5 * ((dimensions * Math.Log(2 * Math.PI)) + logDeterminants[k] + quadratic);
    }

    /// <summary>Gauss-Jordan elimination with row pivoting.</summary>
    private static (double[,] Inverse, double LogDeterminant) Invert(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        var inverse = new double[n, n];
        double log = 0;
        for (var i = 0; i < n; i++) inverse[i, i] = 1;
        for (var c = 0; c < n; c++)
        {
            var pivot = c;
            for (var r = c + 1; r < n; r++)
                if (Math.Abs(a[r, c]) > Math.Abs(a[pivot, c])) pivot = r;
            for (var j = 0; j < n; j++)
            {
                (a[c, j], a[pivot, j]) = (a[pivot, j], a[c, j]);
                (inverse[c, j], inverse[pivot, j]) = (inverse[pivot, j], inverse[c, j]);
            }
            log += Math.Log(Math.Abs(a[c, c]));
            var scale = 1 / a[c, c];
            for (var j = 0; j < n; j++)
            {
                a[c, j] *= scale;
                inverse[c, j] *= scale;
            }
            for (var r = 0; r < n; r++)
            {
                if (r == c) continue;
                var factor = a[r, c];
                for (var j = 0; j < n; j++)
                {
                    a[r, j] -= factor * a[c, j];
                    inverse[r, j] -= factor * inverse[c, j];
                }
            }
        }
        return (inverse, log);
    }
}
