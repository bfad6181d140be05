using System.Numerics.Tensors;

namespace Pipelines.Io;

/// <summary>Turns numeric columns into doubles.</summary>
internal static class NumericConversion
{
    /// <summary>Writes values as doubles.</summary>
    public static void ToDoubles<T>(ColumnField field, ReadOnlyMemory<T> values, Span<double> target)
    {
        switch ((object)values)
        {
            case ReadOnlyMemory<double> v: v.Span.CopyTo(target); break;
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
                for (var i = 0; i < v.Length; i++) target[i] = (double)v.Span[i];
                break;
            default:
                throw new DataException(DataErrorKind.Data, $"column '{field.Name}'", TypeNames.Of(field.ValueType), "a number", "leave the column out of the features, or convert it first");
        }
    }
}
