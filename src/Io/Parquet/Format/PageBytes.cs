namespace Pipelines.Io.Format;

/// <summary>
/// The bytes of a page, read forward: either all in memory, or a window over a stream. Bytes in memory can be released and reloaded later.
/// Not thread-safe.
/// </summary>
internal sealed class PageBytes
{
    private byte[] array = [];
    private int start, at, end;
    private Stream? more;

    // Bytes remaining in the stream.
    private long later;
    private Action<PageBytes>? restore;
    private int resumeAt = -1;

    /// <summary>Creates page bytes from an array.</summary>
    public static PageBytes Of(byte[] array, int length)
    {
        var bytes = new PageBytes();
        bytes.Hold(array, 0, length);
        return bytes;
    }

    /// <summary>Number of remaining bytes.</summary>
    public long Left => resumeAt >= 0 ? end - resumeAt : end - at + later;

    /// <summary>Uses bytes that are all in memory; after <see cref="LetGo"/>, continues at the previous position.</summary>
    public void Hold(byte[] held, int from, int length)
    {
        (array, start, at, end, more, later) = (held, from, from, from + length, null, 0);
        if (resumeAt >= 0) at += resumeAt;
        resumeAt = -1;
    }

    /// <summary>Uses the bytes of a stream.</summary>
    /// <param name="stream">The stream; disposed with the next page.</param>
    /// <param name="length">Their number.</param>
    /// <param name="window">Bytes to buffer at a time; more if a single value needs more.</param>
    public void Follow(Stream stream, long length, int window)
    {
        if (array.Length != window) array = new byte[window];
        (start, at, end, more, later, resumeAt) = (0, 0, 0, stream, length, -1);
    }

    /// <summary>Releases the bytes in memory; <paramref name="bringBack"/> is called when they are needed again, and calls <see cref="Hold"/>.</summary>
    public void LetGo(Action<PageBytes> bringBack)
    {
        if (more is not null || resumeAt >= 0) return;
        (resumeAt, restore) = (at - start, bringBack);
        (array, end, start, at) = ([], end - start, 0, 0);
    }

    /// <summary>Clears all bytes.</summary>
    public void Clear()
    {
        more?.Dispose();
        (array, start, at, end, more, later, resumeAt) = ([], 0, 0, 0, null, 0, -1);
    }

    /// <summary>The buffered bytes: at least <paramref name="count"/> (1 or more) unless the page has fewer. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (end - at < count || resumeAt >= 0) Bring(count);
        return array.AsSpan(at, end - at);
    }

    /// <summary>Skips buffered bytes.</summary>
    public void Advance(int count) => at += count;

    /// <summary>Skips any number of bytes of the page.</summary>
    public void Skip(long count)
    {
        while (count > 0)
        {
            var n = (int)Math.Min(count, Peek(1).Length);
            if (n == 0) throw new BrokenFileException("a page that ends too early", $"{count} more bytes");
            at += n;
            count -= n;
        }
    }

    private void Bring(int count)
    {
        if (resumeAt >= 0) restore!(this);
        if (more is null || later == 0 || end - at >= count) return;
        var have = end - at;
        var wanted = (int)Math.Min(Math.Max(count, array.Length), have + later);
        if (wanted > array.Length)
        {
            // A value larger than the window: its buffer is released when it has been read.
            var larger = new byte[wanted];
            array.AsSpan(at, have).CopyTo(larger);
            array = larger;
        }
        else array.AsSpan(at, have).CopyTo(array);
        (at, end) = (0, have);
        var read = more.ReadAtLeast(array.AsSpan(have, wanted - have), Math.Min(count, wanted) - have, throwOnEndOfStream: false);
        end += read;
        later -= read;
        if (end < Math.Min(count, wanted)) throw new BrokenFileException("a page that decompresses to fewer bytes", $"{later} more bytes, as its header says");
    }
}
