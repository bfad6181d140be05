using Pipelines.Io.Format;
using Snappier;

namespace Pipelines.Io.Writing;

/// <summary>Compresses pages and writes their headers. One instance per thread.</summary>
internal sealed class PageCompressor(ParquetSinkOptions options) : IDisposable
{
    private readonly ZstdSharp.Compressor? zstd = options.Compression == ParquetCompression.Zstd ? new ZstdSharp.Compressor(options.ZstdLevel) : null;
    private readonly bool checksums = options.PageChecksums;
    private byte[] compressed = [];

    /// <summary>Scratch buffer for the page being built; one per thread instead of one per column.</summary>
    public ByteBuffer Page { get; } = new();

    /// <summary>The requested codec.</summary>
    public PageCodec Codec { get; } = options.Compression switch
    {
        ParquetCompression.Zstd => PageCodec.Zstd,
        ParquetCompression.Snappy => PageCodec.Snappy,
        _ => PageCodec.None
    };

    /// <summary>Appends a page of dictionary values; returns its size before compression, including the header.</summary>
    public long WriteDictionaryPage(PageCodec codec, ByteBuffer page, int values, ByteBuffer target)
    {
        var bytes = Compress(codec, page.Written);
        var at = target.Length;
        var header = Header(target, PageKind.Dictionary, page.Length, bytes);
        header.Begin(7);
        header.Int32(1, values);
        header.Int32(2, (int)PageEncoding.Plain);
        header.End();
        header.End();
        var length = target.Length - at;
        target.Write(bytes);
        if (compressed.Length > ByteBuffer.LargestKept) compressed = [];
        return length + page.Length;
    }

    /// <summary>Appends a page of values; returns its size before compression, including the header.</summary>
    public long WriteDataPage(PageCodec codec, ByteBuffer page, int values, PageEncoding encoding, ByteBuffer target)
    {
        var bytes = Compress(codec, page.Written);
        var at = target.Length;
        var header = Header(target, PageKind.Data, page.Length, bytes);
        header.Begin(5);
        header.Int32(1, values);
        header.Int32(2, (int)encoding);
        header.Int32(3, (int)PageEncoding.Rle);
        header.Int32(4, (int)PageEncoding.Rle);
        header.End();
        header.End();
        var length = target.Length - at;
        target.Write(bytes);
        if (compressed.Length > ByteBuffer.LargestKept) compressed = [];
        return length + page.Length;
    }

    public void Dispose() => zstd?.Dispose();

    private ThriftWriter Header(ByteBuffer target, PageKind kind, int uncompressed, ReadOnlySpan<byte> bytes)
    {
        var header = new ThriftWriter(target);
        header.Begin();
        header.Int32(1, (int)kind);
        header.Int32(2, uncompressed);
        header.Int32(3, bytes.Length);
        if (checksums) header.Int32(4, (int)Crc32.Of(bytes));
        return header;
    }

    /// <summary>The compressed length of bytes with the requested codec.</summary>
    public int CompressedLength(ReadOnlySpan<byte> bytes) => Compress(Codec, bytes).Length;

    private ReadOnlySpan<byte> Compress(PageCodec codec, ReadOnlySpan<byte> bytes)
    {
        if (codec == PageCodec.None) return bytes;
        var bound = codec == PageCodec.Snappy ? Snappy.GetMaxCompressedLength(bytes.Length) : ZstdSharp.Compressor.GetCompressBound(bytes.Length);
        if (compressed.Length < bound) compressed = GC.AllocateUninitializedArray<byte>(bound > ByteBuffer.LargestKept ? bound : bound + bound / 4);
        var length = codec == PageCodec.Snappy ? Snappy.Compress(bytes, compressed) : zstd!.Wrap(bytes, compressed);
        return compressed.AsSpan(0, length);
    }
}
