using System.Buffers.Binary;
using Pipelines.Io.Format;

namespace Pipelines.Io.Tests.Parquet;

/// <summary>Times that are read as they are stored, as values: rounded down to 100 ns.</summary>
public sealed class StoredTimeTests
{
    [Fact]
    public void Timestamps_and_times_of_every_unit()
    {
        Assert.Equal([new DateTime(1970, 1, 1).AddTicks(1), new DateTime(1970, 1, 1).AddTicks(-1), null],
            Times<DateTime>(LogicalKind.Timestamp, TimeUnit.Nanos, 199, -1, null));
        Assert.Equal([new DateTime(1970, 1, 1).AddTicks(20)], Times<DateTime>(LogicalKind.Timestamp, TimeUnit.Micros, 2));
        Assert.Equal([new DateTime(1969, 12, 31, 23, 59, 59)], Times<DateTime>(LogicalKind.Timestamp, TimeUnit.Millis, -1_000));
        Assert.Equal([new TimeOnly(1, 0).Add(new TimeSpan(7))], Times<TimeOnly>(LogicalKind.Time, TimeUnit.Nanos, 3_600_000_000_799));
    }

    [Fact]
    public void Int96_is_nanoseconds_and_a_Julian_day()
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, 3_600_000_000_123);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2_440_589);
        var field = new ColumnField("t", typeof(ReadOnlyMemory<byte>), false, new ParquetStorage(PhysicalType.Int96) { IsAsStored = true });
        var column = StoredTimes.Of(new BatchColumn<ReadOnlyMemory<byte>>(field, new ReadOnlyMemory<byte>[] { bytes }));
        Assert.Equal(new DateTime(1970, 1, 2, 1, 0, 0).AddTicks(1), column.GetValue(0));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_value_out_of_range_is_named(long value)
    {
        var error = Assert.Throws<FlowException>(() => Times<DateTime>(LogicalKind.Timestamp, TimeUnit.Micros, value));
        Assert.Equal($"column 't': found a time of {value} (INT64 TIMESTAMP(MICROS)), expected the years 1 to 9999; correct the value, or leave the column out",
            error.Message);
    }

    private static IEnumerable<T?> Times<T>(LogicalKind kind, TimeUnit unit, params long?[] values)
        where T : struct
    {
        var field = new ColumnField("t", typeof(long), true, new ParquetStorage(PhysicalType.Int64, kind, Unit: unit) { IsAsStored = true });
        Assert.Equal(typeof(T), StoredTimes.TypeOf(field));
        var column = StoredTimes.Of(new BatchColumn<long>(field, values.Select(v => v ?? 0).ToArray(), [.. values.Select(v => v is not null)]));
        return [.. Enumerable.Range(0, values.Length).Select(i => (T?)column.GetValue(i))];
    }
}
