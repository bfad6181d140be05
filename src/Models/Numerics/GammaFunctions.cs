namespace Pipelines.Models.Numerics;

/// <summary>
/// The gamma function's relatives for arguments above 0, each also without the part that cancels in estimation. From 8 on, Stirling's series up to
/// 1/z^15, whose next term is below 1e-16 there; smaller arguments are shifted up by recurrence.
/// </summary>
internal static class GammaFunctions
{
    private const double SeriesFrom = 8;

    /// <summary>log gamma(x); absolute error about 1e-15 near its zeros, elsewhere a few units in the last place.</summary>
    public static double LogGamma(double x)
    {
        if (x == 1 || x == 2) return 0;
        var product = Raise(ref x);
        return ((x - 0.5) * Math.Log(x)) - x + Constants.HalfLog2Pi + Series(1 / x) - (product == 1 ? 0 : Math.Log(product));
    }

    /// <summary>x log x - x - log gamma(x): the remainder of log gamma after its large part has cancelled; about log(x / 2 pi)/2.</summary>
    public static double Excess(double x) =>
        x >= SeriesFrom ? (0.5 * Math.Log(x)) - Constants.HalfLog2Pi - Series(1 / x) : (x * Math.Log(x)) - x - LogGamma(x);

    /// <summary>digamma(x) - log x, about -1/(2x).</summary>
    public static double DigammaMinusLog(double x)
    {
        double sum = 0, z = x;
        for (; z < SeriesFrom; z++) sum += 1 / z;
        var r = 1 / z;
        var s = r * r;
        var series =
            (-0.5 * r)
                - (s
                    * (1.0 / 12
                        - (s
                            * (1.0 / 120
                                - (s
                                    * (1.0 / 252 - (s * (1.0 / 240 - (s * (1.0 / 132 - (s * (691.0 / 32760 - (s * (1.0 / 12 - (s * 3617.0 / 8160)))))))))))))));
        return z == x ? series : series + Math.Log(z / x) - sum;
    }

    /// <summary>digamma(x).</summary>
    public static double Digamma(double x) => DigammaMinusLog(x) + Math.Log(x);

    /// <summary>trigamma(x) - 1/x, about 1/(2 x^2).</summary>
    public static double TrigammaMinusReciprocal(double x)
    {
        double sum = 0, z = x;
        for (; z < SeriesFrom; z++) sum += 1 / (z * z);
        var r = 1 / z;
        var s = r * r;
        var series =
            (0.5 * s)
                + (r * s
                    * (1.0 / 6
                        - (s
                            * (1.0 / 30
                                - (s * (1.0 / 42 - (s * (1.0 / 30 - (s * (5.0 / 66 - (s * (691.0 / 2730 - (s * (7.0 / 6 - (s * 3617.0 / 510)))))))))))))));
        return z == x ? series : series + r - (1 / x) + sum;
    }

    /// <summary>trigamma(x).</summary>
    public static double Trigamma(double x) => TrigammaMinusReciprocal(x) + (1 / x);

    /// <summary>log gamma(z) - (z - 1/2) log z + z - log(2 pi)/2 as a function of r = 1/z, for z of at least 8.</summary>
    public static double Series(double r)
    {
        var s = r * r;
        return r
            * (1.0 / 12
                - (s
                    * (1.0 / 360
                        - (s * (1.0 / 1260 - (s * (1.0 / 1680 - (s * (1.0 / 1188 - (s * (691.0 / 360360 - (s * (1.0 / 156 - (s * 3617.0 / 122400))))))))))))));
    }

    private static double Raise(ref double x)
    {
        double product = 1;
        for (; x < SeriesFrom; x++) product *= x;
        return product;
    }
}
