namespace Pipelines.Io.Reading;

/// <summary>Something that does not fit its share of the memory budget alone; the reader says where.</summary>
internal sealed class OverBudgetException(string what, long allowed) : Exception($"{what}, more than {allowed} bytes")
{
    public string What { get; } = what;

    public long Allowed { get; } = allowed;
}

/// <summary>Counts bytes before they are allocated.</summary>
/// <param name="allowed">Bytes that there is room for.</param>
internal sealed class ReadingMemory(long allowed)
{
    private long used;

    /// <summary>Takes bytes.</summary>
    /// <exception cref="OverBudgetException">There is no room for them.</exception>
    public void Take(long bytes, string what)
    {
        Check(bytes, what);
        Interlocked.Add(ref used, bytes);
    }

    /// <summary>Checks that bytes could be taken.</summary>
    /// <exception cref="OverBudgetException">There is no room for them.</exception>
    public void Check(long bytes, string what)
    {
        if (bytes > allowed) throw new OverBudgetException($"{what} of {new MemorySize(bytes)}", allowed);
        if (Interlocked.Read(ref used) + bytes > allowed)
            throw new OverBudgetException($"{what} of {new MemorySize(bytes)} beside {new MemorySize(used)} of others", allowed);
    }

    /// <summary>Forgets what was taken.</summary>
    public void Clear() => used = 0;
}
