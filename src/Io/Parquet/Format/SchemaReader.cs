namespace Pipelines.Io.Format;

/// <summary>An element of a file's schema: a leaf with its storage, or a group.</summary>
internal sealed record SchemaNode(string Name, ParquetStorage? Storage, Repetition Repetition, int Children)
{
    /// <summary>Name prefixed with the names of its groups.</summary>
    public string Path { get; init; } = Name;

    /// <summary>True for a leaf that is neither repeated nor within a repeated group: it has one value or null per row.</summary>
    public bool IsOnePerRow { get; init; }

    /// <summary>True for a group marked as a list.</summary>
    public bool IsList { get; init; }

    /// <summary>True for a group marked as a map.</summary>
    public bool IsMap { get; init; }

    /// <summary>The element as stored in the file, a Thrift structure; empty if it cannot be written back.</summary>
    public byte[] Stored { get; init; } = [];
}

/// <summary>Reads the schema of a footer.</summary>
internal static class SchemaReader
{
    private const int MaxDepth = 64;

    // The codes of lists and maps as logical and as converted types.
    private const int LogicalMap = 2;
    private const int LogicalList = 3;
    private const int ConvertedMap = 1;
    private const int ConvertedList = 3;

    /// <summary>Reads one element.</summary>
    public static SchemaNode ReadNode(ref ThriftReader reader)
    {
        int physical = -1, length = 0, repetition = 0, children = 0, converted = -1, scale = 0, precision = 0;
        string? name = null;
        ParquetStorage? logical = null;
        var annotation = 0;
        var start = reader.Position;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            switch (id)
            {
                case 1: physical = reader.Int32(type); break;
                case 2: length = reader.Int32(type); break;
                case 3: repetition = reader.Int32(type); break;
                case 4: name = reader.Text(type); break;
                case 5: children = reader.Int32(type); break;
                case 6: converted = reader.Int32(type); break;
                case 7: scale = reader.Int32(type); break;
                case 8: precision = reader.Int32(type); break;
                case 10:
                    ThriftReader.Expect(type, ThriftType.Struct);
                    logical = ReadLogical(ref reader, out annotation);
                    break;
                default: reader.Skip(type); break;
            }
        }
        reader.End(outer);
        if (name is null) throw new BrokenFileException("a column without a name", "a name");
        if (repetition is < 0 or > 2) throw new BrokenFileException($"column '{name}' with repetition {repetition}", "0 to 2");
        if (children < 0) throw new BrokenFileException($"column '{name}' with {children} children", "at least 0");
        var stored = reader.Since(start).ToArray();
        if (physical < 0)
        {
            var (isList, isMap) = (annotation == LogicalList || converted == ConvertedList, annotation == LogicalMap || converted == ConvertedMap);
            return new SchemaNode(name, null, (Repetition)repetition, children) { IsList = isList, IsMap = isMap, Stored = stored };
        }
        if (physical > 7) throw new BrokenFileException($"column '{name}' of physical type {physical}", "0 to 7");
        if (children > 0) throw new BrokenFileException($"column '{name}' with values and children", "one of them");
        var p = (PhysicalType)physical;
        if (p == PhysicalType.FixedLenByteArray && length is <= 0 or > 1 << 20)
            throw new BrokenFileException($"column '{name}' with values of {length} bytes", "1 to 1,048,576");
        var storage = logical is { Kind: not LogicalKind.None } ? logical with { Physical = p } : FromConverted(p, converted, precision, scale);
        return new SchemaNode(name, storage with { Length = p == PhysicalType.FixedLenByteArray ? length : 0 }, (Repetition)repetition, 0) { Stored = stored };
    }

    /// <summary>The columns of a schema in order, and all leaves.</summary>
    public static (List<FileColumn> Columns, List<SchemaNode> Leaves) Columns(List<SchemaNode> nodes)
    {
        var columns = new List<FileColumn>();
        var leaves = new List<SchemaNode>();
        var index = 1;
        for (var i = 0; i < nodes[0].Children; i++)
        {
            if (index >= nodes.Count) throw new BrokenFileException($"a schema of {nodes.Count - 1} elements", $"{nodes[0].Children} columns");
            var top = nodes[index];
            var (from, first) = (index, leaves.Count);
            index = Walk(nodes, index, "", leaves, 0, isOnePerRow: true);
            if (top.Storage is { } storage && top.Repetition != Repetition.Repeated && ValueTypes.Of(storage).Type is { } type)
                columns.Add(new FileColumn(top.Name, first, storage, top.Repetition,
                    new ColumnField(top.Name, type, top.Repetition == Repetition.Optional, storage), null));
            else columns.Add(NestedSchema.Column(nodes.GetRange(from, index - from), first));
        }
        if (index != nodes.Count) throw new BrokenFileException($"a schema of {nodes.Count} elements", $"{index}, as its groups say");
        if (columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new BrokenFileException($"two columns named '{twice.Key}'", "distinct names");
        return (columns, leaves);
    }

    private static int Walk(List<SchemaNode> nodes, int index, string prefix, List<SchemaNode> leaves, int depth, bool isOnePerRow)
    {
        if (index >= nodes.Count) throw new BrokenFileException($"a schema of {nodes.Count} elements", "more, as its groups say");
        if (depth > MaxDepth) throw new BrokenFileException("a schema nested too deep", $"at most {MaxDepth} levels");
        var node = nodes[index++];
        isOnePerRow &= node.Repetition != Repetition.Repeated;
        if (node.Storage is not null)
        {
            leaves.Add(node with { Path = prefix + node.Name, IsOnePerRow = isOnePerRow });
            return index;
        }
        for (var i = 0; i < node.Children; i++) index = Walk(nodes, index, prefix + node.Name + ".", leaves, depth + 1, isOnePerRow);
        return index;
    }

    private static ParquetStorage ReadLogical(ref ThriftReader reader, out int annotation)
    {
        var storage = new ParquetStorage(default);
        annotation = 0;
        var outer = reader.Begin();
        while (reader.Next(out var id, out var type))
        {
            ThriftReader.Expect(type, ThriftType.Struct);
            var inner = reader.Begin();
            annotation = id;
            storage = storage with
            {
                Kind = id switch
                {
                    1 => LogicalKind.String,
                    4 => LogicalKind.Enum,
                    5 => LogicalKind.Decimal,
                    6 => LogicalKind.Date,
                    7 => LogicalKind.Time,
                    8 => LogicalKind.Timestamp,
                    10 => LogicalKind.Integer,
                    11 => LogicalKind.Unknown,
                    12 => LogicalKind.Json,
                    13 => LogicalKind.Bson,
                    14 => LogicalKind.Uuid,
                    15 => LogicalKind.Float16,
                    _ => LogicalKind.Other,
                },
            };
            while (reader.Next(out var field, out var fieldType))
            {
                switch (storage.Kind, field)
                {
                    case (LogicalKind.Decimal, 1): storage = storage with { Scale = reader.Int32(fieldType) }; break;
                    case (LogicalKind.Decimal, 2): storage = storage with { Precision = reader.Int32(fieldType) }; break;
                    case (LogicalKind.Time or LogicalKind.Timestamp, 1): storage = storage with { IsUtc = ThriftReader.Bool(fieldType) }; break;
                    case (LogicalKind.Time or LogicalKind.Timestamp, 2):
                        ThriftReader.Expect(fieldType, ThriftType.Struct);
                        var union = reader.Begin();
                        while (reader.Next(out var unit, out var unitType))
                        {
                            if (unit is < 1 or > 3) throw new BrokenFileException($"time unit {unit}", "1 to 3");
                            storage = storage with { Unit = (TimeUnit)unit };
                            reader.Skip(unitType);
                        }
                        reader.End(union);
                        break;
                    case (LogicalKind.Integer, 1): storage = storage with { Bits = reader.Int32(fieldType) }; break;
                    case (LogicalKind.Integer, 2): storage = storage with { IsSigned = ThriftReader.Bool(fieldType) }; break;
                    default: reader.Skip(fieldType); break;
                }
            }
            reader.End(inner);
        }
        reader.End(outer);
        return storage;
    }

    // The older annotation (converted type).
    private static ParquetStorage FromConverted(PhysicalType physical, int converted, int precision, int scale)
    {
        var storage = new ParquetStorage(physical);
        return converted switch
        {
            0 => storage with { Kind = LogicalKind.String },
            4 => storage with { Kind = LogicalKind.Enum },
            5 => storage with { Kind = LogicalKind.Decimal, Precision = precision, Scale = scale },
            6 => storage with { Kind = LogicalKind.Date },
            7 => storage with { Kind = LogicalKind.Time, Unit = TimeUnit.Millis, IsUtc = true },
            8 => storage with { Kind = LogicalKind.Time, Unit = TimeUnit.Micros, IsUtc = true },
            9 => storage with { Kind = LogicalKind.Timestamp, Unit = TimeUnit.Millis, IsUtc = true },
            10 => storage with { Kind = LogicalKind.Timestamp, Unit = TimeUnit.Micros, IsUtc = true },
            >= 11 and <= 14 => storage with { Kind = LogicalKind.Integer, Bits = 8 << (converted - 11), IsSigned = false },
            >= 15 and <= 18 => storage with { Kind = LogicalKind.Integer, Bits = 8 << (converted - 15) },
            19 => storage with { Kind = LogicalKind.Json },
            20 => storage with { Kind = LogicalKind.Bson },
            21 => storage with { Kind = LogicalKind.Interval },
            _ => storage,
        };
    }
}
