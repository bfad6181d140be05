namespace Pipelines.Io.Storage;

/// <summary>Converts disk failures into a clear error.</summary>
internal static class StorageErrors
{
    /// <summary>Runs a write operation.</summary>
    /// <param name="place">What is written, for messages.</param>
    /// <param name="rest">What happens to the data written so far, for messages.</param>
    /// <param name="action">The operation.</param>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public static void Guard(string place, string rest, Action action)
    {
        try
        {
            action();
        }
        // .NET throws ArgumentOutOfRangeException for a file that exceeds the limit of the file system or the user.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            throw new DataException(DataErrorKind.Storage, place, $"a failing write ({e.Message})", "room and permission to write",
                $"free space or choose another place; {rest}", e);
        }
    }
}

/// <summary>Why an output cannot be written, found before any data is read.</summary>
internal static class Refusal
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>The error for a failure to prepare an output; null for other exceptions.</summary>
    public static DataException? Of(Exception e, string place) => e switch
    {
        IOException { HResult: NoSpace or QuotaExceeded } or ArgumentOutOfRangeException { ParamName: "value" } =>
            new DataException(DataErrorKind.Storage, place, $"a failing write ({e.Message})", "room and permission to write",
                "free space or choose another place; nothing was left behind", e),
        IOException or UnauthorizedAccessException =>
            new DataException(DataErrorKind.Usage, Path.GetFullPath(place), $"a folder that cannot be written ({e.Message})", "a writable folder",
                "check its permissions, or give another", e),
        _ => null,
    };
}
