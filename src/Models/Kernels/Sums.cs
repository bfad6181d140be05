namespace Pipelines.Models.Kernels;

/// <summary>Sums in a fixed order.</summary>
internal static class Sums
{
    /// <summary>Sum of the values with eight running sums: the same bits on every machine.</summary>
    public static double Of(ReadOnlySpan<double> values)
    {
        double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        var i = 0;
        for (; i + 8 <= values.Length; i += 8)
        {
            a += values[i];
            b += values[i + 1];
            c += values[i + 2];
            d += values[i + 3];
            e += values[i + 4];
            f += values[i + 5];
            g += values[i + 6];
            h += values[i + 7];
        }
        for (; i < values.Length; i++) a += values[i];
        return ((a + b) + (c + d)) + ((e + f) + (g + h));
    }
}
