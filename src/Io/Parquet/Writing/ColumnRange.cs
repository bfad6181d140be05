using System.Numerics;
using System.Numerics.Tensors;
using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>
/// The smallest and largest value of a column chunk, which readers use to skip row groups: numbers, dates and times, in the order of their type. NaN is
/// excluded, and zero is written as -0 for the minimum and +0 for the maximum, because readers compare either way. Ambiguous orders have no range.
/// </summary>
internal static class ColumnRange
{
    /// <summary>Plain encoded smallest and largest value; null if there is none.</summary>
    /// <param name="storage">How the values are stored.</param>
    /// <param name="values">All values, or the distinct ones.</param>
    /// <param name="codec">Encodes them.</param>
    public static (byte[] Min, byte[] Max)? Of<T>(ParquetStorage storage, ReadOnlySpan<T> values, PlainCodec<T> codec)
    {
        if (values.Length == 0 || storage.Kind == LogicalKind.Float16
            || storage.Physical is not (PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.Float or PhysicalType.Double)) return null;
        if (typeof(T) == typeof(double)) return Floating(Cast<T, double>(values), (PlainCodec<double>)(object)codec);
        if (typeof(T) == typeof(float)) return Floating(Cast<T, float>(values), (PlainCodec<float>)(object)codec);
        if (typeof(T) == typeof(sbyte)) return Whole(Cast<T, sbyte>(values), (PlainCodec<sbyte>)(object)codec);
        if (typeof(T) == typeof(byte)) return Whole(Cast<T, byte>(values), (PlainCodec<byte>)(object)codec);
        if (typeof(T) == typeof(short)) return Whole(Cast<T, short>(values), (PlainCodec<short>)(object)codec);
        if (typeof(T) == typeof(ushort)) return Whole(Cast<T, ushort>(values), (PlainCodec<ushort>)(object)codec);
        if (typeof(T) == typeof(int)) return Whole(Cast<T, int>(values), (PlainCodec<int>)(object)codec);
        if (typeof(T) == typeof(uint)) return Whole(Cast<T, uint>(values), (PlainCodec<uint>)(object)codec);
        if (typeof(T) == typeof(long)) return Whole(Cast<T, long>(values), (PlainCodec<long>)(object)codec);
        if (typeof(T) == typeof(ulong)) return Whole(Cast<T, ulong>(values), (PlainCodec<ulong>)(object)codec);
        return typeof(T) == typeof(DateOnly) || typeof(T) == typeof(TimeOnly) || typeof(T) == typeof(DateTime) || typeof(T) == typeof(decimal)
            ? Compared(values, codec)
            : null;
    }

    private static (byte[] Min, byte[] Max)? Floating<T>(ReadOnlySpan<T> values, PlainCodec<T> codec) where T : struct, IFloatingPointIeee754<T>
    {
        var (min, max) = (TensorPrimitives.Min(values), TensorPrimitives.Max(values));
        if (T.IsNaN(min))
        {
            // Some are NaN: compare one by one.
            foreach (var value in values) (min, max) = (T.MinNumber(min, value), T.MaxNumber(max, value));
            if (T.IsNaN(min)) return null;
        }
        return (Encode(codec, T.IsZero(min) ? T.NegativeZero : min), Encode(codec, T.IsZero(max) ? T.Zero : max));
    }

    private static (byte[] Min, byte[] Max)? Whole<T>(ReadOnlySpan<T> values, PlainCodec<T> codec) where T : struct, INumber<T> =>
        (Encode(codec, TensorPrimitives.Min(values)), Encode(codec, TensorPrimitives.Max(values)));

    private static (byte[] Min, byte[] Max)? Compared<T>(ReadOnlySpan<T> values, PlainCodec<T> codec)
    {
        var order = Comparer<T>.Default;
        var (min, max) = (values[0], values[0]);
        foreach (var value in values[1..])
        {
            if (order.Compare(value, min) < 0) min = value;
            else if (order.Compare(value, max) > 0) max = value;
        }
        return (Encode(codec, min), Encode(codec, max));
    }

    private static byte[] Encode<T>(PlainCodec<T> codec, T value)
    {
        var target = new ByteBuffer(16);
        codec.Write([value], target);
        return target.Written.ToArray();
    }

    private static ReadOnlySpan<TTo> Cast<TFrom, TTo>(ReadOnlySpan<TFrom> values) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(
            ref System.Runtime.CompilerServices.Unsafe.As<TFrom, TTo>(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(values)), values.Length);
}
