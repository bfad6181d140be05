using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipelines.Io;

/// <summary>Keeps arrays that are not read any more for the next use. One a reading, so what it keeps goes with the reading.</summary>
internal sealed class ArrayRecycler
{
    private readonly ConcurrentDictionary<Type, ConcurrentStack<Array>> kept = new();

    /// <summary>An array of at least <paramref name="length"/> values with anything in it.</summary>
    public T[] Rent<T>(int length)
    {
        if (kept.TryGetValue(typeof(T), out var arrays))
        {
            // One that is too short is dropped: row groups are mostly of one size.
            while (arrays.TryPop(out var array))
                if (array.Length >= length) return (T[])array;
        }
        return GC.AllocateUninitializedArray<T>(length);
    }

    /// <summary>Takes the array behind a memory back, if it holds plain values.</summary>
    public void Return<T>(ReadOnlyMemory<T> memory)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>() && MemoryMarshal.TryGetArray(memory, out var segment)
            && segment.Array is { Length: > 0 } array)
            kept.GetOrAdd(typeof(T), static _ => new()).Push(array);
    }
}

/// <summary>Counts who still reads a block; the last one gives its arrays back.</summary>
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

/// <summary>A batch's credit that also ends its reading of a block.</summary>
internal sealed class LeasedCredit(IBatchCredit? credit, BlockLease lease) : IBatchCredit
{
    public void Release()
    {
        lease.Release();
        credit?.Release();
    }
}
