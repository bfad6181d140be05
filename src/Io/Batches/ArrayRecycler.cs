using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Io;

/// <summary>Pools arrays that are no longer read. There is one recycler per read, so the pooled arrays are freed when the read ends.</summary>
internal sealed class ArrayRecycler
{
    private readonly ConcurrentDictionary<Type, ConcurrentStack<Array>> kept = new();

    /// <summary>An array of at least <paramref name="length"/> values with undefined content.</summary>
    public T[] Rent<T>(int length)
    {
        if (kept.TryGetValue(typeof(T), out var arrays))
        {
            // An array that is too short is dropped: most row groups have the same size.
            while (arrays.TryPop(out var array))
                if (array.Length >= length) return (T[])array;
        }
        return GC.AllocateUninitializedArray<T>(length);
    }

    /// <summary>Returns the array behind a memory to the pool, if it holds plain values.</summary>
    public void Return<T>(ReadOnlyMemory<T> memory)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>() && MemoryMarshal.TryGetArray(memory, out var segment)
            && segment.Array is { Length: > 0 } array)
            kept.GetOrAdd(typeof(T), static _ => new()).Push(array);
    }
}

/// <summary>Counts the readers of a block; the last one returns its arrays.</summary>
internal sealed class BlockLease(ColumnBlock[] columns, ArrayRecycler recycler)
{
    private int readers = 1;

    public void Add() => Interlocked.Increment(ref readers);

    public void Release()
    {
        if (Interlocked.Decrement(ref readers) != 0) return;
        foreach (var column in columns) column.Recycle(recycler);
    }
}

/// <summary>A batch's credit that also releases its lease on a block.</summary>
internal sealed class LeasedCredit(IBatchCredit? credit, BlockLease lease) : IBatchCredit
{
    public void Release()
    {
        lease.Release();
        credit?.Release();
    }
}
