namespace Pipelines.Io.Reading;

/// <summary>A single item exceeds its share of the memory budget; the reader adds the place.</summary>
internal sealed class OverBudgetException(string what, long allowed) : Exception($"{what}, more than {allowed} bytes")
{
    public string What { get; } = what;

    public long Allowed { get; } = allowed;
}

/// <summary>Counts bytes before they are allocated.</summary>
/// <param name="allowed">Limit in bytes.</param>
internal sealed class ReadingMemory(long allowed)
{
    private long used;

    /// <summary>Counts bytes.</summary>
    /// <exception cref="OverBudgetException">The limit would be exceeded.</exception>
    public void Take(long bytes, string what)
    {
        Check(bytes, what);
        Interlocked.Add(ref used, bytes);
    }

    /// <summary>Checks that bytes are within the limit, without counting them.</summary>
    /// <exception cref="OverBudgetException">The limit would be exceeded.</exception>
    public void Check(long bytes, string what)
    {
        if (bytes > allowed) throw new OverBudgetException($"{what} of {new MemorySize(bytes)}", allowed);
        if (Interlocked.Read(ref used) + bytes > allowed)
            throw new OverBudgetException($"{what} of {new MemorySize(bytes)} beside {new MemorySize(used)} of others", allowed);
    }

    /// <summary>Resets the count.</summary>
    public void Clear() => used = 0;
}
