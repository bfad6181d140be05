using System.Numerics;

namespace Pipelines.Models.Tests.Kernels;

/// <summary>Powers and logarithms in 200-bit fixed point, and errors in units in the last place: the oracle of the vector functions.</summary>
internal static class ExactNumbers
{
    private const int Bits = 200;
    private static readonly BigInteger one = BigInteger.One << Bits;

    // ln 2 = 2 atanh(1/3).
    private static readonly BigInteger ln2 = 2 * Atanh(one / 3);

    /// <summary>|value - 2^x| in units in the last place of 2^x; -1000 &lt;= x &lt;= 1000.</summary>
    public static double Exp2Error(double x, double value)
    {
        var whole = (int)Math.Floor(x);
        var f = Fixed(x - whole) * ln2 / one;
        BigInteger sum = one, term = one;
        for (var n = 1; n < 80 && !term.IsZero; n++)
        {
            term = term * f / one / n;
            sum += term;
        }

        // sum in [1, 2) times 2^whole: a unit in the last place is 2^(whole - 52).
        return Difference(Fixed(Math.ScaleB(value, -whole)), sum) * Math.ScaleB(1, 52);
    }

    /// <summary>|value - log2 x| in units in the last place of the value; x positive.</summary>
    public static double Log2Error(double x, double value)
    {
        var exponent = Math.ILogB(x);
        var m = Fixed(Math.ScaleB(x, -exponent));
        var log = (2 * Atanh((m - one) * one / (m + one)) * one / ln2) + (exponent * one);
        return Difference(Fixed(value), log) / (Math.BitIncrement(Math.Abs(value)) - Math.Abs(value));
    }

    private static BigInteger Atanh(BigInteger s)
    {
        BigInteger sum = 0, power = s, square = s * s / one;
        for (var n = 1; !power.IsZero; n += 2)
        {
            sum += power / n;
            power = power * square / one;
        }
        return sum;
    }

    private static BigInteger Fixed(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = new BigInteger((bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52));
        var shift = Math.Max(exponent, 1) - 1075 + Bits;
        return (bits < 0 ? -1 : 1) * (shift >= 0 ? mantissa << shift : mantissa >> -shift);
    }

    private static double Difference(BigInteger a, BigInteger b) => Math.ScaleB((double)BigInteger.Abs(a - b), -Bits);
}
