using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>The E step of a mixture of normals of one feature, from values to responsibilities in one go.</summary>
internal static unsafe class UnivariateNormals<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Fills the responsibilities of complete rows of weight 1.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="parameters">Shape [K, 3] as <see cref="DiagonalNormals{TOps, TVec}"/> has them.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="r">Shape [K, Capacity].</param>
    /// <returns>Sum over the rows of log2 p(row).</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Expect(double* x, double* parameters, double* log2Weights, int components, int rows, double* r)
    {
        var one = TOps.Broadcast(1);
        var total = TOps.Broadcast(0);
        var product = one;
        var most = (int)(1000 / Math.Max(1, Math.Log2(components)));
        var factors = 0;
        for (var i = 0; i < rows; i += TOps.Count)
        {
            var value = TOps.Load(x + i);
            var max = TOps.Broadcast(-double.MaxValue);
            for (var k = 0; k < components; k++)
            {
                var p = parameters + (k * DiagonalNormals<TOps, TVec>.FeatureParameters);
                var z = TOps.Multiply(TOps.Subtract(value, TOps.Broadcast(p[0])), TOps.Broadcast(p[1]));
                var y = TOps.NegatedMultiplyAdd(z, z, TOps.Broadcast(p[2] + log2Weights[k]));
                TOps.Store(r + (k * FeatureTile.Capacity) + i, y);
                max = TOps.Max(max, y);
            }
            var sum = TOps.Broadcast(0);
            for (var k = 0; k < components; k++)
            {
                var y = r + (k * FeatureTile.Capacity) + i;
                var e = TOps.Exp2(TOps.Subtract(TOps.Load(y), max));
                TOps.Store(y, e);
                sum = TOps.Add(sum, e);
            }

            // The largest term is exactly 1; only an impossible row sums to 0.
            sum = TOps.Max(one, sum);
            var scale = TOps.Divide(one, sum);
            total = TOps.Add(total, max);
            product = TOps.Multiply(product, sum);
            if (++factors == most)
            {
                total = TOps.Add(total, VectorMath<TOps, TVec>.Log2(product));
                product = one;
                factors = 0;
            }
            for (var k = 0; k < components; k++)
            {
                var y = r + (k * FeatureTile.Capacity) + i;
                TOps.Store(y, TOps.Multiply(TOps.Load(y), scale));
            }
        }
        var result = TOps.Sum(TOps.Add(total, VectorMath<TOps, TVec>.Log2(product)));

        // A row that is impossible under every component counted as the least number.
        return result <= -0.99 * double.MaxValue ? double.NegativeInfinity : result;
    }
}
