using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Reads the pages of one column chunk in order, checks their checksums and decompresses them. A page is held in memory whole if it fits the limit. Otherwise
/// a large page is decompressed incrementally, and a smaller one is released between slices and reloaded.
/// </summary>
internal sealed class ColumnPages : IDisposable
{
    private const int FirstHeader = 1 << 10;
    private const int LargestHeader = 1 << 24;
    private const int LargestWindow = 1 << 18;
    private const int SmallestWindow = 1 << 13;

    // A page may decompress to this many times its size, or to 1 MiB; more is treated as damage before memory is allocated.
    private const long LargestRatio = 1 << 16;

    // Larger pages are never reloaded repeatedly.
    private const int LargePageBytes = 1 << 22;
    private readonly SafeFileHandle file;
    private readonly string path;
    private readonly PageCodec chunkCodec;
    private readonly PageDecompressor decompressor = new();
    private readonly long end;
    private readonly long heldBytes;
    private readonly int windowSize;
    private long next, bodyAt;
    private byte[] window = [];
    private long windowAt;
    private int windowLength;
    private byte[] plain = [];
    private byte[] levels = [];
    private PageCodec codec;
    private int rawLength, plainLength;
    private bool isOpen, isStreaming, bringsBack;

    /// <summary>Starts before the first page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="chunk">Location of the pages.</param>
    /// <param name="heldBytes">Approximate number of bytes that may be held.</param>
    public ColumnPages(SafeFileHandle file, string path, ColumnChunkInfo chunk, long heldBytes)
    {
        (this.file, this.path, this.heldBytes, chunkCodec) = (file, path, heldBytes, chunk.Codec);
        (next, end) = (chunk.Offset, chunk.Offset + chunk.CompressedBytes);
        windowSize = (int)Math.Min(chunk.CompressedBytes, Math.Clamp(heldBytes / 4, SmallestWindow, LargestWindow));
    }

    /// <summary>The page's header.</summary>
    public PageHeader Header { get; private set; }

    /// <summary>The page's values, once it is open; in V1 pages the levels precede them.</summary>
    public PageBytes Body { get; } = new();

    /// <summary>V2 pages: the definition levels, once the page is open.</summary>
    public ReadOnlySpan<byte> Levels => Header.Kind == PageKind.DataV2 ? levels.AsSpan(Header.RepetitionBytes, Header.DefinitionBytes) : default;

    /// <summary>V2 pages: the repetition levels, once the page is open.</summary>
    public ReadOnlySpan<byte> Repetitions => Header.Kind == PageKind.DataV2 ? levels.AsSpan(0, Header.RepetitionBytes) : default;

    /// <summary>Advances to the next page; false if there is none. Pages that are not opened are not read.</summary>
    public bool Next()
    {
        Body.Clear();
        isOpen = false;
        if (next >= end) return false;
        Header = ReadHeader();
        if (Header.CompressedBytes > end - next)
            throw new BrokenFileException($"a page of {Header.CompressedBytes} bytes", $"at most {end - next}, the bytes left in the column chunk");
        bodyAt = next;
        next += Header.CompressedBytes;
        return true;
    }

    /// <summary>Checks the page's checksum and prepares its bytes.</summary>
    public void Open()
    {
        isOpen = true;
        var h = Header;
        var before = 0;
        if (h.Kind == PageKind.DataV2)
        {
            var both = (long)h.DefinitionBytes + h.RepetitionBytes;
            if (h.DefinitionBytes < 0 || h.RepetitionBytes < 0 || both > h.CompressedBytes || both > h.UncompressedBytes)
                throw new BrokenFileException($"levels of {both} bytes", $"at most {h.CompressedBytes}, the page's bytes");
            before = (int)both;
        }
        (rawLength, plainLength) = (h.CompressedBytes - before, h.UncompressedBytes - before);
        codec = (h.Kind == PageKind.DataV2 && !h.IsCompressed) || (h.Kind == PageKind.DataV2 && rawLength == 0) ? PageCodec.None : chunkCodec;
        if (codec == PageCodec.None && h.Kind != PageKind.DataV2 && plainLength != rawLength)
            throw new BrokenFileException($"a page of {rawLength} bytes", $"{plainLength}, as its header says");
        if (codec == PageCodec.None) plainLength = rawLength;
        if (plainLength > Math.Max(1 << 20, rawLength * LargestRatio))
            throw new BrokenFileException($"a page of {rawLength} bytes that claims {plainLength} uncompressed",
                $"at most {Math.Max(1 << 20, rawLength * LargestRatio)}");

        var needed = codec == PageCodec.None ? rawLength : (long)rawLength + plainLength;
        isStreaming = needed > Math.Max(heldBytes, SmallestWindow)
            && (codec == PageCodec.None || needed > LargePageBytes || PageStreams.StateBytes(codec, plainLength, windowSize) <= heldBytes);
        bringsBack = !isStreaming && needed > heldBytes;
        if (isStreaming)
        {
            if (h.Crc is { } crc) CheckSum(crc);
            if (before > 0) CopyLevels(Raw(bodyAt, before).Span);
            Body.Follow(PageStreams.Open(codec, new FileRange(file, path, bodyAt + before, rawLength), windowSize), plainLength, windowSize);
            return;
        }
        var raw = Raw(bodyAt, h.CompressedBytes);
        if (h.Crc is { } sum && Crc32.Of(raw.Span) is var found && found != sum) throw WrongSum(found, sum);
        if (before > 0) CopyLevels(raw.Span[..before]);
        Load(Body);
    }

