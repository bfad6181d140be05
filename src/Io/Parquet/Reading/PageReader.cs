using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Reads the pages of one column chunk one after the other, checks their sums, and decompresses them. Holds one page at a time.</summary>
internal sealed class PageReader : IDisposable
{
    private const int FirstHeader = 1 << 10;
    private const int LargestHeader = 1 << 24;
    private const int Window = 1 << 18;

    // A page may decompress to this many times its size, or to a mebibyte; more is taken for damage before memory is spent on it.
    private const long LargestRatio = 1 << 16;
    private const int LargestPage = 1 << 30;
    private readonly SafeFileHandle file;
    private readonly string path;
    private readonly PageCodec codec;
    private readonly PageDecompressor decompressor = new();
    private long next;
    private readonly long end;
    private byte[] window = [];
    private int windowStart, windowEnd;
    private byte[] plain = [];

    public PageReader(SafeFileHandle file, string path, ColumnChunkInfo chunk)
    {
        (this.file, this.path, codec, next, end) = (file, path, chunk.Codec, chunk.Offset, chunk.Offset + chunk.CompressedBytes);
        window = ArrayPool<byte>.Shared.Rent((int)Math.Min(chunk.CompressedBytes, Window));
    }

    /// <summary>The last page's header.</summary>
    public PageHeader Header { get; private set; }

    /// <summary>Reads the next page; false if there is none.</summary>
    /// <param name="levels">V2 pages: the definition levels.</param>
    /// <param name="body">The page's values, for V1 pages with the levels before them; valid until the next call.</param>
    public bool Next(out ReadOnlySpan<byte> levels, out ReadOnlySpan<byte> body)
    {
        levels = body = default;
        if (next + windowStart - windowEnd >= end) return false;
        Header = ReadHeader();
        var h = Header;
        var bytes = Take(h.CompressedBytes);
        if (h.Crc is { } crc && Crc32.Of(bytes.Span) is var sum && sum != crc) throw new BrokenFileException($"a page with the checksum {sum:x8}", $"{crc:x8}, as its header says");
        if (h.Kind == PageKind.DataV2)
        {
            var before = (long)h.DefinitionBytes + h.RepetitionBytes;
            if (h.DefinitionBytes < 0 || h.RepetitionBytes < 0 || before > bytes.Length || before > h.UncompressedBytes) throw new BrokenFileException($"levels of {before} bytes", $"at most {bytes.Length}, the page's bytes");
            levels = bytes.Span.Slice(h.RepetitionBytes, h.DefinitionBytes);
            bytes = bytes[(int)before..];
            body = h.IsCompressed && bytes.Length > 0 ? Decompress(bytes, h.UncompressedBytes - (int)before) : bytes.Span;
        }
        else body = Decompress(bytes, h.UncompressedBytes);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        decompressor.Dispose();
        ArrayPool<byte>.Shared.Return(window);
        if (plain.Length > 0) ArrayPool<byte>.Shared.Return(plain);
        (window, plain) = ([], []);
    }

    private ReadOnlySpan<byte> Decompress(ReadOnlyMemory<byte> bytes, int length)
    {
        if (codec == PageCodec.None) return length == bytes.Length ? bytes.Span : throw new BrokenFileException($"a page of {bytes.Length} bytes", $"{length}, as its header says");
        if (length > LargestPage || length > Math.Max(1 << 20, bytes.Length * LargestRatio)) throw new BrokenFileException($"a page of {bytes.Length} bytes that claims {length} uncompressed", $"at most {Math.Min(LargestPage, Math.Max(1 << 20, bytes.Length * LargestRatio))}");
        if (plain.Length < length)
        {
            if (plain.Length > 0) ArrayPool<byte>.Shared.Return(plain);
            plain = [];
            plain = ArrayPool<byte>.Shared.Rent(length);
        }
        var target = plain.AsSpan(0, length);
        var written = decompressor.Decompress(codec, bytes, target);
        if (written != length) throw new BrokenFileException($"a page of {written} uncompressed bytes", $"{length}, as its header says");
        return target;
    }

    private PageHeader ReadHeader()
    {
        for (var size = FirstHeader; ; size *= 8)
        {
            var bytes = Peek(size);
            try
            {
                var header = PageHeader.Parse(bytes.Span, out var length);
                windowStart += length;
                return header;
            }
            catch (BrokenFileException) when (bytes.Length == size && size < LargestHeader)
            {
                // Statistics of long texts make long headers: look at more bytes.
            }
        }
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var bytes = Peek(count);
        if (bytes.Length < count) throw new BrokenFileException($"a page of {count} bytes", $"at most {bytes.Length}, the bytes left in the column chunk");
        windowStart += count;
        return bytes;
    }

    // The next count bytes, fewer at the chunk's end.
    private ReadOnlyMemory<byte> Peek(int count)
    {
        if (windowEnd - windowStart < count && next < end)
        {
            var have = windowEnd - windowStart;
            var wanted = (int)Math.Min(Math.Max(count, window.Length), have + (end - next));
            if (wanted > window.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(wanted);
                window.AsSpan(windowStart, have).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(window);
                window = larger;
            }
            else window.AsSpan(windowStart, have).CopyTo(window);
            (windowStart, windowEnd) = (0, have);
            var read = FooterFile.Read(file, window.AsSpan(have, wanted - have), next, path);
            if (read < wanted - have) throw new BrokenFileException($"the file's end at byte {next + read}", $"{wanted - have - read} more bytes");
            windowEnd += read;
            next += read;
        }
        return window.AsMemory(windowStart, Math.Min(count, windowEnd - windowStart));
    }
}
