using System.Runtime.Intrinsics;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Kernels;

public sealed unsafe class VectorFunctionTests
{
    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Powers_of_two_are_right_to_one_and_a_half_units(KernelVariant variant)
    {
        var random = new SeededRandom(11);
        var x = new double[4096];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = (i % 4) switch
            {
                0 => -700 * random.NextDouble(),
                1 => -10 * random.NextDouble(),
                2 => -random.NextDouble(),
                _ => -Math.ScaleB(random.NextDouble(), -(i % 60)),
            };
        }
        (x[0], x[1], x[2], x[3], x[4], x[5]) = (0, -0.5, -1, -700, -1.0 / 32, -3.0 / 32);
        var y = Apply(variant, x, exp: true);
        for (var i = 0; i < x.Length; i++)
            Assert.True(ExactNumbers.Exp2Error(x[i], y[i]) <= 1.5, $"2^{x[i]:R} = {y[i]:R}: {ExactNumbers.Exp2Error(x[i], y[i])} units in the last place");
        Assert.Equal(1, y[0]);
        Assert.Equal(0.5, y[2]);
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Powers_below_the_floor_are_exactly_zero_and_NaN_stays(KernelVariant variant)
    {
        var y = Apply(variant, [-700.0000001, -1022.5, -1e5, -1e10, -1e300, double.NegativeInfinity, double.NaN, -double.MaxValue], exp: true);
        Assert.All(y[..6], v => Assert.Equal(0, v));
        Assert.True(double.IsNaN(y[6]));
        Assert.Equal(0, y[7]);
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Logarithms_are_right_to_two_and_a_half_units(KernelVariant variant)
    {
        var random = new SeededRandom(12);
        var x = new double[4096];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = (i % 4) switch
            {
                0 => 1 + random.NextDouble(),
                1 => 1 + Math.ScaleB(random.NextDouble(), -(i % 50)),
                2 => Math.ScaleB(1 + random.NextDouble(), random.NextIndex([1, 1, 1, 1], 1) * 300),
                _ => 1 + (40 * random.NextDouble()),
            };
        }
        (x[0], x[1], x[2], x[3]) = (1, 2, 0.5, Math.Sqrt(0.5));
        var y = Apply(variant, x, exp: false);
        for (var i = 1; i < x.Length; i++)
        {
            if (x[i] == 1) Assert.Equal(0, y[i]);
            else Assert.True(ExactNumbers.Log2Error(x[i], y[i]) <= 2.5, $"log2 {x[i]:R} = {y[i]:R}: {ExactNumbers.Log2Error(x[i], y[i])} units in the last place");
        }
        Assert.Equal(0, y[0]);
        Assert.Equal(1, y[1]);
        Assert.Equal(-1, y[2]);
        Assert.All(Apply(variant, [double.NaN, double.PositiveInfinity, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN], exp: false), v => Assert.False(double.IsFinite(v)));
    }

    private static double[] Apply(KernelVariant variant, double[] x, bool exp)
    {
        switch (variant)
        {
            case KernelVariant.Avx512: return Apply<Vector512Ops, Vector512<double>>(x, exp);
            case KernelVariant.Avx2: return Apply<Vector256Ops, Vector256<double>>(x, exp);
            case KernelVariant.Portable: return Apply<Vector128Ops, Vector128<double>>(x, exp);
            default: return [.. x.Select(v => exp ? v < -700 ? 0 : Math.Pow(2, v) : v == double.PositiveInfinity ? double.NaN : Math.Log2(v))];
        }
    }

    private static double[] Apply<TOps, TVec>(double[] x, bool exp)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var y = new double[x.Length];
        fixed (double* from = x, to = y)
        {
            for (var i = 0; i < x.Length; i += TOps.Count)
                TOps.Store(to + i, exp ? TOps.Exp2(TOps.Load(from + i)) : VectorMath<TOps, TVec>.Log2(TOps.Load(from + i)));
        }
        return y;
    }
}
