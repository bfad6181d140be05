using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Pipelines.Blocks;

/// <summary>Doubles outside the garbage-collected heap, the first one 64-byte aligned: freed at once when a run ends, never copied, countable against the budget.</summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private nint address;

    public AlignedBuffer(int length)
    {
        Length = length;
        address = (nint)NativeMemory.AlignedAlloc((nuint)length * sizeof(double), 64);
    }

    ~AlignedBuffer() => Free();

    /// <summary>Number of doubles.</summary>
    public int Length { get; }

    /// <summary>The doubles, shape [Length]; whoever holds the span keeps the buffer from being disposed.</summary>
    public Span<double> Span => new((void*)Address, Length);

    /// <summary>Bytes <paramref name="start"/> … of the buffer; a span cannot name more than 2 GiB of them at a time.</summary>
    public Span<byte> Bytes(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, (long)Length * sizeof(double), nameof(count));
        return new Span<byte>((byte*)Address + start, count);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(address == 0, this);
            return address;
        }
    }

    private void Free() => NativeMemory.AlignedFree((void*)Interlocked.Exchange(ref address, 0));
}

/// <summary>
/// Buffers of one size, used again and again. It remembers each of them: queues that a fault purges lose their buffers, and the pool still frees them at the end.
/// </summary>
internal sealed class AlignedBufferPool(int length) : IDisposable
{
    private readonly ConcurrentBag<AlignedBuffer> free = [];
    private readonly ConcurrentBag<AlignedBuffer> all = [];
    private volatile bool isDisposed;

    /// <summary>Doubles in each buffer.</summary>
    public int Length { get; } = length;

    /// <summary>Buffers made so far.</summary>
    public int Count => all.Count;

    public AlignedBuffer Rent()
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (free.TryTake(out var buffer)) return buffer;
        buffer = new AlignedBuffer(Length);
        all.Add(buffer);
        return buffer;
    }

    public void Return(AlignedBuffer buffer) => free.Add(buffer);

    /// <summary>Frees every buffer, returned or not. Nobody may use one any more.</summary>
    public void Dispose()
    {
        isDisposed = true;
        foreach (var buffer in all) buffer.Dispose();
    }
}
