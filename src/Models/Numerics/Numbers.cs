namespace Pipelines.Models.Numerics;

/// <summary>Functions missing from .NET's Math.</summary>
internal static class Numbers
{
    /// <summary>log(1 + x) for x above -1, accurate to a few units in the last place however small x is.</summary>
    public static double Log1p(double x)
    {
        var u = 1 + x;
        if (double.IsInfinity(u)) return u;
        return u == 1 ? x : Math.Log(u) + ((x - (u - 1)) / u);
    }

    /// <summary>e^x - 1, accurate to a few units in the last place however small x is.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) > 0.5) return Math.Exp(x) - 1;
        // e^x - 1 = 2 sinh(x/2) e^(x/2).
        return 2 * Math.Sinh(x / 2) * Math.Exp(x / 2);
    }
}
