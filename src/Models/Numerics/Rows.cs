using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Numerics;

/// <summary>Vectorised operations along the rows of matrices; each entry is computed as a plain loop would, bit for bit.</summary>
internal static class Rows
{
    /// <summary>A row of a matrix.</summary>
    public static Span<double> Of(double[,] matrix, int row) => MemoryMarshal.CreateSpan(ref matrix[row, 0], matrix.GetLength(1));

    /// <summary>target += factor * row, over the length of <paramref name="row"/>.</summary>
    public static void Add(double factor, ReadOnlySpan<double> row, Span<double> target)
    {
        target = target[..row.Length];
        var wide = new Vector<double>(factor);
        var i = 0;
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(target[i..]) + (wide * new Vector<double>(row[i..]))).CopyTo(target[i..]);
        for (; i < row.Length; i++) target[i] += factor * row[i];
    }

    /// <summary>a = c a - s b and b = s a + c b, using the old a and b.</summary>
    public static void Rotate(Span<double> a, Span<double> b, double c, double s)
    {
        b = b[..a.Length];
        Vector<double> cosine = new(c), sine = new(s);
        var i = 0;
        for (; i <= a.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            Vector<double> x = new(a[i..]), y = new(b[i..]);
            ((cosine * x) - (sine * y)).CopyTo(a[i..]);
            ((sine * x) + (cosine * y)).CopyTo(b[i..]);
        }
        for (; i < a.Length; i++) (a[i], b[i]) = ((c * a[i]) - (s * b[i]), (s * a[i]) + (c * b[i]));
    }
}