    /// <summary>Called between slices: releases what exceeds the memory limit.</summary>
    public void SkipRest()
    {
        if (isOpen && bringsBack) Body.LetGo(Load);
        var isBodyInWindow = isOpen && !bringsBack && !isStreaming && codec == PageCodec.None;
        if (!isBodyInWindow && window.Length > 2 * windowSize) ReleaseWindow();
        if ((!isOpen || bringsBack) && plain.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(plain);
            plain = [];
        }
    }

    /// <summary>Marks the page as done: no more of it is read.</summary>
    public void Close()
    {
        Body.Clear();
        isOpen = false;
    }

    public void Dispose()
    {
        Close();
        SkipRest();
        ReleaseWindow();
        decompressor.Dispose();
    }

    private static BrokenFileException WrongSum(uint found, uint expected) => new($"a page with the checksum {found:x8}", $"{expected:x8}, as its header says");

    private void CopyLevels(ReadOnlySpan<byte> before)
    {
        var bytes = before[..(Header.RepetitionBytes + Header.DefinitionBytes)];
        if (levels.Length < bytes.Length) levels = new byte[bytes.Length];
        bytes.CopyTo(levels);
    }

    // Loads the whole page into memory.
    private void Load(PageBytes body)
    {
        var before = Header.CompressedBytes - rawLength;
        var raw = Raw(bodyAt + before, rawLength);
        if (codec == PageCodec.None)
        {
            body.Hold(window, (int)(bodyAt + before - windowAt), rawLength);
            return;
        }
        if (plain.Length < plainLength)
        {
            if (plain.Length > 0) ArrayPool<byte>.Shared.Return(plain);
            plain = [];
            plain = ArrayPool<byte>.Shared.Rent(plainLength);
        }
        var written = decompressor.Decompress(codec, raw, plain.AsSpan(0, plainLength));
        if (written != plainLength) throw new BrokenFileException($"a page of {written} uncompressed bytes", $"{plainLength}, as its header says");
        body.Hold(plain, 0, plainLength);
    }

    private void CheckSum(uint expected)
    {
        var sum = 0u;
        for (var at = 0; at < Header.CompressedBytes;)
        {
            var n = Math.Min(windowSize, Header.CompressedBytes - at);
            sum = Crc32.Of(Raw(bodyAt + at, n).Span, sum);
            at += n;
        }
        if (sum != expected) throw WrongSum(sum, expected);
    }

    private PageHeader ReadHeader()
    {
        for (var size = FirstHeader; ; size *= 8)
        {
            var bytes = Raw(next, (int)Math.Min(size, end - next));
            try
            {
                var header = PageHeader.Parse(bytes.Span, out var length);
                next += length;
                return header;
            }
            catch (BrokenFileException) when (bytes.Length == size && size < LargestHeader)
            {
                // Statistics of long texts make headers long: read more bytes.
            }
        }
    }

    // Bytes of the file; the window is moved if it does not contain them.
    private ReadOnlyMemory<byte> Raw(long at, int count)
    {
        if (at < windowAt || at + count > windowAt + windowLength)
        {
            var have = at >= windowAt && at < windowAt + windowLength ? (int)(windowAt + windowLength - at) : 0;
            var wanted = (int)Math.Min(Math.Max(count, windowSize), end - at);
            var target = wanted > window.Length ? ArrayPool<byte>.Shared.Rent(wanted) : window;
            window.AsSpan((int)(at - windowAt) is var from && have > 0 ? from : 0, have).CopyTo(target);
            if (target != window) ReleaseWindow();
            window = target;
            var read = FooterFile.Read(file, window.AsSpan(have, wanted - have), at + have, path);
            if (read < wanted - have) throw new BrokenFileException($"the file's end at byte {at + have + read}", $"{wanted - have - read} more bytes");
            (windowAt, windowLength) = (at, wanted);
        }
        return window.AsMemory((int)(at - windowAt), count);
    }

    private void ReleaseWindow()
    {
        if (window.Length > 0) ArrayPool<byte>.Shared.Return(window);
        (window, windowAt, windowLength) = ([], 0, 0);
    }
}
