using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Sequences of rotations of neighbouring rows, kept to be applied together: a few columns at a time stay in the cache for all of them. Each entry is computed
/// as if the rotations were applied one by one, bit for bit.
/// </summary>
internal sealed unsafe class PlaneRotations
{
    // Columns in the cache, and in registers.
    private const int Slab = 32;
    private const int Together = 16;

    private readonly List<(int Last, int First)> sequences = [];
    private readonly List<(double Cosine, double Sine)> rotations = [];

    /// <summary>Begins a sequence: its first rotation is of rows last - 1 and last, the next one of the rows before each of them, and so on.</summary>
    public void Begin(int last) => sequences.Add((last, rotations.Count));

    /// <summary>Adds a rotation to the sequence: a = c a - s b and b = s a + c b, where row b follows row a.</summary>
    public void Add(double cosine, double sine) => rotations.Add((cosine, sine));

    /// <summary>Applies all.</summary>
    /// <param name="matrix">Shape [rows, columns], with all rows that are rotated.</param>
    public void Apply(double[,] matrix)
    {
        var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
        var slab = new double[rows * Slab];
        fixed (double* x = slab)
        {
            for (var first = 0; first < columns; first += Slab)
            {
                var width = Math.Min(Slab, columns - first);
                for (var i = 0; i < rows; i++) Rows.Of(matrix, i).Slice(first, width).CopyTo(slab.AsSpan(i * Slab));
                fixed ((double, double)* all = CollectionsMarshal.AsSpan(rotations))
                {
                    for (var s = 0; s < sequences.Count; s++)
                    {
                        Cancellation.Poll();
                        var (last, begin) = sequences[s];
                        var count = (s + 1 < sequences.Count ? sequences[s + 1].First : rotations.Count) - begin;
                        for (var half = 0; half < width; half += Together) Rotate(x + (last * Slab) + half, (double*)(all + begin), count);
                    }
                }
                for (var i = 0; i < rows; i++) slab.AsSpan(i * Slab, width).CopyTo(Rows.Of(matrix, i)[first..]);
            }
        }
    }

    // The row that two successive rotations share stays in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(double* row, double* rotation, int count)
    {
        Vector256<double> b0 = Vector256.Load(row), b1 = Vector256.Load(row + 4), b2 = Vector256.Load(row + 8), b3 = Vector256.Load(row + 12);
        for (var k = 0; k < count; k++, rotation += 2, row -= Slab)
        {
            Vector256<double> c = Vector256.Create(rotation[0]), s = Vector256.Create(rotation[1]);
            var before = row - Slab;
            Vector256<double> a0 = Vector256.Load(before), a1 = Vector256.Load(before + 4), a2 = Vector256.Load(before + 8), a3 = Vector256.Load(before + 12);
            ((s * a0) + (c * b0)).Store(row);
            ((s * a1) + (c * b1)).Store(row + 4);
            ((s * a2) + (c * b2)).Store(row + 8);
            ((s * a3) + (c * b3)).Store(row + 12);
            b0 = (c * a0) - (s * b0);
            b1 = (c * a1) - (s * b1);
            b2 = (c * a2) - (s * b2);
            b3 = (c * a3) - (s * b3);
        }
        b0.Store(row);
        b1.Store(row + 4);
        b2.Store(row + 8);
        b3.Store(row + 12);
    }
}
