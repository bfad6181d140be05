namespace Pipelines;

/// <summary>Where a file is written: symbolic links are followed and stay, and what is there is judged by its content before it is replaced.</summary>
internal static class OutputTarget
{
    private const int MostLinks = 40;

    /// <summary>The path that a name leads to once all symbolic links are followed. Nothing needs to be there.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Resolve(string path) => Resolve(path, 0);

    /// <summary>Why no file can be written here, in words; null if one can.</summary>
    public static string? Obstacle(string path)
    {
        string target;
        try
        {
            target = Resolve(path);
        }
        catch (IOException)
        {
            return "symbolic links that lead in a circle";
        }
        if (Directory.Exists(target)) return "a folder";
        if (OperatingSystem.IsWindows()) return null;
        // Writing ends with a rename, which would put a file where /dev/null is.
        if (IsDevice(Path.GetFullPath(path)) || IsDevice(target)) return "a device";
        // Only what has no length can be a pipe or a device in another place.
        return new FileInfo(target) is { Exists: true, Length: 0 } && !NativeSync.IsPossible(target) ? "a pipe or device" : null;
    }

    /// <summary>
    /// What keeps an existing file from being replaced by one of a kind, in words; null if nothing does: it is of that kind, empty, or not there.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind in words, such as <c>a Pipelines model</c>.</param>
    /// <param name="isOfKind">Judges a file that is not empty.</param>
    public static string? Stranger(string path, string kind, Func<string, bool> isOfKind)
    {
        var target = Resolve(path);
        return new FileInfo(target) is not { Exists: true, Length: > 0 } || isOfKind(target) ? null : $"an existing file that is not {kind}";
    }

    private static bool IsDevice(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static string Resolve(string path, int links)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        var folder = Resolve(parent, links);
        var whole = Path.Combine(folder, Path.GetFileName(path));
        if (new FileInfo(whole).LinkTarget is not { } target) return whole;
        if (links == MostLinks) throw new IOException($"{path}: symbolic links that lead in a circle");
        return Resolve(Path.Combine(folder, target), links + 1);
    }
}
