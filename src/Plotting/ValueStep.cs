namespace Pipelines.Plotting;

/// <summary>The resolution of a feature's values: 1 for counts, 10 for speeds in tens of knots, 0.1 for lengths in tenths of a millimetre.</summary>
internal static class ValueStep
{
    // Finer decimals are as good as continuous.
    private static readonly double[] units = [1, 0.1, 0.01, 0.001, 0.0001];

    // Values between the multiples do not smooth a comb: 60 % at the tens, where even ones would have 10 %, still are one.
    private const double MostlyShare = 0.6;
    private const double Heaping = 2;
    private const int LeastMultiples = 5;
    private const double LargestCount = 1e9;

    /// <summary>The largest step of which all values, or all but a few, are whole multiples; 0 if they have none.</summary>
    /// <param name="values">Finite values.</param>
    public static double Of(double[] values)
    {
        var unit = Array.Find(units, u => Array.TrueForAll(values, v => IsMultiple(v, u)));
        if (unit == 0) return 0;
        // A 0 is a multiple of everything.
        var counts = values.Select(v => (long)Math.Abs(Math.Round(v / unit))).Where(c => c > 0).ToArray();
        if (counts.Length == 0) return unit;
        var common = counts.Aggregate(Divisor);
        var best = common;
        for (long power = 1; power <= counts.Max() / common; power *= 10)
        {
            foreach (var factor in (long[])[1, 2, 5])
            {
                var step = common * power * factor;
                var own = counts.Where(c => c % step == 0).ToArray();
                if (own.Length >= Math.Max(MostlyShare, Heaping * common / step) * counts.Length && own.Distinct().Count() >= LeastMultiples)
                    best = Math.Max(best, step);
            }
        }
        // 3 tenths are 3 / 10: 3 * 0.1 is something else.
        return best / Math.Round(1 / unit);
    }

    private static bool IsMultiple(double value, double unit)
    {
        var count = value / unit;
        return Math.Abs(count) < LargestCount && Math.Abs(count - Math.Round(count)) < 1e-6 * Math.Max(1, Math.Abs(count) * 1e-3);
    }

    private static long Divisor(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
