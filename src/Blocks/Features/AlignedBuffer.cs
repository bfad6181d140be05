using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Pipelines.Blocks;

/// <summary>Doubles, the first one 64-byte aligned; pinned, so they stay where they are. The collector frees them once nobody can reach them.</summary>
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

    /// <summary>The doubles, shape [Length]; at first anything.</summary>
    public Span<double> Span => values.AsSpan(offset, Length);

    /// <summary>Bytes of the buffer from double <paramref name="start"/>; a span cannot name more than 2 GiB of them at a time.</summary>
    public Span<byte> Bytes(int start, int count) => MemoryMarshal.AsBytes(Span.Slice(start, count));
}

/// <summary>Buffers of one size, used again and again. Those that queues lose when a fault purges them are the collector's.</summary>
internal sealed class AlignedBufferPool(int length)
{
    private readonly ConcurrentBag<AlignedBuffer> free = [];

    public AlignedBuffer Rent() => free.TryTake(out var buffer) ? buffer : new AlignedBuffer(length);

    public void Return(AlignedBuffer buffer) => free.Add(buffer);
}
