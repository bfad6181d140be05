using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Squared distances of rows to known centroids, of which there are so few that a feature's coordinates fit into two registers. The same bits as
/// <see cref="SquaredDistances"/>.
/// </summary>
internal static unsafe class RegisterDistances
{
    /// <summary>Maximum number of centroids.</summary>
    public const int Most = 16;

    /// <summary>Fills in the distances, with AVX-512.</summary>
    /// <param name="x">Shape [columns, Capacity], complete.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="rows">A multiple of 16.</param>
    /// <param name="coordinates">Shape [columns, Most].</param>
    /// <param name="nearest">Shape [rows]: centroid of each row, as doubles.</param>
    /// <param name="distances">Shape [rows].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(double* x, int columns, int rows, double* coordinates, double* nearest, double* distances)
    {
        for (var i = 0; i < rows; i += 16)
        {
            var index = Avx512DQ.ConvertToVector512Int64(Avx512F.LoadVector512(nearest + i));
            var otherIndex = Avx512DQ.ConvertToVector512Int64(Avx512F.LoadVector512(nearest + i + 8));
            Vector512<double> sum = Vector512<double>.Zero, otherSum = sum;
            double* column = x + i, c = coordinates;
            for (var j = 0; j < columns; j++, column += FeatureTile.Capacity, c += Most)
            {
                Vector512<double> low = Avx512F.LoadVector512(c), high = Avx512F.LoadVector512(c + 8);
                var d = Avx512F.Subtract(Avx512F.LoadVector512(column), Avx512F.PermuteVar8x64x2(low, index, high));
                var other = Avx512F.Subtract(Avx512F.LoadVector512(column + 8), Avx512F.PermuteVar8x64x2(low, otherIndex, high));
                sum = Avx512F.Add(sum, Avx512F.Multiply(d, d));
                otherSum = Avx512F.Add(otherSum, Avx512F.Multiply(other, other));
            }
            Avx512F.Store(distances + i, sum);
            Avx512F.Store(distances + i + 8, otherSum);
        }
    }
}
