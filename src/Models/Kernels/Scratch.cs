using System.Runtime.CompilerServices;

namespace Pipelines.Models.Kernels;

/// <summary>
/// Scratch memory of the calling thread: 64-byte aligned, allocated as a stack and kept between calls, so that kernels allocate nothing once a thread is warm.
/// Nested models use the same stack.
/// </summary>
public ref struct Scratch
{
    private const int Alignment = 64 / sizeof(double);

    [ThreadStatic] private static List<double[]>? chunks;
    [ThreadStatic] private static int chunk;
    [ThreadStatic] private static int used;

    private readonly int savedChunk;
    private readonly int savedUsed;

    private Scratch(int savedChunk, int savedUsed) => (this.savedChunk, this.savedUsed) = (savedChunk, savedUsed);

    /// <summary>Begins a scope; <see cref="Dispose"/> releases everything taken in it.</summary>
    public static Scratch Enter() => new(chunk, used);

    /// <summary>
    /// Takes <paramref name="count"/> doubles, uninitialised, the first one 64-byte aligned. Valid until the scope is disposed, on this thread only.
    /// </summary>
    public readonly Span<double> Take(int count)
    {
        var rounded = (count + Alignment - 1) / Alignment * Alignment;
        chunks ??= [];
        while (chunk < chunks.Count)
        {
            var offset = Aligned(chunks[chunk], used);
            if (offset + rounded <= chunks[chunk].Length)
            {
                used = offset + rounded;
                return chunks[chunk].AsSpan(offset, count);
            }
            chunk++;
            used = 0;
        }
        chunks.Add(GC.AllocateUninitializedArray<double>(Math.Max(rounded + Alignment, 1 << 16), pinned: true));
        used = 0;
        return Take(count);
    }

    /// <summary>Releases everything taken since <see cref="Enter"/>.</summary>
    public readonly void Dispose() => (chunk, used) = (savedChunk, savedUsed);

    private static unsafe int Aligned(double[] array, int from)
    {
        var address = (nint)Unsafe.AsPointer(ref array[0]) + ((nint)from * sizeof(double));
        return from + (int)(((64 - (address & 63)) & 63) / sizeof(double));
    }
}
