using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>Writes the end of a Parquet file. It says who wrote it by name and version only: no time, user or machine.</summary>
internal static class FooterWriter
{
    /// <summary>How the creator of every file begins that Pipelines writes.</summary>
    public const string Creator = "Pipelines version ";

    private static readonly string CreatedBy = $"{Creator}{typeof(FooterWriter).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Writes a footer without its length and magic.</summary>
    public static void Write(ByteBuffer target, ColumnWriter[] columns, IReadOnlyList<(long Rows, WrittenChunk[] Chunks)> groups)
    {
        var w = new ThriftWriter(target);
        w.Begin();
        w.Int32(1, 2);
        w.List(2, ThriftType.Struct, columns.Length + 1);
        w.Begin();
        w.Text(4, "schema");
        w.Int32(5, columns.Length);
        w.End();
        foreach (var column in columns) WriteColumn(w, column);
        w.Int64(3, groups.Sum(g => g.Rows));
        w.List(4, ThriftType.Struct, groups.Count);
        foreach (var (rows, chunks) in groups) WriteGroup(w, columns, rows, chunks);
        w.Text(6, CreatedBy);
        // Least and greatest values are told in the order of the columns' types.
        w.List(7, ThriftType.Struct, columns.Length);
        foreach (var _ in columns)
        {
            w.Begin();
            w.Empty(1);
            w.End();
        }
        w.End();
    }

    private static void WriteColumn(ThriftWriter w, ColumnWriter column)
    {
        var s = column.Storage;
        w.Begin();
        w.Int32(1, (int)s.Physical);
        if (s.Physical == PhysicalType.FixedLenByteArray) w.Int32(2, s.Length);
        w.Int32(3, (int)(column.Field.IsNullable ? Repetition.Optional : Repetition.Required));
        w.Text(4, column.Field.Name);
        if (Converted(s) is { } converted) w.Int32(6, converted);
        if (s.Kind == LogicalKind.Decimal)
        {
            w.Int32(7, s.Scale);
            w.Int32(8, s.Precision);
        }
        WriteLogical(w, s);
        w.End();
    }

    // The older way to say what values mean, where it can say it; older readers know no other.
    private static int? Converted(ParquetStorage s) => s.Kind switch
    {
        LogicalKind.String => 0,
        LogicalKind.Enum => 4,
        LogicalKind.Decimal => 5,
        LogicalKind.Date => 6,
        LogicalKind.Time when s.IsUtc && s.Unit != TimeUnit.Nanos => s.Unit == TimeUnit.Millis ? 7 : 8,
        LogicalKind.Timestamp when s.IsUtc && s.Unit != TimeUnit.Nanos => s.Unit == TimeUnit.Millis ? 9 : 10,
        LogicalKind.Integer => (s.IsSigned ? 15 : 11) + System.Numerics.BitOperations.Log2((uint)s.Bits / 8),
        LogicalKind.Json => 19,
        LogicalKind.Bson => 20,
        LogicalKind.Interval => 21,
        _ => null,
    };

    private static void WriteLogical(ThriftWriter w, ParquetStorage s)
    {
        short id = s.Kind switch
        {
            LogicalKind.String => 1,
            LogicalKind.Enum => 4,
            LogicalKind.Decimal => 5,
            LogicalKind.Date => 6,
            LogicalKind.Time => 7,
            LogicalKind.Timestamp => 8,
            LogicalKind.Integer => 10,
            LogicalKind.Unknown => 11,
            LogicalKind.Json => 12,
            LogicalKind.Bson => 13,
            LogicalKind.Uuid => 14,
            LogicalKind.Float16 => 15,
            _ => 0,
        };
        if (id == 0) return;
        w.Begin(10);
        w.Begin(id);
        switch (s.Kind)
        {
            case LogicalKind.Decimal:
                w.Int32(1, s.Scale);
                w.Int32(2, s.Precision);
                break;
            case LogicalKind.Time or LogicalKind.Timestamp:
                w.Bool(1, s.IsUtc);
                w.Begin(2);
                w.Empty((short)s.Unit);
                w.End();
                break;
            case LogicalKind.Integer:
                w.Byte(1, (sbyte)s.Bits);
                w.Bool(2, s.IsSigned);
                break;
            default: break;
        }
        w.End();
        w.End();
    }

    private static void WriteGroup(ThriftWriter w, ColumnWriter[] columns, long rows, WrittenChunk[] chunks)
    {
        w.Begin();
        w.List(1, ThriftType.Struct, chunks.Length);
        for (var c = 0; c < chunks.Length; c++)
        {
            var chunk = chunks[c];
            w.Begin();
            w.Int64(2, 0);
            w.Begin(3);
            w.Int32(1, (int)columns[c].Storage.Physical);
            w.List(2, ThriftType.Int32, chunk.Encodings.Length);
            foreach (var encoding in chunk.Encodings) w.Element((int)encoding);
            w.List(3, ThriftType.Binary, 1);
            w.Element(columns[c].Field.Name);
            w.Int32(4, (int)chunk.Codec);
            w.Int64(5, chunk.Values);
            w.Int64(6, chunk.UncompressedBytes);
            w.Int64(7, chunk.CompressedBytes);
            w.Int64(9, chunk.Offset + chunk.DictionaryBytes);
            if (chunk.DictionaryBytes > 0) w.Int64(11, chunk.Offset);
            w.Begin(12);
            w.Int64(3, chunk.Nulls);
            if (chunk.Range is { } range)
            {
                w.Bytes(5, range.Max);
                w.Bytes(6, range.Min);
            }
            w.End();
            w.End();
            w.End();
        }
        w.Int64(2, chunks.Sum(c => c.UncompressedBytes));
        w.Int64(3, rows);
        w.Int64(5, chunks.Length == 0 ? 4 : chunks[0].Offset);
        w.Int64(6, chunks.Sum(c => c.CompressedBytes));
        w.End();
    }
}
