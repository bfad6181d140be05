using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Sets of rows as bits: intersections and their sizes. Lengths are in 64-bit words, at most <see cref="BitOps.BlockWords"/>, and multiples of
/// <see cref="BitOps.Padding"/>. All variants give the same numbers.
/// </summary>
internal unsafe interface IBitOps
{
    /// <summary>Number of bits that both sets have.</summary>
    static abstract int AndCount(ulong* a, ulong* b, int words);

    /// <summary>Intersects two sets and returns the number of bits.</summary>
    static abstract int And(ulong* a, ulong* b, ulong* to, int words);
}

/// <summary>Sizes of sets of rows.</summary>
internal static class BitOps
{
    /// <summary>Words that are processed together, so that they stay in the fastest caches: 16,384 rows.</summary>
    public const int BlockWords = 256;

    /// <summary>Sets are padded to multiples of this, in words: the longest vector.</summary>
    public const int Padding = 8;

    /// <summary>Rows of a block.</summary>
    public const int BlockRows = BlockWords * 64;

    /// <summary>Number of bits of each half byte.</summary>
    public static Vector128<byte> Half
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    }

    /// <summary>Words that hold one bit for each of some rows, padded.</summary>
    public static int Words(int rows) => (rows + (64 * Padding) - 1) / (64 * Padding) * Padding;
}

/// <summary>One word at a time.</summary>
internal unsafe struct ScalarBits : IBitOps
{
    public static int AndCount(ulong* a, ulong* b, int words)
    {
        var count = 0;
        for (var i = 0; i < words; i++) count += BitOperations.PopCount(a[i] & b[i]);
        return count;
    }

    public static int And(ulong* a, ulong* b, ulong* to, int words)
    {
        var count = 0;
        for (var i = 0; i < words; i++) count += BitOperations.PopCount(to[i] = a[i] & b[i]);
        return count;
    }
}

/// <summary>Several words at a time on any CPU, in two chains of additions.</summary>
internal unsafe struct PortableBits : IBitOps
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AndCount(ulong* a, ulong* b, int words)
    {
        int even = 0, odd = 0;
        for (var i = 0; i < words; i += 4)
        {
            even += BitOperations.PopCount(a[i] & b[i]) + BitOperations.PopCount(a[i + 2] & b[i + 2]);
            odd += BitOperations.PopCount(a[i + 1] & b[i + 1]) + BitOperations.PopCount(a[i + 3] & b[i + 3]);
        }
        return even + odd;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int And(ulong* a, ulong* b, ulong* to, int words)
    {
        int even = 0, odd = 0;
        for (var i = 0; i < words; i += 2)
        {
            even += BitOperations.PopCount(to[i] = a[i] & b[i]);
            odd += BitOperations.PopCount(to[i + 1] = a[i + 1] & b[i + 1]);
        }
        return even + odd;
    }
}

/// <summary>256-bit vectors: bits of half bytes by table (Muła, Kurz and Lemire 2018).</summary>
internal unsafe struct Avx2Bits : IBitOps
{
    // Sums of half bytes' bits fit into bytes for this many vectors.
    private const int Run = 16;

    private static Vector256<byte> Table
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(BitOps.Half, BitOps.Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AndCount(ulong* a, ulong* b, int words)
    {
        Vector256<byte> table = Table, low = Vector256.Create((byte)15);
        var total = Vector256<ulong>.Zero;
        for (var i = 0; i < words;)
        {
            var sums = Vector256<byte>.Zero;
            for (var end = Math.Min(words, i + (4 * Run)); i < end; i += 4)
                sums = Avx2.Add(sums, Counts(Avx2.And(Avx.LoadVector256(a + i), Avx.LoadVector256(b + i)).AsByte(), table, low));
            total = Avx2.Add(total, Avx2.SumAbsoluteDifferences(sums, Vector256<byte>.Zero).AsUInt64());
        }
        return (int)Vector256.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int And(ulong* a, ulong* b, ulong* to, int words)
    {
        Vector256<byte> table = Table, low = Vector256.Create((byte)15);
        var total = Vector256<ulong>.Zero;
        for (var i = 0; i < words;)
        {
            var sums = Vector256<byte>.Zero;
            for (var end = Math.Min(words, i + (4 * Run)); i < end; i += 4)
            {
                var both = Avx2.And(Avx.LoadVector256(a + i), Avx.LoadVector256(b + i));
                Avx.Store(to + i, both);
                sums = Avx2.Add(sums, Counts(both.AsByte(), table, low));
            }
            total = Avx2.Add(total, Avx2.SumAbsoluteDifferences(sums, Vector256<byte>.Zero).AsUInt64());
        }
        return (int)Vector256.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Counts(Vector256<byte> x, Vector256<byte> table, Vector256<byte> low) =>
        Avx2.Add(Avx2.Shuffle(table, Avx2.And(x, low)), Avx2.Shuffle(table, Avx2.And(Avx2.ShiftRightLogical(x.AsUInt16(), 4).AsByte(), low)));
}

/// <summary>512-bit vectors: bits of half bytes by table.</summary>
internal unsafe struct Avx512Bits : IBitOps
{
    private const int Run = 16;

    /// <summary>True if this CPU has the instructions for bytes.</summary>
    public static bool IsSupported => Avx512BW.IsSupported;

    private static Vector512<byte> Table
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(Vector256.Create(BitOps.Half, BitOps.Half), Vector256.Create(BitOps.Half, BitOps.Half));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AndCount(ulong* a, ulong* b, int words)
    {
        Vector512<byte> table = Table, low = Vector512.Create((byte)15);
        var total = Vector512<ulong>.Zero;
        for (var i = 0; i < words;)
        {
            var sums = Vector512<byte>.Zero;
            for (var end = Math.Min(words, i + (8 * Run)); i < end; i += 8)
                sums = Avx512BW.Add(sums, Counts(Avx512F.And(Avx512F.LoadVector512(a + i), Avx512F.LoadVector512(b + i)).AsByte(), table, low));
            total = Avx512F.Add(total, Avx512BW.SumAbsoluteDifferences(sums, Vector512<byte>.Zero).AsUInt64());
        }
        return (int)Vector512.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int And(ulong* a, ulong* b, ulong* to, int words)
    {
        Vector512<byte> table = Table, low = Vector512.Create((byte)15);
        var total = Vector512<ulong>.Zero;
        for (var i = 0; i < words;)
        {
            var sums = Vector512<byte>.Zero;
            for (var end = Math.Min(words, i + (8 * Run)); i < end; i += 8)
            {
                var both = Avx512F.And(Avx512F.LoadVector512(a + i), Avx512F.LoadVector512(b + i));
                Avx512F.Store(to + i, both);
                sums = Avx512BW.Add(sums, Counts(both.AsByte(), table, low));
            }
            total = Avx512F.Add(total, Avx512BW.SumAbsoluteDifferences(sums, Vector512<byte>.Zero).AsUInt64());
        }
        return (int)Vector512.Sum(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Counts(Vector512<byte> x, Vector512<byte> table, Vector512<byte> low) =>
        Avx512BW.Add(Avx512BW.Shuffle(table, Avx512F.And(x, low)),
            Avx512BW.Shuffle(table, Avx512F.And(Avx512BW.ShiftRightLogical(x.AsUInt16(), 4).AsByte(), low)));
}
