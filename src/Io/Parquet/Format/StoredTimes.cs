using System.Buffers.Binary;

namespace Pipelines.Io.Format;

/// <summary>
/// Times and timestamps that are passed on as they are stored, although somebody looks at parts of them: for these, what a value has below 100 ns does not
/// count.
/// </summary>
internal static class StoredTimes
{
    // Julian day of 1970-01-01.
    private const int Epoch = 2_440_588;

    /// <summary>True for columns of times that <see cref="Of"/> takes as they are stored.</summary>
    public static bool Has(ColumnField field) => field.Storage is ParquetStorage s
        && (s.Physical == PhysicalType.Int96 || (s.Physical == PhysicalType.Int64 && s.Kind is (LogicalKind.Timestamp or LogicalKind.Time)));

    /// <summary>The type of a column's values, also if they are read as they are stored.</summary>
    public static Type TypeOf(ColumnField field) => field.Storage is ParquetStorage { IsAsStored: true } stored && Has(field)
        ? ValueTypes.Of(stored with { IsAsStored = false }).Type!
        : field.ValueType;

    /// <summary>The column with its values as times, rounded down to 100 ns, if it was read as it is stored; otherwise the column itself.</summary>
    /// <exception cref="FlowException">A value is out of the range of times.</exception>
    public static BatchColumn Of(BatchColumn column)
    {
        var field = column.Field;
        if (field.Storage is not ParquetStorage { IsAsStored: true } stored || !Has(field)) return column;
        var ticks = new long[column.Length];
        var present = new bool[column.Length];
        for (var row = 0; row < ticks.Length; row++)
        {
            if (!(present[row] = !column.IsNull(row))) continue;
            ticks[row] = column switch
            {
                BatchColumn<long> numbers => Ticks(numbers[row], stored.Unit),
                BatchColumn<ReadOnlyMemory<byte>> bytes => Ticks(bytes[row].Span),
                _ => throw new InvalidOperationException($"times in {field}"),
            };
        }
        return stored.Kind == LogicalKind.Time
            ? Make(TimeSpan.TicksPerDay - 1, "less than a day", t => new TimeOnly(t))
            : Make(DateTime.MaxValue.Ticks, "the years 1 to 9999", t => new DateTime(t, stored.IsUtc ? DateTimeKind.Utc : DateTimeKind.Unspecified), shift:
                DateTime.UnixEpoch.Ticks);

        BatchColumn Make<T>(long most, string expected, Func<long, T> make, long shift = 0)
            where T : struct
        {
            var values = new T[ticks.Length];
            for (var row = 0; row < values.Length; row++)
            {
                if (!present[row]) continue;
                values[row] = ticks[row] >= -shift && ticks[row] <= most - shift ? make(ticks[row] + shift)
                    : throw new FlowException(ErrorKind.Data, $"column '{field.Name}'", $"a time of {ValueText.Of(column.GetValue(row)!)} ({stored})", expected,
                        "correct the value, or leave the column out");
            }
            return new BatchColumn<T>(new ColumnField(field.Name, typeof(T), field.IsNullable), values, present);
        }
    }

    private static long Ticks(long value, TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => Saturated((Int128)value * TimeSpan.TicksPerMillisecond),
        TimeUnit.Micros => Saturated((Int128)value * TimeSpan.TicksPerMicrosecond),
        _ => (value / 100) - (value % 100 < 0 ? 1 : 0),
    };

    // Nanoseconds of the day, then the day.
    private static long Ticks(ReadOnlySpan<byte> stored) => Saturated(
        ((BinaryPrimitives.ReadInt32LittleEndian(stored[8..]) - (Int128)Epoch) * TimeSpan.TicksPerDay)
        + (BinaryPrimitives.ReadInt64LittleEndian(stored) / 100));

    private static long Saturated(Int128 ticks) => (long)Int128.Clamp(ticks, long.MinValue, long.MaxValue);
}
