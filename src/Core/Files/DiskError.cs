namespace Pipelines;

/// <summary>Why the operating system refused to read or write. The framework's texts repeat the path, which leaves no room for the rest.</summary>
internal static class DiskError
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int SystemHasTooManyFiles = 23;
    private const int ProcessHasTooManyFiles = 24;

    /// <summary>True for a refusal of the operating system.</summary>
    public static bool IsOne(Exception e) => (e is IOException or UnauthorizedAccessException || IsTooLarge(e)) && !IsOfLoader(e);

    /// <summary>True if an error, or one that caused it, is that too many files are open.</summary>
    public static bool IsOutOfHandles(Exception? e) =>
        e is not null && (e is IOException { HResult: SystemHasTooManyFiles or ProcessHasTooManyFiles } || IsOutOfHandles(e.InnerException));

    /// <summary>True if there is no room: a full disk, a quota, or the largest size of a file.</summary>
    public static bool IsFull(Exception e) => e is IOException { HResult: NoSpace or QuotaExceeded } || IsTooLarge(e);

    /// <summary>The reason in a few words, without the path.</summary>
    public static string Reason(Exception e) => e switch
    {
        UnauthorizedAccessException => e.InnerException?.Message ?? "Permission denied",
        DirectoryNotFoundException => "no such folder",
        FileNotFoundException => "no such file",
        PathTooLongException => "a path that is too long",
        IOException => e.Message.Split(" : '")[0],
        _ => IsTooLarge(e) ? "File too large" : e.Message,
    };

    /// <summary>True if the user may not even look whether there is such a file or folder.</summary>
    public static bool IsForbidden(string path)
    {
        try
        {
            File.GetAttributes(path);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is UnauthorizedAccessException;
        }
    }

    /// <summary>The part of the program whose file could not be opened when it was first needed; null if an error has another cause.</summary>
    public static string? UnloadedPart(Exception? e) =>
        e is null ? null : IsOfLoader(e) ? ((FileNotFoundException)e).FileName!.Split(',')[0] : UnloadedPart(e.InnerException);

    // Such a part is named like "System.Memory, Version=10.0.0.0, …", and is no file of the user's that is missing.
    private static bool IsOfLoader(Exception e) => e is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal);

    // How .NET reports a file that grows beyond the limit of the file system or the user.
    private static bool IsTooLarge(Exception e) => e is ArgumentOutOfRangeException { ParamName: "value" };
}
