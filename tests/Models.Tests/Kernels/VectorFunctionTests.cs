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
        var y = Apply(variant, x, Function.Exp2);
        for (var i = 0; i < x.Length; i++)
            Assert.True(ExactNumbers.Exp2Error(x[i], y[i]) <= 1.5, $"2^{x[i]:R} = {y[i]:R}: {ExactNumbers.Exp2Error(x[i], y[i])} units in the last place");
        Assert.Equal(1, y[0]);
        Assert.Equal(0.5, y[2]);
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Powers_below_the_floor_are_exactly_zero_and_NaN_stays(KernelVariant variant)
    {
        var y = Apply(variant, [-700.0000001, -1022.5, -1e5, -1e10, -1e300, double.NegativeInfinity, double.NaN, -double.MaxValue], Function.Exp2);
        Assert.All(y[..6], v => Assert.Equal(0, v));
        Assert.True(double.IsNaN(y[6]));
        Assert.Equal(0, y[7]);
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Logarithms_are_right_to_three_units(KernelVariant variant)
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
        var y = Apply(variant, x, Function.Log2);
        for (var i = 1; i < x.Length; i++)
        {
            if (x[i] == 1) Assert.Equal(0, y[i]);
            else Assert.True(ExactNumbers.Log2Error(x[i], y[i]) <= 3, $"log2 {x[i]:R} = {y[i]:R}: {ExactNumbers.Log2Error(x[i], y[i])} units in "
                + "the last place");
        }
        Assert.Equal(0, y[0]);
        Assert.Equal(1, y[1]);
        Assert.Equal(-1, y[2]);
        Assert.All(Apply(variant, [double.NaN, double.PositiveInfinity, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN], Function.Log2),
            v => Assert.False(double.IsFinite(v)));
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Natural_logarithms_are_right_to_five_units(KernelVariant variant)
    {
        var random = new SeededRandom(14);
        double[] x = [.. Enumerable.Range(0, 4096)
            .Select(i => i % 2 == 0
                ? Math.ScaleB(1 + random.NextDouble(), random.NextIndex([1, 1, 1, 1], 1) * 300)
                : 1 + Math.ScaleB(random.NextDouble() - 0.5, -(i % 50)))];
        var y = Apply(variant, x, Function.Log);
        // Math.Log itself is right to one unit.
        for (var i = 0; i < x.Length; i++)
            Assert.True(Math.Abs(y[i] - Math.Log(x[i])) <= 5 * (Math.BitIncrement(Math.Abs(Math.Log(x[i]))) - Math.Abs(Math.Log(x[i]))),
                $"log {x[i]:R} = {y[i]:R}");
        // The series of log(1 + x) is exact below 1e-9 to the third term.
        double[] small = [.. Enumerable.Range(0, 256).Select(i => Math.ScaleB(random.NextDouble() - 0.5, -30 - i))];
        y = Apply(variant, small, Function.Log1p);
        for (var i = 0; i < small.Length; i++) Assert.Equal(small[i] * (1 - (small[i] / 2)), y[i], 1e-15 * Math.Abs(small[i]));
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Reciprocals_are_right_to_one_and_a_half_units(KernelVariant variant)
    {
        var random = new SeededRandom(13);
        double[] x = [.. Enumerable.Range(0, 4096).Select(i => Math.ScaleB(1 + random.NextDouble(), i % 1000))];
        (x[0], x[1], x[2]) = (1, 2, 3);
        var y = Apply(variant, x, Function.Reciprocal);
        for (var i = 0; i < x.Length; i++)
        {
            // x y = 1 + error; the product is exact to 106 bits when the remainder is taken with one rounding.
            var units = Math.Abs(Math.FusedMultiplyAdd(x[i], y[i], -1)) / (x[i] * (Math.BitIncrement(y[i]) - y[i]));
            Assert.True(units <= 1.5, $"1/{x[i]:R} = {y[i]:R}: {units} units in the last place");
        }
        Assert.True(double.IsNaN(Apply(variant, [double.NaN, 1, 1, 1, 1, 1, 1, 1], Function.Reciprocal)[0]));
    }

    private static double[] Apply(KernelVariant variant, double[] x, Function function)
    {
        switch (variant)
        {
            case KernelVariant.Avx512: return Apply<Vector512Ops, Vector512<double>>(x, function);
            case KernelVariant.Avx2: return Apply<Vector256Ops, Vector256<double>>(x, function);
            case KernelVariant.Portable: return Apply<Vector128Ops, Vector128<double>>(x, function);
            default:
                return [.. x.Select(v => function switch
                {
                    Function.Exp2 => v < -700 ? 0 : Math.Pow(2, v),
                    Function.Log => Math.Log(v),
                    Function.Log1p => Pipelines.Models.Numerics.Numbers.Log1p(v),
                    Function.Log2 => v == double.PositiveInfinity ? double.NaN : Math.Log2(v),
                    _ => 1 / v,
                })];
        }
    }

    private static double[] Apply<TOps, TVec>(double[] x, Function function)
        where TOps : struct, IVectorOps<TVec>
        where TVec : unmanaged
    {
        var y = new double[x.Length];
        fixed (double* from = x, to = y)
        {
            for (var i = 0; i < x.Length; i += TOps.Count)
            {
                var value = TOps.Load(from + i);
                TOps.Store(to + i, function switch
                {
                    Function.Exp2 => TOps.Exp2(value),
                    Function.Log2 => VectorMath<TOps, TVec>.Log2(value),
                    Function.Log => TOps.Log(value),
                    Function.Log1p => VectorMath<TOps, TVec>.Log1p(value),
                    _ => TOps.Reciprocal(value)
                });
            }
        }
        return y;
    }

    private enum Function
    {
        Exp2,
        Log2,
        Log,
        Log1p,
        Reciprocal,
    }
}
