namespace Pipelines.Io.Storage;

/// <summary>Turns a failing disk into one clear error.</summary>
internal static class StorageErrors
{
    /// <summary>Runs a step that writes.</summary>
    /// <param name="place">What is written, for messages.</param>
    /// <param name="rest">What becomes of what was written so far, for messages.</param>
    /// <param name="action">The step.</param>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public static void Guard(string place, string rest, Action action)
    {
        try
        {
            action();
        }
        // The last of them is how .NET reports a file that grows beyond what the file system or the user's limit allows.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            throw new DataException(DataErrorKind.Storage, place, $"a failing write ({e.Message})", "room and permission to write", $"free space or choose another place; {rest}", e);
        }
    }
}
