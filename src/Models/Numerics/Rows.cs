using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipelines.Models.Numerics;

/// <summary>
/// Vectorised operations along the rows of matrices. Each entry is computed as a plain loop would, bit for bit; sums over a row run in eight parts of fixed
/// places, whatever the vector width.
/// </summary>
internal static class Rows
{
    /// <summary>A row of a matrix.</summary>
    public static Span<double> Of(double[,] matrix, int row) => MemoryMarshal.CreateSpan(ref matrix[row, 0], matrix.GetLength(1));

    /// <summary>target += factor * row, over the length of <paramref name="row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(double factor, ReadOnlySpan<double> row, Span<double> target)
    {
        target = target[..row.Length];
        var wide = new Vector<double>(factor);
        var i = 0;
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(target[i..]) + (wide * new Vector<double>(row[i..]))).CopyTo(target[i..]);
        for (; i < row.Length; i++) target[i] += factor * row[i];
    }

    /// <summary>Sum of a * b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        b = b[..a.Length];
        Vector256<double> even = default, odd = default;
        var i = 0;
        for (; i <= a.Length - 8; i += 8)
        {
            even += Vector256.Create(a[i..]) * Vector256.Create(b[i..]);
            odd += Vector256.Create(a[(i + 4)..]) * Vector256.Create(b[(i + 4)..]);
        }
        double rest = 0;
        for (; i < a.Length; i++) rest += a[i] * b[i];
        return Sum(even + odd) + rest;
    }

    /// <summary>target += factor * row, and the sum of row * other, in one pass over the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double AddDot(double factor, ReadOnlySpan<double> row, ReadOnlySpan<double> other, Span<double> target)
    {
        other = other[..row.Length];
        target = target[..row.Length];
        var wide = Vector256.Create(factor);
        Vector256<double> even = default, odd = default;
        var i = 0;
        for (; i <= row.Length - 8; i += 8)
        {
            Vector256<double> x = Vector256.Create(row[i..]), y = Vector256.Create(row[(i + 4)..]);
            even += x * Vector256.Create(other[i..]);
            odd += y * Vector256.Create(other[(i + 4)..]);
            (Vector256.Create<double>(target[i..]) + (wide * x)).CopyTo(target[i..]);
            (Vector256.Create<double>(target[(i + 4)..]) + (wide * y)).CopyTo(target[(i + 4)..]);
        }
        double rest = 0;
        for (; i < row.Length; i++)
        {
            rest += row[i] * other[i];
            target[i] += factor * row[i];
        }
        return Sum(even + odd) + rest;
    }

    private static double Sum(Vector256<double> v) => (v[0] + v[2]) + (v[1] + v[3]);
}
