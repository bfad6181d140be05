namespace Pipelines.Models.Numerics;

/// <summary>Random numbers from other distributions, derived from uniform and normal ones.</summary>
internal static class Sampling
{
    /// <summary>Standard exponential.</summary>
    public static double NextExponential(this SeededRandom random) => -Math.Log(1 - random.NextDouble());

    /// <summary>Gamma of rate 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma variables").</summary>
    public static double NextGamma(this SeededRandom random, double shape)
    {
        // The power may underflow: the smallest positive number then replaces it, so that logarithms stay finite.
        if (shape < 1) return Math.Max(random.NextGamma(shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape), double.Epsilon);
        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = random.NextNormal();
            var v = 1 + (c * x);
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v))) return d * v;
        }
    }

    /// <summary>Poisson: products of uniform numbers for rates below 10, else transformed rejection (Hoermann 1993, algorithm PTRS).</summary>
    public static double NextPoisson(this SeededRandom random, double rate)
    {
        if (rate < 10)
        {
            var limit = Math.Exp(-rate);
            var count = 0;
            for (var product = 1 - random.NextDouble(); product > limit; product *= 1 - random.NextDouble()) count++;
            return count;
        }
        var root = Math.Sqrt(rate);
        var b = 0.931 + (2.53 * root);
        var a = -0.059 + (0.02483 * b);
        var inverse = 1.1239 + (1.1328 / (b - 3.4));
        var center = 0.9277 - (3.6224 / (b - 2));
        while (true)
        {
            var u = random.NextDouble() - 0.5;
            var v = 1 - random.NextDouble();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2 * a / us) + b) * u) + rate + 0.43);
            if (us >= 0.07 && v <= center) return k;
            if (k < 0 || (us < 0.013 && v > us)) continue;
            if (Math.Log(v * inverse / ((a / (us * us)) + b)) <= (k * Math.Log(rate)) - rate - GammaFunctions.LogGamma(k + 1)) return k;
        }
    }
}
