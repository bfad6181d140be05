using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Writing;

/// <summary>The footer's description of a column chunk.</summary>
internal sealed record WrittenChunk(PageCodec Codec, PageEncoding[] Encodings, long Values, long Nulls, long CompressedBytes, long UncompressedBytes,
    long DictionaryBytes)
{
    /// <summary>Position of the chunk in the file.</summary>
    public long Offset { get; init; }

    /// <summary>Smallest and largest value, plain encoded; null if there is none.</summary>
    public (byte[] Min, byte[] Max)? Range { get; init; }
}

/// <summary>Encodes a column chunk of a plain column or of a leaf of a nested column.</summary>
internal interface IChunkWriter
{
    /// <summary>How the values are stored.</summary>
    ParquetStorage Storage { get; }

    /// <summary>Names from the schema root to the values.</summary>
    IReadOnlyList<string> Path { get; }

    /// <summary>The encoded chunk after <see cref="Encode"/>.</summary>
    ByteBuffer Output { get; }

    /// <summary>Encodes the rows added so far into <see cref="Output"/> and clears them.</summary>
    WrittenChunk Encode(PageCompressor compressor);
}

/// <summary>Collects a row group's entries of a leaf of a nested column.</summary>
internal interface ILeafWriter : IChunkWriter
{
    /// <summary>Adds rows.</summary>
    /// <param name="from">The rows.</param>
    /// <param name="start">The first one.</param>
    /// <param name="end">The one after the last one.</param>
    /// <param name="map">Maps their definition levels to those of this column; null = identical.</param>
    void AddRows(LeafRows from, int start, int end, byte[]? map);

    /// <summary>Adds a row that is null or an empty list.</summary>
    void AddNull();
}

/// <summary>Collects a row group's rows of one column.</summary>
internal abstract class ColumnWriter(ColumnField field)
{
    public ColumnField Field { get; } = field;

    /// <summary>The chunk writers, one for each of the column's chunks.</summary>
    public abstract IReadOnlyList<IChunkWriter> Chunks { get; }

    /// <summary>Number of the column's schema elements.</summary>
    public abstract int SchemaElements { get; }

    public static ColumnWriter For(ColumnField field, int rowGroupRows)
    {
        if (field.IsNested) return new NestedColumnWriter(field);
        // Throws here if the type cannot be stored.
        _ = ValueTypes.For(field);
        return (ColumnWriter)Activator.CreateInstance(typeof(ColumnWriter<>).MakeGenericType(field.ValueType), field, rowGroupRows, null)!;
    }

    /// <summary>Bytes that a value takes in memory, as counted by <see cref="RowGroupLimit"/>.</summary>
    public int PlainBytes => PlainBytesOf(Field);

    /// <summary>True for texts, byte arrays and nested values: their lengths add to <see cref="PlainBytes"/>.</summary>
    public virtual bool HasLengths => Field.ValueType == typeof(string) || Field.ValueType == typeof(byte[])
        || (Field.ValueType == typeof(ReadOnlyMemory<byte>) && Field.Storage is ParquetStorage { Physical: PhysicalType.ByteArray });

    /// <summary>Bytes that a value of a column takes in memory; for texts and byte arrays, without their lengths.</summary>
    public static int PlainBytesOf(ColumnField field) => Type.GetTypeCode(field.ValueType) switch
    {
        TypeCode.Boolean or TypeCode.SByte or TypeCode.Byte => 1,
        TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double or TypeCode.DateTime => 8,
        TypeCode.Decimal => 16,
        _ when field.ValueType == typeof(ReadOnlyMemory<byte>) => Math.Max(16, (field.Storage as ParquetStorage)?.Length ?? 0),
        _ => field.ValueType == typeof(Guid) ? 16 : field.ValueType == typeof(TimeOnly) ? 8 : 4,
    };

    /// <summary>An upper bound of the total length of a range of rows' values.</summary>
    public abstract long LengthBound(DataBatch batch, int column, int start, int count);

    /// <summary>Adds the length of each row's value to the row's total; a null has length 0.</summary>
    public abstract void AddLengths(DataBatch batch, int column, int start, Span<long> lengths);

    /// <summary>Total length of the values added so far.</summary>
    public abstract long HeldLength();

    /// <summary>Adds rows of a batch.</summary>
    public abstract void Add(DataBatch batch, int column, int start, int count);

    /// <summary>Writes the column's schema elements.</summary>
    public abstract void WriteSchema(ByteBuffer target);

    /// <summary>Called after the rows added so far have been encoded.</summary>
    public virtual void Reset()
    {
    }

    /// <summary>The error for a null in a column that is not nullable.</summary>
    protected FlowException NullIn(DataBatch batch, int row) => new(
        ErrorKind.Data, $"{batch.Locate(row)}, column '{Field.Name}'", "a null", "a value: the column is not nullable",
        "declare the column nullable or fill the value in");
}
