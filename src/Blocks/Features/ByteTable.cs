using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Blocks;

/// <summary>Looks indexes up in a table of bytes.</summary>
internal static class ByteTable
{
    /// <summary>Bytes of a register.</summary>
    private const int Small = 16;

    /// <summary>Writes the byte of each index.</summary>
    /// <param name="indexes">Shape [rows], each below <paramref name="count"/>.</param>
    /// <param name="table">Shape [256].</param>
    /// <param name="count">Number of bytes in use.</param>
    /// <param name="target">Shape [rows].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Translate(ReadOnlySpan<int> indexes, byte[] table, int count, Span<byte> target)
    {
        target = target[..indexes.Length];
        ref var from = ref MemoryMarshal.GetReference(indexes);
        ref var to = ref MemoryMarshal.GetReference(target);
        var i = 0;
        if (count <= Small && Avx2.IsSupported)
        {
            var bytes = Vector128.Create(table, 0);
            for (; i + Small <= indexes.Length; i += Small)
            {
                var low = Vector256.Narrow(Vector256.LoadUnsafe(ref from, (nuint)i), Vector256.LoadUnsafe(ref from, (nuint)i + 8));
                Ssse3.Shuffle(bytes, Vector128.Narrow(low.GetLower(), low.GetUpper()).AsByte()).StoreUnsafe(ref to, (nuint)i);
            }
        }
        // An index is checked where it was read, and the table has an entry for every byte.
        ref var first = ref table.AsSpan(0, byte.MaxValue + 1)[0];
        for (; i < indexes.Length; i++) target[i] = Unsafe.Add(ref first, (byte)indexes[i]);
    }
}
