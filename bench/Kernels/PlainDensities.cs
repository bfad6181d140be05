using Pipelines.Models.Numerics;

namespace Pipelines.Kernels;

/// <summary>
/// A straightforward log density: a loop over Math, with row-independent terms hoisted out. Structs, so that the loop makes no delegate calls.
/// </summary>
internal interface IPlainDensity
{
    /// <summary>Log-probability of row <paramref name="i"/>.</summary>
    /// <param name="values">Column-major.</param>
    /// <param name="i">The row.</param>
    double At(double[] values, int i);
}

internal static class Plain
{
    public const double HalfLog2Pi = 0.91893853320467274178;
}

internal readonly struct PlainNormal(double mean, double std) : IPlainDensity
{
    private readonly double constant = -Math.Log(std) - Plain.HalfLog2Pi;
    private readonly double scale = 1 / std;

    public double At(double[] values, int i)
    {
        var z = (values[i] - mean) * scale;
        return constant - (0.5 * z * z);
    }
}

internal readonly struct PlainLogNormal(double mu, double sigma) : IPlainDensity
{
    private readonly double constant = -Math.Log(sigma) - Plain.HalfLog2Pi;
    private readonly double scale = 1 / sigma;

    public double At(double[] values, int i)
    {
        var log = Math.Log(values[i]);
        var z = (log - mu) * scale;
        return constant - log - (0.5 * z * z);
    }
}

internal readonly struct PlainExponential(double rate) : IPlainDensity
{
    private readonly double constant = Math.Log(rate);

    public double At(double[] values, int i) => values[i] < 0 ? double.NegativeInfinity : constant - (rate * values[i]);
}

internal readonly struct PlainHalfNormal(double sigma) : IPlainDensity
{
    private readonly double constant = Math.Log(2 / sigma) - Plain.HalfLog2Pi;
    private readonly double scale = 1 / sigma;

    public double At(double[] values, int i)
    {
        var z = values[i] * scale;
        return z < 0 ? double.NegativeInfinity : constant - (0.5 * z * z);
    }
}

internal readonly struct PlainBeta(double alpha, double beta) : IPlainDensity
{
    private readonly double constant = GammaFunctions.LogGamma(alpha + beta) - GammaFunctions.LogGamma(alpha) - GammaFunctions.LogGamma(beta);

    public double At(double[] values, int i) => constant + ((alpha - 1) * Math.Log(values[i])) + ((beta - 1) * Math.Log(1 - values[i]));
}

internal readonly struct PlainGamma(double shape, double rate) : IPlainDensity
{
    private readonly double constant = (shape * Math.Log(rate)) - GammaFunctions.LogGamma(shape);

    public double At(double[] values, int i) => constant + ((shape - 1) * Math.Log(values[i])) - (rate * values[i]);
}

internal readonly struct PlainPoisson(double rate) : IPlainDensity
{
    private readonly double logRate = Math.Log(rate);

    public double At(double[] values, int i) => (values[i] * logRate) - rate - GammaFunctions.LogGamma(values[i] + 1);
}

internal readonly struct PlainStudent(double degrees, double location, double scale) : IPlainDensity
{
    private readonly double constant = GammaFunctions.LogGamma((degrees + 1) / 2) - GammaFunctions.LogGamma(degrees / 2) - (0.5 * Math.Log(degrees * Math.PI))
        - Math.Log(scale);
    private readonly double inverse = 1 / scale;

    public double At(double[] values, int i)
    {
        var z = (values[i] - location) * inverse;
        return constant - ((degrees + 1) * 0.5 * Math.Log(1 + (z * z / degrees)));
    }
}

internal readonly struct PlainDirichlet(double a, double b, double c) : IPlainDensity
{
    private readonly double constant = GammaFunctions.LogGamma(a + b + c) - GammaFunctions.LogGamma(a) - GammaFunctions.LogGamma(b)
        - GammaFunctions.LogGamma(c);

    public double At(double[] values, int i)
    {
        var rows = values.Length / 3;
        return constant + ((a - 1) * Math.Log(values[i])) + ((b - 1) * Math.Log(values[rows + i])) + ((c - 1) * Math.Log(values[(2 * rows) + i]));
    }
}

/// <summary>One logarithm per row, of the probability of its value.</summary>
internal readonly struct PlainBernoulli(double p) : IPlainDensity
{
    public double At(double[] values, int i) => Math.Log(values[i] == 1 ? p : 1 - p);
}

internal readonly struct PlainDiscrete(double[] probabilities) : IPlainDensity
{
    public double At(double[] values, int i) => Math.Log(probabilities[(int)values[i]]);
}

internal readonly struct PlainTable(int[] sizes, double[] probabilities) : IPlainDensity
{
    public double At(double[] values, int i)
    {
        var rows = values.Length / sizes.Length;
        var at = 0;
        for (var j = 0; j < sizes.Length; j++) at = (at * sizes[j]) + (int)values[(j * rows) + i];
        return Math.Log(probabilities[at]);
    }
}

internal readonly struct PlainZeroInflated<TInner>(TInner inner, double zero, double massAtZero) : IPlainDensity
    where TInner : struct, IPlainDensity
{
    private readonly double logRest = Math.Log(1 - zero);
    private readonly double logZero = Math.Log(zero + ((1 - zero) * massAtZero));

    public double At(double[] values, int i) => values[i] == 0 ? logZero : logRest + inner.At(values, i);
}

internal readonly struct PlainGaussianKernels(double[] points, double bandwidth) : IPlainDensity
{
    public double At(double[] values, int i)
    {
        double sum = 0, scale = 1 / bandwidth;
        foreach (var point in points)
        {
            var z = (values[i] - point) * scale;
            sum += Math.Exp(-0.5 * z * z);
        }
        return Math.Log(sum / points.Length / bandwidth) - Plain.HalfLog2Pi;
    }
}

internal readonly struct PlainTriangleKernels(double[] points, double bandwidth) : IPlainDensity
{
    public double At(double[] values, int i)
    {
        double sum = 0;
        foreach (var point in points) sum += Math.Max(bandwidth - Math.Abs(values[i] - point), 0);
        return Math.Log(sum / points.Length / bandwidth / bandwidth);
    }
}

internal readonly struct PlainUniformKernels(double[] points, double bandwidth) : IPlainDensity
{
    public double At(double[] values, int i)
    {
        double sum = 0;
        foreach (var point in points)
            if (Math.Abs(values[i] - point) <= bandwidth) sum++;
        return Math.Log(sum / points.Length / bandwidth / 2);
    }
}
