using System.Buffers.Binary;
using System.Runtime.InteropServices;
using global::Parquet;
using global::Parquet.Schema;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Decodes less common encodings (delta, byte stream split) with Parquet.Net. Parquet.Net sees only the physical types, so that their meaning is defined
/// in one place. It checks neither checksums nor sizes, so the file's footer and the chunk's pages are checked beforehand.
/// </summary>
internal sealed class ParquetNetDecoder(SafeFileHandle file, string path) : IDisposable
{
    private const long PageBytes = 1 << 24;
    private ParquetReader? reader;
    private DataField[] fields = [];

    /// <summary>True if a chunk has encodings that <see cref="ColumnCursor"/> does not support.</summary>
    public static bool IsNeededFor(ColumnChunkInfo chunk) =>
        Array.Exists(chunk.Encodings, e => e is PageEncoding.DeltaBinaryPacked or PageEncoding.DeltaLengthByteArray or PageEncoding.DeltaByteArray
            or PageEncoding.ByteStreamSplit);

    /// <summary>Why it cannot read a column; null if it can.</summary>
    public static string? Obstacle(FileColumn column, ColumnChunkInfo chunk) =>
        column.Storage.Physical == PhysicalType.FixedLenByteArray && Array.Exists(chunk.Encodings, e => e == PageEncoding.ByteStreamSplit)
            ? "its values of fixed length are split into bytes, which Parquet.Net reads for numbers only"
            : null;

    /// <summary>Decodes a chunk.</summary>
    public ColumnBlock Decode(FileColumn column, int group, ColumnChunkInfo chunk, int rows, ColumnDecoder decoder, CancellationToken cancellationToken)
    {
        var nulls = CheckPages(chunk, rows, cancellationToken);
        return DecodeAsync(column, group, rows, nulls, decoder, cancellationToken).GetAwaiter().GetResult();
    }

    public void Dispose() => reader?.DisposeAsync().AsTask().GetAwaiter().GetResult();

    // The number of nulls in all pages, or null if a page does not state it.
    private long? CheckPages(ColumnChunkInfo chunk, int rows, CancellationToken cancellationToken)
    {
        using var pages = new ColumnPages(file, path, chunk, PageBytes);
        var values = 0L;
        long? nulls = 0;
        while (values < rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!pages.Next()) throw new BrokenFileException($"pages of {values} values", $"{rows}");
            pages.Open();
            pages.Body.Skip(pages.Body.Left);
            if (pages.Header.Kind is not (PageKind.Data or PageKind.DataV2)) continue;
            values += pages.Header.Values;
            nulls = pages.Header.Kind == PageKind.DataV2 && pages.Header.Nulls >= 0 ? nulls + pages.Header.Nulls : null;
        }
        return values == rows ? nulls : throw new BrokenFileException($"pages of {values} values", $"{rows}");
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (reader is not null) return;
        reader = await ParquetReader.CreateAsync(path, null, cancellationToken).ConfigureAwait(false);
        foreach (var element in reader.Metadata!.Schema)
        {
            element.LogicalType = null;
            element.ConvertedType = null;
        }
        // The schema is rebuilt on every call.
        fields = reader.Schema.GetDataFields();
    }

    private async Task<ColumnBlock> DecodeAsync(FileColumn column, int group, int rows, long? nulls, ColumnDecoder decoder, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        var field = fields.First(f => f.Path.Length == 1 && f.Name == column.Name);
        using var groupReader = reader!.OpenRowGroupReader(group);
        return column.Storage.Physical switch
        {
            PhysicalType.Boolean => await ReadFlags().ConfigureAwait(false),
            PhysicalType.Int32 => await Read<int>().ConfigureAwait(false),
            PhysicalType.Int64 => await Read<long>().ConfigureAwait(false),
            PhysicalType.Float => await Read<float>().ConfigureAwait(false),
            PhysicalType.Double => await Read<double>().ConfigureAwait(false),
            PhysicalType.ByteArray => await ReadBytes(4).ConfigureAwait(false),
            PhysicalType.FixedLenByteArray => await ReadBytes(0).ConfigureAwait(false),
            _ => throw new BrokenFileException($"{column.Storage.Physical} values", "numbers, booleans or bytes"),
        };

        async Task<ColumnBlock> Read<T>() where T : unmanaged
        {
            var values = new T[rows];
            var present = await ReadRaw(values).ConfigureAwait(false);
            return decoder.FromPlain(MemoryMarshal.AsBytes<T>(values), present, rows);
        }

        async Task<ColumnBlock> ReadFlags()
        {
            var values = new bool[rows];
            var present = await ReadRaw(values).ConfigureAwait(false);
            var bits = new ByteBuffer();
            new BooleanCodec().Write(values, bits);
            return decoder.FromPlain(bits.Written, present, rows);
        }

        async Task<ColumnBlock> ReadBytes(int prefix)
        {
            var values = new ReadOnlyMemory<byte>[rows];
            var present = await ReadRaw(values).ConfigureAwait(false);
            var plain = new ByteBuffer();
            var count = present is null ? rows : present.AsSpan().Count(true);
            foreach (var value in values.AsSpan(0, count))
            {
                if (prefix > 0) BinaryPrimitives.WriteInt32LittleEndian(plain.Reserve(prefix), value.Length);
                else if (value.Length != column.Storage.Length)
                    throw new BrokenFileException($"a value of {value.Length} bytes", $"{column.Storage.Length} bytes");
                plain.Write(value.Span);
            }
            return decoder.FromPlain(plain.Written, present, rows);
        }

        async Task<bool[]?> ReadRaw<T>(T[] values) where T : struct
        {
            if (column.Repetition != Repetition.Optional)
            {
                await groupReader.ReadRawAsync<T>(field, values, null, null, cancellationToken).ConfigureAwait(false);
                return null;
            }
            var levels = new int[rows];
            await groupReader.ReadRawAsync<T>(field, values, levels, null, cancellationToken).ConfigureAwait(false);
            var found = levels.AsSpan().Count(0);
            if (nulls is not null && nulls != found) throw new BrokenFileException($"{found} nulls", $"{nulls}, as the pages say");
            return found > 0 ? Array.ConvertAll(levels, l => l != 0) : null;
        }
    }
}
