using System.IO.Compression;
using System.Runtime.InteropServices;
using K4os.Compression.LZ4;
using Pipelines.Io.Format;
using Snappier;

namespace Pipelines.Io.Reading;

/// <summary>Decompresses pages with the libraries that Parquet.Net depends on.</summary>
internal sealed class PageDecompressor : IDisposable
{
    private ZstdSharp.Decompressor? zstd;

    /// <summary>Decompresses a page; returns the number of bytes written, at most the target's length.</summary>
    public int Decompress(PageCodec codec, ReadOnlyMemory<byte> source, Span<byte> target) => codec switch
    {
        PageCodec.Snappy => Snappy.GetUncompressedLength(source.Span) is var length && length == target.Length
            ? Snappy.Decompress(source.Span, target)
            : length,
        PageCodec.Zstd => (zstd ??= new ZstdSharp.Decompressor()).Unwrap(source.Span, target),
        PageCodec.Gzip => Gzip(source, target),
        PageCodec.Brotli => BrotliDecoder.TryDecompress(source.Span, target, out var written)
            ? written
            : throw new BrokenFileException("a page that is not Brotli data of its length", "Brotli data"),
        PageCodec.Lz4Raw => Lz4(source.Span, target),
        _ => throw new BrokenFileException($"the codec {codec}", "none, Snappy, Gzip, Brotli, Zstd or LZ4_RAW"),
    };

    public void Dispose() => zstd?.Dispose();

    private static int Lz4(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Lz4Offsets.Check(source);
        return LZ4Codec.Decode(source, target);
    }

    private static int Gzip(ReadOnlyMemory<byte> source, Span<byte> target)
    {
        MemoryMarshal.TryGetArray(source, out var array);
        using var gzip = new GZipStream(new MemoryStream(array.Array!, array.Offset, array.Count), CompressionMode.Decompress);
        var total = 0;
        while (total < target.Length && gzip.Read(target[total..]) is > 0 and var n) total += n;
        return total == target.Length && gzip.ReadByte() >= 0 ? total + 1 : total;
    }
}
