namespace Pipelines.Io.Format;

/// <summary>Writes elements of a schema.</summary>
internal static class SchemaWriter
{
    private const short RepetitionId = 3;
    private const short NameId = 4;

    /// <summary>A stored element with a different name and repetition; everything else is kept byte for byte.</summary>
    public static ReadOnlySpan<byte> Change(ReadOnlySpan<byte> stored, string name, Repetition repetition)
    {
        var target = new ByteBuffer(stored.Length + 64);
        var w = new ThriftWriter(target);
        w.Begin();
        var reader = new ThriftReader(stored);
        var isTold = false;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            if (!isTold && id >= RepetitionId) w.Int32(RepetitionId, (int)repetition);
            isTold |= id >= RepetitionId;
            var start = reader.Position;
            reader.Skip(type);
            if (id == NameId) w.Text(NameId, name);
            else if (id != RepetitionId) w.Encoded(id, type, reader.Since(start));
        }
        reader.End(outer);
        w.End();
        return target.Written;
    }

    /// <summary>An element together with its encoded structure.</summary>
    /// <param name="node">A leaf, or a group that is a list, a map or a structure.</param>
    /// <param name="fieldId">Its field id in the table; negative = none.</param>
    public static SchemaNode WithStored(SchemaNode node, int fieldId)
    {
        if (node.Storage is { Kind: LogicalKind.Other }) return node;
        var target = new ByteBuffer(64);
        var w = new ThriftWriter(target);
        w.Begin();
        if (node.Storage is { } storage) Leaf(w, node.Name, node.Repetition, storage, fieldId);
        else
        {
            w.Int32(RepetitionId, (int)node.Repetition);
            w.Text(NameId, node.Name);
            w.Int32(5, node.Children);
            if (node.IsList || node.IsMap) w.Int32(6, node.IsList ? 3 : 1);
            if (fieldId >= 0) w.Int32(9, fieldId);
            if (node.IsList || node.IsMap)
            {
                w.Begin(10);
                w.Empty((short)(node.IsList ? 3 : 2));
                w.End();
            }
        }
        w.End();
        return node with { Stored = target.Written.ToArray() };
    }

    /// <summary>Writes the fields of a leaf.</summary>
    public static void Leaf(ThriftWriter w, string name, Repetition repetition, ParquetStorage s, int fieldId = -1)
    {
        w.Int32(1, (int)s.Physical);
        if (s.Physical == PhysicalType.FixedLenByteArray) w.Int32(2, s.Length);
        w.Int32(RepetitionId, (int)repetition);
        w.Text(NameId, name);
        if (Converted(s) is { } converted) w.Int32(6, converted);
        if (s.Kind == LogicalKind.Decimal)
        {
            w.Int32(7, s.Scale);
            w.Int32(8, s.Precision);
        }
        if (fieldId >= 0) w.Int32(9, fieldId);
        Logical(w, s);
    }

    // The older annotation (converted type), if there is one: older readers know no other.
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

    private static void Logical(ThriftWriter w, ParquetStorage s)
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
}
