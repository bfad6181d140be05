namespace Pipelines;

/// <summary>
/// Counts the locks and temporary files of this process that a run deletes when it ends. While there are any, a stopped run needs time to clean up.
/// </summary>
internal static class UnfinishedFiles
{
    private static int count;

    /// <summary>True while any are left.</summary>
    public static bool Any => Volatile.Read(ref count) > 0;

    /// <summary>Adds one.</summary>
    public static void Add() => Interlocked.Increment(ref count);

    /// <summary>Removes one.</summary>
    public static void Remove() => Interlocked.Decrement(ref count);
}
