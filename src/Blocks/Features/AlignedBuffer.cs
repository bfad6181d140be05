using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Pipelines.Blocks;

/// <summary>Doubles, the first one 64-byte aligned, in pinned memory. The garbage collector frees the buffer once it is unreachable.</summary>
internal sealed class AlignedBuffer
{
    private readonly double[] values;
    private readonly int offset;

    public AlignedBuffer(int length)
    {
        Length = length;
        values = GC.AllocateUninitializedArray<double>(length + 7, pinned: true);
        offset = (int)((64 - (Marshal.UnsafeAddrOfPinnedArrayElement(values, 0) & 63)) & 63) / sizeof(double);
    }

    /// <summary>Number of doubles.</summary>
    public int Length { get; }

    /// <summary>The doubles, shape [Length]; initially undefined.</summary>
    public Span<double> Span => values.AsSpan(offset, Length);

    /// <summary>Bytes of the buffer from double <paramref name="start"/>; a span covers at most 2 GiB.</summary>
    public Span<byte> Bytes(int start, int count) => MemoryMarshal.AsBytes(Span.Slice(start, count));
}

/// <summary>A pool of buffers of one size. Buffers lost when a fault purges the queues are left to the garbage collector.</summary>
internal sealed class AlignedBufferPool(int length)
{
    private readonly ConcurrentBag<AlignedBuffer> free = [];

    public AlignedBuffer Rent() => free.TryTake(out var buffer) ? buffer : new AlignedBuffer(length);

    public void Return(AlignedBuffer buffer) => free.Add(buffer);
}
