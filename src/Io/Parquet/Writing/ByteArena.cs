namespace Pipelines.Io.Writing;

/// <summary>Keeps copies of values' bytes in a few large arrays, so that none holds the memory that it was read into.</summary>
internal sealed class ByteArena
{
    private const int BlockBytes = 1 << 16;
    private byte[] block = [];
    private int used;

    /// <summary>A copy of some bytes.</summary>
    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= BlockBytes) return bytes.ToArray();
        if (block.Length - used < bytes.Length) (block, used) = (GC.AllocateUninitializedArray<byte>(BlockBytes), 0);
        var copy = block.AsMemory(used, bytes.Length);
        bytes.CopyTo(copy.Span);
        used += bytes.Length;
        return copy;
    }
}
