using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Pipelines.Io.Format;

/// <summary>
/// Value statistics from a column chunk's metadata. They are only hints: writers omit them, store NaN or zeros, or compare unsigned values as signed, so
/// doubtful statistics are dropped and no decision depends on the rest.
/// </summary>
/// <param name="Nulls">Number of nulls; -1 = unknown.</param>
/// <param name="Minimum">Bytes of the smallest value, little-endian.</param>
/// <param name="Maximum">Bytes of the largest value, little-endian.</param>
/// <param name="Bytes">Length of both: 4 or 8; 0 = unknown.</param>
/// <param name="IsSigned">True if they come from the older fields, which are correct only for signed comparison.</param>
internal readonly record struct ChunkStatistics(long Nulls, ulong Minimum, ulong Maximum, int Bytes, bool IsSigned)
{
    // Longer bounds are of little use to people, and footers keep one for each chunk.
    private const int MostLetters = 64;

    /// <summary>The smallest and largest text, by the bytes of UTF-8; null = unknown, cut, or no text.</summary>
    public (string Minimum, string Maximum)? Letters { get; private init; }

    /// <summary>No statistics.</summary>
    public static readonly ChunkStatistics None = new(-1, 0, 0, 0, false);

    /// <summary>Reads the structure.</summary>
    public static ChunkStatistics Read(ref ThriftReader reader, ThriftType type)
    {
        ThriftReader.Expect(type, ThriftType.Struct);
        long nulls = -1;
        Span<ulong> values = stackalloc ulong[4];
        Span<int> lengths = stackalloc int[4];
        (string? low, string? high, var isExact) = (null, null, true);
        var outer = reader.Begin();
        while (reader.Next(out var id, out var field))
        {
            // Fields 1 and 2 are the older maximum and minimum, 5 and 6 the newer ones.
            var at = id switch { 1 => 0, 2 => 1, 5 => 2, 6 => 3, _ => -1 };
            if (at >= 0 && field == ThriftType.Binary)
            {
                var bytes = reader.Bytes();
                if (at == 2 && bytes.Length <= MostLetters) high = Text(bytes);
                if (at == 3 && bytes.Length <= MostLetters) low = Text(bytes);
                if (bytes.Length is not (4 or 8)) continue;
                lengths[at] = bytes.Length;
                values[at] = bytes.Length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            }
            // Whether the newer bounds are values of the column.
            else if (id is 7 or 8 && field is ThriftType.True or ThriftType.False) isExact &= ThriftReader.Bool(field);
            else if (id == 3 && field is ThriftType.Int32 or ThriftType.Int64) nulls = reader.Int(field);
            else reader.Skip(field);
        }
        reader.End(outer);
        (string, string)? letters = low is not null && high is not null && isExact && string.CompareOrdinal(low, high) <= 0 ? (low, high) : null;
        for (var newer = 2; newer >= 0; newer -= 2)
            if (lengths[newer] > 0 && lengths[newer] == lengths[newer + 1])
                return new ChunkStatistics(nulls, values[newer + 1], values[newer], lengths[newer], newer == 0) { Letters = letters };
        return None with { Nulls = nulls, Letters = letters };
    }

    private static string? Text(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>The range of a column of texts; null if it is unknown.</summary>
    public (string Minimum, string Maximum)? Texts(ParquetStorage storage) =>
        storage is { Kind: LogicalKind.String or LogicalKind.Enum, Physical: PhysicalType.ByteArray } ? Letters : null;

    /// <summary>The range of times of day; null if it is unknown or unreliable.</summary>
    public (TimeOnly Minimum, TimeOnly Maximum)? ClockTimes(ParquetStorage storage)
    {
        if (storage.Kind != LogicalKind.Time || Bytes != (storage.Physical == PhysicalType.Int32 ? 4 : 8)) return null;
        var (low, high) = Bytes == 4 ? ((int)Minimum, (int)Maximum) : ((long)Minimum, (long)Maximum);
        return low <= high && Time(low) is { } first && Time(high) is { } last ? (first, last) : null;

        TimeOnly? Time(long value)
        {
            var ticks = storage.Unit switch
            {
                TimeUnit.Millis => (Int128)value * TimeSpan.TicksPerMillisecond,
                TimeUnit.Micros => (Int128)value * TimeSpan.TicksPerMicrosecond,
                _ => value / TimeSpan.NanosecondsPerTick,
            };
            return ticks >= 0 && ticks < TimeSpan.TicksPerDay ? new TimeOnly((long)ticks) : null;
        }
    }

    /// <summary>The range of dates or timestamps; null if it is unknown, unreliable or beyond what .NET's dates hold.</summary>
    public (DateTime Minimum, DateTime Maximum)? Times(ParquetStorage storage)
    {
        // Ticks a unit, or nanoseconds a tick.
        long? ticks = (storage.Kind, storage.Physical, Bytes, storage.Unit) switch
        {
            (LogicalKind.Date, PhysicalType.Int32, 4, _) => TimeSpan.TicksPerDay,
            (LogicalKind.Timestamp, PhysicalType.Int64, 8, TimeUnit.Millis) => TimeSpan.TicksPerMillisecond,
            (LogicalKind.Timestamp, PhysicalType.Int64, 8, TimeUnit.Micros) => TimeSpan.TicksPerMicrosecond,
            (LogicalKind.Timestamp, PhysicalType.Int64, 8, TimeUnit.Nanos) => -TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        if (ticks is not { } unit) return null;
        var (low, high) = Bytes == 4 ? ((int)Minimum, (int)Maximum) : ((long)Minimum, (long)Maximum);
        return low <= high && Time(low) is { } first && Time(high) is { } last ? (first, last) : null;

        DateTime? Time(long value)
        {
            var since = unit > 0 ? (Int128)value * unit : value / -unit;
            var all = since + DateTime.UnixEpoch.Ticks;
            return all >= 0 && all <= DateTime.MaxValue.Ticks ? new DateTime((long)all, DateTimeKind.Unspecified) : null;
        }
    }

    /// <summary>The range as numbers; null if it is unknown or unreliable.</summary>
    public (double Minimum, double Maximum)? Range(ParquetStorage storage)
    {
        var isUnsigned = storage is { Kind: LogicalKind.Integer, IsSigned: false };
        if (Bytes == 0 || (isUnsigned && IsSigned) || storage.Kind is not (LogicalKind.None or LogicalKind.Integer or LogicalKind.Decimal)) return null;
        (double Minimum, double Maximum)? range = (storage.Physical, Bytes) switch
        {
            (PhysicalType.Int32, 4) => isUnsigned ? (Minimum, Maximum) : ((int)Minimum, (int)Maximum),
            (PhysicalType.Int64, 8) => isUnsigned ? (Minimum, Maximum) : ((long)Minimum, (long)Maximum),
            (PhysicalType.Float, 4) => (BitConverter.UInt32BitsToSingle((uint)Minimum), BitConverter.UInt32BitsToSingle((uint)Maximum)),
            (PhysicalType.Double, 8) => (BitConverter.UInt64BitsToDouble(Minimum), BitConverter.UInt64BitsToDouble(Maximum)),
            _ => null,
        };
        if (range is var (low, high) && storage.Kind == LogicalKind.Decimal) range = (low / Math.Pow(10, storage.Scale), high / Math.Pow(10, storage.Scale));
        // NaN makes the comparison false.
        return range is { } r && r.Minimum <= r.Maximum ? r : null;
    }
}
