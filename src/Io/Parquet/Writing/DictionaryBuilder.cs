using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipelines.Io.Writing;

/// <summary>
/// Numbers the distinct values of a column in order of appearance. Floating-point numbers are compared by their bits, so that -0 and every NaN are preserved.
/// </summary>
internal sealed class DictionaryBuilder<T>
{
    private int[] slots = new int[1024];
    private T[] values = new T[512];
    private int shift = 64 - 10;
    private ByteArena? arena;

    /// <summary>Number of distinct values.</summary>
    public int Count { get; private set; }

    /// <summary>The distinct values, shape [Count].</summary>
    public ReadOnlySpan<T> Values => values.AsSpan(0, Count);

    /// <summary>Clears all values.</summary>
    public void Clear()
    {
        Array.Clear(slots);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Array.Clear(values);
        Count = 0;
    }

    /// <summary>The number of a value; a new number if it has not been seen before.</summary>
    public int Add(T value)
    {
        var mask = slots.Length - 1;
        for (var at = Slot(value); ; at = (at + 1) & mask)
        {
            var entry = slots[at] - 1;
            if (entry < 0) return Insert(value, at);
            if (AreSame(values[entry], value)) return entry;
        }
    }

    /// <summary>The value, copied out of a shared array if values read together share one.</summary>
    public T Own(T value) => typeof(T) == typeof(ReadOnlyMemory<byte>) ? (T)(object)(arena ??= new()).Keep(((ReadOnlyMemory<byte>)(object)value!).Span) : value;

    private int Insert(T value, int at)
    {
        if (Count == values.Length)
        {
            Array.Resize(ref values, Count * 2);
            shift--;
            slots = new int[slots.Length * 2];
            var mask = slots.Length - 1;
            for (var i = 0; i < Count; i++)
            {
                at = Slot(values[i]);
                while (slots[at] != 0) at = (at + 1) & mask;
                slots[at] = i + 1;
            }
            at = Slot(value);
            while (slots[at] != 0) at = (at + 1) & mask;
        }
        values[Count] = Own(value);
        slots[at] = ++Count;
        return Count - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(T value) => (int)((Hash(value) * 0x9E3779B97F4A7C15) >> shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(T value)
    {
        if (typeof(T) == typeof(double)) return BitConverter.DoubleToUInt64Bits((double)(object)value!);
        if (typeof(T) == typeof(float)) return BitConverter.SingleToUInt32Bits((float)(object)value!);
        if (typeof(T) == typeof(long)) return (ulong)(long)(object)value!;
        if (typeof(T) == typeof(byte[])) return BytesHash((byte[])(object)value!);
        if (typeof(T) == typeof(ReadOnlyMemory<byte>)) return BytesHash(((ReadOnlyMemory<byte>)(object)value!).Span);
        return (uint)EqualityComparer<T>.Default.GetHashCode(value!);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreSame(T a, T b)
    {
        if (typeof(T) == typeof(double)) return BitConverter.DoubleToUInt64Bits((double)(object)a!) == BitConverter.DoubleToUInt64Bits((double)(object)b!);
        if (typeof(T) == typeof(float)) return BitConverter.SingleToUInt32Bits((float)(object)a!) == BitConverter.SingleToUInt32Bits((float)(object)b!);
        if (typeof(T) == typeof(byte[])) return ((byte[])(object)a!).AsSpan().SequenceEqual((byte[])(object)b!);
        if (typeof(T) == typeof(ReadOnlyMemory<byte>)) return ((ReadOnlyMemory<byte>)(object)a!).Span.SequenceEqual(((ReadOnlyMemory<byte>)(object)b!).Span);
        return EqualityComparer<T>.Default.Equals(a, b);
    }

    private static ulong BytesHash(ReadOnlySpan<byte> value)
    {
        var hash = (ulong)value.Length;
        foreach (var b in value) hash = BitOperations.RotateLeft(hash, 5) * 0x100000001B3 ^ b;
        return hash;
    }
}
