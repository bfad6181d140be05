using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Decompresses pages incrementally, for pages too large to hold in memory whole.</summary>
internal static class PageStreams
{
    /// <summary>Approximate number of bytes that a page's stream holds.</summary>
    public static long StateBytes(PageCodec codec, int plainLength, int window) => 2L * window + codec switch
    {
        PageCodec.None => 0,
        PageCodec.Snappy or PageCodec.Lz4Raw => 2 * BlockStream.History,
        PageCodec.Gzip => 1 << 17,
        // Both keep the history that they may refer to.
        PageCodec.Zstd => Math.Min(plainLength, 8 << 20) + (1 << 18),
        _ => Math.Min(plainLength, 16 << 20) + (1 << 18),
    };

    /// <summary>A stream of a page's uncompressed bytes; it owns <paramref name="raw"/>.</summary>
    public static Stream Open(PageCodec codec, Stream raw, int window) => codec switch
    {
        PageCodec.None => raw,
        PageCodec.Snappy => new SnappyStream(raw, window),
        PageCodec.Lz4Raw => new Lz4Stream(raw, window),
        PageCodec.Gzip => new GZipStream(raw, CompressionMode.Decompress),
        PageCodec.Zstd => new ZstdSharp.DecompressionStream(raw, window, leaveOpen: false),
        PageCodec.Brotli => new BrotliStream(raw, CompressionMode.Decompress),
        _ => throw new BrokenFileException($"the codec {codec}", "none, Snappy, Gzip, Brotli, Zstd or LZ4_RAW"),
    };
}

/// <summary>A read-only, forward-only stream.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A range of a file.</summary>
internal sealed class FileRange(SafeFileHandle file, string path, long from, long length) : ForwardStream
{
    private readonly long end = from + length;
    private long at = from;

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, end - at);
        var read = FooterFile.Read(file, buffer[..wanted], at, path);
        if (read < wanted) throw new BrokenFileException($"the file's end at byte {at + read}", $"{wanted - read} more bytes");
        at += read;
        return read;
    }
}
