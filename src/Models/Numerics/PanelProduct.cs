using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Numerics;

/// <summary>
/// C -= A B for matrices in parts: each entry subtracts its products in order of k and rounds each step, as a plain loop does, bit for bit. Both operands
/// are copied so that the inner loop reads them in order, and blocks of 4 x 12 entries stay in registers.
/// </summary>
internal sealed unsafe class PanelProduct
{
    /// <summary>Number of products per entry and call: the copy of B's columns then fits into the first-level cache.</summary>
    public const int Depth = 64;

    private const int Height = 4;
    private const int Width = 12;

    // Shape [rows / Height, Depth, Height], and [Depth, Width].
    private readonly double[] left;
    private readonly double[] right = new double[Depth * Width];

    /// <summary>Reserves the copies.</summary>
    /// <param name="rows">The most rows of C in a call.</param>
    public PanelProduct(int rows) => left = new double[(rows + Height - 1) / Height * Height * Depth];

    /// <summary>C[i, j] -= sum over k of A[i, k] B[k, j].</summary>
    /// <param name="c">Shape [rows, columns], in rows of <paramref name="stride"/>.</param>
    /// <param name="stride">Distance between rows of C.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="depth">Columns of A and rows of B, at most <see cref="Depth"/>.</param>
    /// <param name="a">A[i, k] at <c>i * aRow + k * aColumn</c>.</param>
    /// <param name="aRow">Distance between rows of A.</param>
    /// <param name="aColumn">Distance between columns of A.</param>
    /// <param name="b">B[k, j] at <c>k * bRow + j * bColumn</c>.</param>
    /// <param name="bRow">Distance between rows of B.</param>
    /// <param name="bColumn">Distance between columns of B.</param>
    /// <param name="lowerOnly">True: C is square, and only the entries on and below its diagonal are wanted; those above are arbitrary.</param>
    /// <param name="upperOnly">True: C is square, and only the entries on and above its diagonal are wanted; those below are arbitrary.</param>
    public void Subtract(double* c, int stride, int rows, int columns, int depth, double* a, int aRow, int aColumn, double* b, int bRow, int bColumn,
        bool lowerOnly = false, bool upperOnly = false)
    {
        fixed (double* packed = left, tile = right)
        {
            for (var i = 0; i < rows; i++)
            {
                var target = packed + (i / Height * Depth * Height) + (i % Height);
                for (var k = 0; k < depth; k++) target[k * Height] = a[((nint)i * aRow) + ((nint)k * aColumn)];
            }
            for (var j = 0; j < columns; j += Width)
            {
                Cancellation.Poll();
                var width = Math.Min(Width, columns - j);
                for (var k = 0; k < depth; k++)
                    for (var l = 0; l < width; l++) tile[(k * Width) + l] = b[((nint)k * bRow) + ((nint)(j + l) * bColumn)];
                var end = upperOnly ? Math.Min(rows, j + width) : rows;
                for (var i = lowerOnly ? j / Height * Height : 0; i < end; i += Height)
                {
                    var group = packed + (i * Depth);
                    var target = c + ((nint)i * stride) + j;
                    if (width == Width && i + Height <= rows) Block(target, stride, group, tile, depth);
                    else Edge(target, stride, Math.Min(Height, rows - i), width, group, tile, depth);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(double* c, int stride, double* a, double* b, int depth)
    {
        double* c1 = c + stride, c2 = c1 + stride, c3 = c2 + stride;
        Vector256<double> x00 = Vector256.Load(c), x01 = Vector256.Load(c + 4), x02 = Vector256.Load(c + 8);
        Vector256<double> x10 = Vector256.Load(c1), x11 = Vector256.Load(c1 + 4), x12 = Vector256.Load(c1 + 8);
        Vector256<double> x20 = Vector256.Load(c2), x21 = Vector256.Load(c2 + 4), x22 = Vector256.Load(c2 + 8);
        Vector256<double> x30 = Vector256.Load(c3), x31 = Vector256.Load(c3 + 4), x32 = Vector256.Load(c3 + 8);
        for (var k = 0; k < depth; k++, a += Height, b += Width)
        {
            Vector256<double> y0 = Vector256.Load(b), y1 = Vector256.Load(b + 4), y2 = Vector256.Load(b + 8);
            var factor = Vector256.Create(a[0]);
            x00 -= factor * y0;
            x01 -= factor * y1;
            x02 -= factor * y2;
            factor = Vector256.Create(a[1]);
            x10 -= factor * y0;
            x11 -= factor * y1;
            x12 -= factor * y2;
            factor = Vector256.Create(a[2]);
            x20 -= factor * y0;
            x21 -= factor * y1;
            x22 -= factor * y2;
            factor = Vector256.Create(a[3]);
            x30 -= factor * y0;
            x31 -= factor * y1;
            x32 -= factor * y2;
        }
        Store(c, x00, x01, x02);
        Store(c1, x10, x11, x12);
        Store(c2, x20, x21, x22);
        Store(c3, x30, x31, x32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(double* target, Vector256<double> first, Vector256<double> second, Vector256<double> third)
    {
        first.Store(target);
        second.Store(target + 4);
        third.Store(target + 8);
    }

    private static void Edge(double* c, int stride, int rows, int columns, double* a, double* b, int depth)
    {
        for (var i = 0; i < rows; i++)
        {
            var row = c + ((nint)i * stride);
            for (var k = 0; k < depth; k++)
            {
                var factor = a[(k * Height) + i];
                for (var j = 0; j < columns; j++) row[j] -= factor * b[(k * Width) + j];
            }
        }
    }
}
