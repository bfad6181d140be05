namespace Pipelines.Io.Writing;

/// <summary>Copies values' bytes into a few large arrays, so that values do not keep the memory alive that they were read into.</summary>
internal sealed class ByteArena
{
    private const int BlockBytes = 1 << 16;
    private byte[] block = [];
    private int used;

    /// <summary>Copies bytes.</summary>
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
