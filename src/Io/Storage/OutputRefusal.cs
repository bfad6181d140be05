namespace Pipelines.Io.Storage;

/// <summary>Why an output cannot be written, found before any data is read.</summary>
internal static class OutputRefusal
{
    /// <summary>The error for a failure to prepare an output; null for other exceptions.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="path">The output.</param>
    /// <param name="place">The output for messages; null = its path.</param>
    /// <param name="rest">What is there now, for messages.</param>
    public static FlowException? Of(Exception e, string path, string? place = null, string rest = "nothing was left behind") =>
        DiskError.IsFull(e)
            ? new FlowException(ErrorKind.Storage, place ?? path, $"an error when writing ({DiskError.Reason(e)})", "room and permission to write",
                $"free space or choose another place; {rest}", e)
        : DiskError.IsOne(e)
            ? new FlowException(ErrorKind.Usage, place ?? Path.GetFullPath(path), $"a folder that cannot be written ({DiskError.Reason(e)})",
                "a writable folder", "check its permissions, or give another", e)
        : null;

    /// <summary>The error for a path at which nothing can be created: its name is too long, or its parent is not there. Null if something can.</summary>
    /// <param name="path">The output.</param>
    /// <param name="place">The output for messages.</param>
    public static FlowException? OfPath(string path, string place)
    {
        if (OutputTarget.Excess(path) is { } excess) return new(ErrorKind.Usage, place, excess, "a shorter name", "give another");
        if (Path.GetDirectoryName(OutputTarget.Full(path)) is not { } parent || Directory.Exists(parent)) return null;
        return DiskError.IsForbidden(parent)
            ? new(ErrorKind.Usage, place, $"a folder that cannot be reached ({parent}: Permission denied)", "a folder that exists",
                "check its permissions, or give another")
            : new(ErrorKind.Usage, place, $"no folder {parent}", "a folder that exists", "create it first");
    }
}
