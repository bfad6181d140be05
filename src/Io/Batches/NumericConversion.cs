using System.Numerics;
using System.Numerics.Tensors;

namespace Pipelines.Io;

/// <summary>Converts numeric columns to doubles.</summary>
internal static class NumericConversion
{
    /// <summary>Writes values as doubles.</summary>
    /// <exception cref="FlowException">They are not numbers.</exception>
    public static void ToDoubles<T>(ColumnField field, ReadOnlyMemory<T> values, Span<double> target)
    {
        if (!To(values, target))
            throw new FlowException(ErrorKind.Data, $"column '{field.Name}'", $"values of type {TypeNames.Of(field.ValueType)}", "numbers",
                "leave the column out of the features, or convert it first");
    }

    /// <summary>True if a number can be recovered from the double that is nearest to it.</summary>
    public static bool IsExact<T>(T value) => value switch
    {
        long number => (Int128)(double)number == number,
        ulong number => (Int128)(double)number == number,
        // A double keeps 15 decimal digits.
        decimal number => Math.Abs(number) < 1e28m && (decimal)(double)number == number,
        _ => true,
    };

    /// <summary>Converts numbers to a wider numeric type; false if the values are not numbers.</summary>
    /// <param name="values">Shape [rows].</param>
    /// <param name="target">Shape [rows].</param>
    public static bool To<T, TTarget>(ReadOnlyMemory<T> values, Span<TTarget> target)
        where TTarget : INumberBase<TTarget>
    {
        switch ((object)values)
        {
            case ReadOnlyMemory<TTarget> v: v.Span.CopyTo(target); break;
            case ReadOnlyMemory<float> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<long> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<int> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<short> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<sbyte> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<ulong> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<uint> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<ushort> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<byte> v: TensorPrimitives.ConvertTruncating(v.Span, target); break;
            case ReadOnlyMemory<decimal> v:
                for (var i = 0; i < v.Length; i++) target[i] = TTarget.CreateTruncating(v.Span[i]);
                break;
            default: return false;
        }
        return true;
    }
}
