using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>Joint densities of a mixture of normals of one feature, with the largest of each row on the way.</summary>
internal static unsafe class UnivariateNormals<TOps, TVec>
    where TOps : struct, IVectorOps<TVec>
    where TVec : unmanaged
{
    /// <summary>Fills the base-2 joint densities of complete rows.</summary>
    /// <param name="x">Shape [rows].</param>
    /// <param name="parameters">Shape [K, 3] as <see cref="DiagonalNormals{TOps, TVec}"/> has them.</param>
    /// <param name="log2Weights">Shape [K].</param>
    /// <param name="components">K.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="joint">Shape [K, Capacity].</param>
    /// <param name="maxima">Shape [rows]: the largest of each row, at least the least number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Joint(double* x, double* parameters, double* log2Weights, int components, int rows, double* joint, double* maxima)
    {
        for (var i = 0; i < rows; i += 2 * TOps.Count)
        {
            TVec valueA = TOps.Load(x + i), valueB = TOps.Load(x + i + TOps.Count);
            TVec maxA = TOps.Broadcast(-double.MaxValue), maxB = maxA;
            var p = parameters;
            var y = joint + i;
            for (var k = 0; k < components; k++, p += DiagonalNormals<TOps, TVec>.FeatureParameters, y += FeatureTile.Capacity)
            {
                TVec mean = TOps.Broadcast(p[0]), scale = TOps.Broadcast(p[1]), constant = TOps.Broadcast(p[2] + log2Weights[k]);
                var a = TOps.Multiply(TOps.Subtract(valueA, mean), scale);
                var b = TOps.Multiply(TOps.Subtract(valueB, mean), scale);
                a = TOps.NegatedMultiplyAdd(a, a, constant);
                b = TOps.NegatedMultiplyAdd(b, b, constant);
                TOps.Store(y, a);
                TOps.Store(y + TOps.Count, b);
                maxA = TOps.Max(maxA, a);
                maxB = TOps.Max(maxB, b);
            }
            TOps.Store(maxima + i, maxA);
            TOps.Store(maxima + i + TOps.Count, maxB);
        }
    }
}
