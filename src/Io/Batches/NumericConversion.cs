namespace Pipelines.Io;

/// <summary>Turns numeric columns into doubles.</summary>
internal static class NumericConversion
{
    public static void ToDoubles<T>(BatchColumn<T> column, Span<double> target)
    {
        var n = column.Length;
        if (target.Length < n) throw new ArgumentException($"found room for {target.Length} values, expected {n}", nameof(target));
        switch ((object)column.Values)
        {
            case ReadOnlyMemory<double> v: v.Span.CopyTo(target); break;
            case ReadOnlyMemory<float> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<decimal> v: Convert(v.Span, target, static x => (double)x); break;
            case ReadOnlyMemory<long> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<int> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<short> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<sbyte> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<ulong> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<uint> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<ushort> v: Convert(v.Span, target, static x => x); break;
            case ReadOnlyMemory<byte> v: Convert(v.Span, target, static x => x); break;
            default:
                throw new DataException(DataErrorKind.Data, $"column '{column.Field.Name}'", column.Field.ValueType.Name.ToLowerInvariant(), "a number", "leave the column out of the features, or convert it first");
        }
        if (column.Present is not { } present) return;
        for (var i = 0; i < n; i++)
            if (!present[i]) target[i] = double.NaN;
    }

    private static void Convert<T>(ReadOnlySpan<T> from, Span<double> to, Func<T, double> convert)
    {
        for (var i = 0; i < from.Length; i++) to[i] = convert(from[i]);
    }
}
