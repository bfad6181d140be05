namespace Pipelines.Io.Format;

/// <summary>Maps stored columns to value types, and value types to their default storage.</summary>
internal static class ValueTypes
{
    /// <summary>The value type of a stored column, or why it cannot be read.</summary>
    public static (Type? Type, string? Obstacle) Of(ParquetStorage s)
    {
        if (s.IsAsStored) return Of(new ParquetStorage(s.Physical, LogicalKind.Stored, s.Length));
        Type? type = (s.Kind, s.Physical) switch
        {
            (LogicalKind.Decimal, PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.ByteArray or PhysicalType.FixedLenByteArray) => typeof(decimal),
            (LogicalKind.Date, PhysicalType.Int32) => typeof(DateOnly),
            (LogicalKind.Time, PhysicalType.Int32) when s.Unit == TimeUnit.Millis => typeof(TimeOnly),
            (LogicalKind.Time, PhysicalType.Int64) when s.Unit != TimeUnit.Millis => typeof(TimeOnly),
            (LogicalKind.Timestamp, PhysicalType.Int64) => typeof(DateTime),
            (LogicalKind.Integer, PhysicalType.Int32) => (s.Bits, s.IsSigned) switch
            {
                (8, true) => typeof(sbyte),
                (8, false) => typeof(byte),
                (16, true) => typeof(short),
                (16, false) => typeof(ushort),
                (32, true) => typeof(int),
                (32, false) => typeof(uint),
                _ => null,
            },
            (LogicalKind.Integer, PhysicalType.Int64) => s.Bits == 64 ? s.IsSigned ? typeof(long) : typeof(ulong) : null,
            (LogicalKind.String or LogicalKind.Enum or LogicalKind.Json, PhysicalType.ByteArray or PhysicalType.FixedLenByteArray) => typeof(string),
            (LogicalKind.Bson, PhysicalType.ByteArray) => typeof(byte[]),
            (LogicalKind.Uuid, PhysicalType.FixedLenByteArray) => s.Length == 16 ? typeof(Guid) : null,
            (LogicalKind.Float16, PhysicalType.FixedLenByteArray) => s.Length == 2 ? typeof(float) : null,
            (LogicalKind.Interval, PhysicalType.FixedLenByteArray) => s.Length == 12 ? typeof(byte[]) : null,
            (LogicalKind.Stored, PhysicalType.Int96 or PhysicalType.ByteArray or PhysicalType.FixedLenByteArray) => typeof(ReadOnlyMemory<byte>),
            (LogicalKind.None or LogicalKind.Unknown or LogicalKind.Stored, var p) => p switch
            {
                PhysicalType.Boolean => typeof(bool),
                PhysicalType.Int32 => typeof(int),
                PhysicalType.Int64 => typeof(long),
                PhysicalType.Int96 => typeof(DateTime),
                PhysicalType.Float => typeof(float),
                PhysicalType.Double => typeof(double),
                _ => typeof(byte[]),
            },
            _ => null,
        };
        if (type == typeof(decimal) && (s.Scale < 0 || s.Scale > 28 || s.Precision < s.Scale || s.Precision > 76))
            return (null, $"{s} is out of the range of decimals: at most 28 digits after the point");
        return type is null ? (null, $"the type {s} is not supported") : (type, null);
    }

    /// <summary>
    /// The column with its values as they are stored, if its type cannot hold every value that can be stored: times and timestamps are multiples of 100 ns in
    /// the years 1 to 9999, decimals have 28 digits, and half-precision floats become floats. Other columns are returned as they are.
    /// </summary>
    public static ColumnField AsStored(ColumnField field)
    {
        if (field.Storage is not ParquetStorage { IsAsStored: false } kept || Of(kept).Type != field.ValueType) return field;
        var isExact = kept.Kind is not (LogicalKind.Timestamp or LogicalKind.Time or LogicalKind.Date or LogicalKind.Decimal or LogicalKind.Float16)
            && kept.Physical != PhysicalType.Int96;
        if (isExact) return field;
        var stored = kept with { IsAsStored = true };
        return field with { ValueType = Of(stored).Type!, Storage = stored };
    }

    /// <summary>How a column is stored when it is written.</summary>
    public static ParquetStorage For(ColumnField field)
    {
        if (field.Storage is ParquetStorage kept && Of(kept).Type == field.ValueType) return kept;
        return For(field.ValueType) ?? throw new FlowException(ErrorKind.Usage, $"column '{field.Name}'", $"values of type {TypeNames.Of(field.ValueType)}",
            "numbers, booleans, strings, dates, times, decimals, UUIDs or binary values", "convert the column or leave it out");
    }

    private static ParquetStorage? For(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => new(PhysicalType.Boolean),
        TypeCode.SByte => Integer(8, true),
        TypeCode.Byte => Integer(8, false),
        TypeCode.Int16 => Integer(16, true),
        TypeCode.UInt16 => Integer(16, false),
        TypeCode.Int32 => new(PhysicalType.Int32),
        TypeCode.UInt32 => Integer(32, false),
        TypeCode.Int64 => new(PhysicalType.Int64),
        TypeCode.UInt64 => Integer(64, false),
        TypeCode.Single => new(PhysicalType.Float),
        TypeCode.Double => new(PhysicalType.Double),
        TypeCode.Decimal => new(PhysicalType.FixedLenByteArray, LogicalKind.Decimal, Length: 16, Precision: 38, Scale: 10),
        TypeCode.DateTime => new(PhysicalType.Int64, LogicalKind.Timestamp, Unit: TimeUnit.Micros),
        TypeCode.String => new(PhysicalType.ByteArray, LogicalKind.String),
        _ => type == typeof(DateOnly) ? new(PhysicalType.Int32, LogicalKind.Date)
            : type == typeof(TimeOnly) ? new(PhysicalType.Int64, LogicalKind.Time, Unit: TimeUnit.Micros)
            : type == typeof(Guid) ? new(PhysicalType.FixedLenByteArray, LogicalKind.Uuid, Length: 16)
            : type == typeof(byte[]) ? new(PhysicalType.ByteArray)
            : null,
    };

    private static ParquetStorage Integer(int bits, bool signed) =>
        new(bits == 64 ? PhysicalType.Int64 : PhysicalType.Int32, LogicalKind.Integer, Bits: bits, IsSigned: signed);
}
