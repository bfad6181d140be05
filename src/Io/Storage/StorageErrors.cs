namespace Pipelines.Io.Storage;

/// <summary>Converts disk failures into a clear error.</summary>
internal static class StorageErrors
{
    /// <summary>Runs a write operation.</summary>
    /// <param name="place">What is written, for messages.</param>
    /// <param name="rest">What happens to the data written so far, for messages.</param>
    /// <param name="action">The operation.</param>
    /// <exception cref="FlowException">The disk is full or fails.</exception>
    public static void Guard(string place, string rest, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            throw new FlowException(ErrorKind.Storage, place, $"an error when writing ({DiskError.Reason(e)})", "room and permission to write",
                $"free space or choose another place; {rest}", e);
        }
    }
}
