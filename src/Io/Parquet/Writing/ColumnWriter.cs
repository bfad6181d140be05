using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Writing;

/// <summary>What a file's end says of a column chunk.</summary>
internal sealed record WrittenChunk(PageCodec Codec, PageEncoding[] Encodings, long Values, long Nulls, long CompressedBytes, long UncompressedBytes,
    long DictionaryBytes)
{
    /// <summary>Position of the chunk in the file.</summary>
    public long Offset { get; init; }

    /// <summary>Least and greatest value, plainly encoded; null where nothing can be told.</summary>
    public (byte[] Min, byte[] Max)? Range { get; init; }
}

/// <summary>Encodes a column chunk: of a plain column, or of a leaf of a nested one.</summary>
internal interface IChunkWriter
{
    /// <summary>How the values are stored.</summary>
    ParquetStorage Storage { get; }

    /// <summary>Names from the top of the schema down to the values.</summary>
    IReadOnlyList<string> Path { get; }

    /// <summary>The encoded chunk after <see cref="Encode"/>.</summary>
    ByteBuffer Output { get; }

    /// <summary>Encodes the rows taken so far into <see cref="Output"/> and forgets them.</summary>
    WrittenChunk Encode(PageCompressor compressor);
}

/// <summary>Collects the entries of a row group of a leaf of a nested column.</summary>
internal interface ILeafWriter : IChunkWriter
{
    /// <summary>Takes rows.</summary>
    /// <param name="from">The rows.</param>
    /// <param name="start">The first one.</param>
    /// <param name="end">The one after the last one.</param>
    /// <param name="map">What each of their definition levels is here; null = the same.</param>
    void AddRows(LeafRows from, int start, int end, byte[]? map);

    /// <summary>Takes a row that is null, or an empty list.</summary>
    void AddNull();
}

/// <summary>Collects the rows of a row group of one column.</summary>
internal abstract class ColumnWriter(ColumnField field)
{
    public ColumnField Field { get; } = field;

    /// <summary>What encodes the rows taken so far: one for each of the column's chunks.</summary>
    public abstract IReadOnlyList<IChunkWriter> Chunks { get; }

    /// <summary>Elements that the column has in the schema.</summary>
    public abstract int SchemaElements { get; }

    public static ColumnWriter For(ColumnField field, int rowGroupRows)
    {
        if (field.IsNested) return new NestedColumnWriter(field);
        // Throws here, plainly, if the type cannot be stored.
        _ = ValueTypes.For(field);
        return (ColumnWriter)Activator.CreateInstance(typeof(ColumnWriter<>).MakeGenericType(field.ValueType), field, rowGroupRows, null)!;
    }

    /// <summary>Bytes that a value takes in memory, in the reckoning of <see cref="RowGroupLimit"/>.</summary>
    public int PlainBytes => PlainBytesOf(Field);

    /// <summary>True for texts, byte arrays and nested values: their lengths add to <see cref="PlainBytes"/>.</summary>
    public virtual bool HasLengths => Field.ValueType == typeof(string) || Field.ValueType == typeof(byte[]);

    /// <summary>Bytes that a value of a column takes in memory; of texts and byte arrays without their lengths.</summary>
    public static int PlainBytesOf(ColumnField field) => Type.GetTypeCode(field.ValueType) switch
    {
        TypeCode.Boolean or TypeCode.SByte or TypeCode.Byte => 1,
        TypeCode.Int16 or TypeCode.UInt16 => 2,
        TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Double or TypeCode.DateTime => 8,
        TypeCode.Decimal => 16,
        _ => field.ValueType == typeof(Guid) ? 16 : field.ValueType == typeof(TimeOnly) ? 8 : 4,
    };

    /// <summary>At least the lengths of some rows' values together.</summary>
    public abstract long LengthBound(DataBatch batch, int column, int start, int count);

    /// <summary>Adds the lengths of some rows' values, each to its row's; a null has none.</summary>
    public abstract void AddLengths(DataBatch batch, int column, int start, Span<long> lengths);

    /// <summary>The lengths of the values taken so far together.</summary>
    public abstract long HeldLength();

    /// <summary>Takes rows of a batch.</summary>
    public abstract void Add(DataBatch batch, int column, int start, int count);

    /// <summary>Writes the column's elements of the schema.</summary>
    public abstract void WriteSchema(ByteBuffer target);

    /// <summary>Called when the rows taken so far were encoded.</summary>
    public virtual void Reset()
    {
    }

    /// <summary>The error for a null in a column that has none.</summary>
    protected DataException NullIn(DataBatch batch, int row) => new(
        DataErrorKind.Data, $"{batch.Locate(row)}, column '{Field.Name}'", "a null", "a value: the column is not nullable",
        "declare the column nullable or fill the value in");
}
