namespace Pipelines;

/// <summary>
/// Counts the locks and temporary files of this process that a run deletes when it ends: while there are any, a run that was stopped needs time to do so.
/// </summary>
internal static class UnfinishedFiles
{
    private static int count;

    /// <summary>True while there are any.</summary>
    public static bool Any => Volatile.Read(ref count) > 0;

    /// <summary>One more.</summary>
    public static void Add() => Interlocked.Increment(ref count);

    /// <summary>One less.</summary>
    public static void Remove() => Interlocked.Decrement(ref count);
}
