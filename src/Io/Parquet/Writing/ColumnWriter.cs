using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>What a file's end says of a column chunk.</summary>
internal sealed record WrittenChunk(PageCodec Codec, PageEncoding[] Encodings, long Values, long Nulls, long CompressedBytes, long UncompressedBytes, long DictionaryBytes)
{
    /// <summary>Position of the chunk in the file.</summary>
    public long Offset { get; init; }

    /// <summary>Least and greatest value, plainly encoded; null where nothing can be told.</summary>
    public (byte[] Min, byte[] Max)? Range { get; init; }
}

/// <summary>Collects the rows of a row group of one column and encodes them.</summary>
internal abstract class ColumnWriter(ColumnField field)
{
    public ColumnField Field { get; } = field;

    public ParquetStorage Storage { get; } = ValueTypes.For(field);

    /// <summary>The encoded chunk after <see cref="Encode"/>.</summary>
    public ByteBuffer Output { get; } = new();

    public static ColumnWriter For(ColumnField field, int rowGroupRows)
    {
        // Throws here, plainly, if the type cannot be stored.
        _ = ValueTypes.For(field);
        return (ColumnWriter)Activator.CreateInstance(typeof(ColumnWriter<>).MakeGenericType(field.ValueType), field, rowGroupRows)!;
    }

    /// <summary>Bytes that a value takes in memory, in the reckoning of <see cref="RowGroupLimit"/>.</summary>
    public int PlainBytes => PlainBytesOf(Field);

    /// <summary>True for texts and byte arrays: their lengths add to <see cref="PlainBytes"/>.</summary>
    public bool HasLengths => Field.ValueType == typeof(string) || Field.ValueType == typeof(byte[]);

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

    /// <summary>Encodes the rows taken so far into <see cref="Output"/> and forgets them.</summary>
    public abstract WrittenChunk Encode(PageCompressor compressor);
}
