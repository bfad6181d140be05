using System.Security.Cryptography;
using System.Text;

namespace Pipelines;

/// <summary>Resolves where a file is written: symbolic links are followed and kept, and an existing file's content is checked before it is replaced.</summary>
internal static class OutputTarget
{
    private const int MostLinks = 40;
    private const int MostNameBytes = 255;
    private const int HashLetters = 16;

    /// <summary>The full path without a separator at its end.</summary>
    public static string Full(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>
    /// The hidden file that accompanies a file while it is written: <c>.NAME.tmp</c> for <c>NAME</c>. It is always the same, so that the next run finds what a
    /// killed one left. If it would be too long, the end of the name is replaced by its hash.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="suffix">What the hidden name ends with.</param>
    public static string Hidden(string path, string suffix)
    {
        path = Full(path);
        var name = Path.GetFileName(path);
        var most = MostNameBytes - 1 - suffix.Length;
        if (Encoding.UTF8.GetByteCount(name) > most)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLetters];
            var left = most - 1 - HashLetters;
            name = $"{string.Concat(name.EnumerateRunes().TakeWhile(r => (left -= r.Utf8SequenceLength) >= 0))}~{hash}";
        }
        return Path.Combine(Path.GetDirectoryName(path)!, $".{name}{suffix}");
    }

    /// <summary>By how much the last name of a path is too long for a file system, as text; null if it is not.</summary>
    public static string? Excess(string path) =>
        !OperatingSystem.IsWindows() && Encoding.UTF8.GetByteCount(Path.GetFileName(Full(path))) is > MostNameBytes and var bytes
            ? $"a name of {bytes} bytes, {bytes - MostNameBytes} more than names can have"
            : null;

    /// <summary>The path after following all symbolic links. The file does not have to exist.</summary>
    /// <exception cref="IOException">The links form a cycle.</exception>
    public static string Resolve(string path) => Resolve(path, 0);

    /// <summary>Why no file can be written here, as text; null if one can.</summary>
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
        if (Excess(target) is { } excess) return excess;
        // Writing ends with a rename, which would replace /dev/null with a file.
        if (IsDevice(Path.GetFullPath(path)) || IsDevice(target)) return "a device";
        // Outside /dev, only files of length 0 can be pipes or devices.
        return new FileInfo(target) is { Exists: true, Length: 0 } && !NativeSync.IsPossible(target) ? "a pipe or device" : null;
    }

    /// <summary>
    /// Why an existing file must not be replaced by one of the given kind, as text; null if it may be: it is of that kind, empty, or does not exist.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind as text, such as <c>a Pipelines model</c>.</param>
    /// <param name="isOfKind">Checks a file that is not empty.</param>
    public static string? Stranger(string path, string kind, Func<string, bool> isOfKind)
    {
        var target = Resolve(path);
        return new FileInfo(target) is not { Exists: true, Length: > 0 } || isOfKind(target) ? null : $"an existing file that is not {kind}";
    }

    private static bool IsDevice(string path) => path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static string Resolve(string path, int links)
    {
        path = Full(path);
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        var folder = Resolve(parent, links);
        var whole = Path.Combine(folder, Path.GetFileName(path));
        if (new FileInfo(whole).LinkTarget is not { } target) return whole;
        if (links == MostLinks) throw new IOException($"{path}: symbolic links that lead in a circle");
        return Resolve(Path.Combine(folder, target), links + 1);
    }
}
