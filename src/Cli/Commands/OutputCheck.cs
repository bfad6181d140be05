using Pipelines.Io;

namespace Pipelines.Cli.Commands;

/// <summary>Refuses an output that would replace what the run reads.</summary>
internal static class OutputCheck
{
    /// <summary>Compares the output with every file that is read, links followed.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs of Parquet data.</param>
    /// <param name="others">Other files that are read: models.</param>
    /// <param name="reading">How they are read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DataException">They are the same file.</exception>
    public static async Task NotAnInputAsync(string output, IEnumerable<string> inputs, IEnumerable<string> others, ParquetSourceOptions reading, CancellationToken cancellationToken)
    {
        if (!File.Exists(output)) return;
        var target = Real(output);
        var paths = inputs.ToArray();
        var read = paths.Length == 0 ? [] : await new ParquetSource(paths, reading).FilesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var file in read.Concat(others))
        {
            if (Real(file) == target)
                throw new DataException(DataErrorKind.Usage, $"--output {output}", "a file that is read too", "a file of its own", "name a new file; nothing was changed");
        }
    }

    /// <summary>Refuses Parquet output within a folder that is read: the next run would take it for data. Names that readers leave out are free.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs of Parquet data.</param>
    /// <exception cref="DataException">It lies within an input.</exception>
    public static void NotInAnInput(string output, IEnumerable<string> inputs)
    {
        var path = Path.GetFullPath(output);
        foreach (var folder in inputs.Where(Directory.Exists))
        {
            if (Holds(Path.GetFullPath(folder), path) && !Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar).Any(p => p is ['.' or '_', _, ..]))
                throw new DataException(DataErrorKind.Usage, $"--output {output}", $"a place within the input {folder}", "a place that is not read, or the next run would take it for data", "name one outside of the inputs");
        }
    }

    /// <summary>Refuses a place among the devices: a rename would put a file where /dev/null is.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="example">A path that would do.</param>
    /// <param name="option">The option and its value, for the message; null = --output.</param>
    /// <exception cref="DataException">It is one.</exception>
    public static void NotADevice(string output, string expected, string example, string? option = null)
    {
        if (!OperatingSystem.IsWindows() && Path.GetFullPath(output).StartsWith("/dev/", StringComparison.Ordinal) && !Path.GetFullPath(output).StartsWith("/dev/shm/", StringComparison.Ordinal))
            throw new DataException(DataErrorKind.Usage, option ?? $"--output {output}", "a device", expected, $"name a file, such as {example}");
    }

    /// <summary>Refuses a folder for refused rows that is, holds or lies in the output or an input: they would be read, or mistaken for results.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs that are read.</param>
    /// <exception cref="DataException">It is such a place.</exception>
    public static void QuarantineApart(string folder, string output, IEnumerable<string> inputs)
    {
        var place = $"--on-bad-row quarantine {folder}";
        NotADevice(folder, "a folder", "refused", place);
        if (File.Exists(folder)) throw Wrong("a file");
        if (Overlap(folder, output)) throw Wrong($"a folder that is, holds or lies in the output {output}");
        foreach (var input in inputs)
        {
            if (input.AsSpan().IndexOfAny("*?[") < 0 ? Overlap(folder, input) : IsMatched(folder, input)) throw Wrong($"a folder that is, holds or lies in the input {input}");
        }

        DataException Wrong(string found) => new(DataErrorKind.Usage, place, found, "a new or empty folder of its own", "name another folder; nothing was read");
    }

    // A glob reads a folder whose name it matches, with all in it; one that goes deeper may.
    private static bool IsMatched(string folder, string glob)
    {
        var parts = Path.GetFullPath(glob).Split(Path.DirectorySeparatorChar);
        var names = Resolved(folder).Split(Path.DirectorySeparatorChar);
        var first = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny("*?[") >= 0);
        parts = [.. Resolved(string.Join(Path.DirectorySeparatorChar, parts[..first]) is { Length: > 0 } root ? root : Path.GetPathRoot(Path.GetFullPath(glob))!).TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar), .. parts[first..]];
        for (var i = 0; i < Math.Min(parts.Length, names.Length); i++)
        {
            if (parts[i] == "**") return true;
            if (parts[i] != names[i] && !System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(System.Text.RegularExpressions.Regex.Replace(parts[i], @"\[[^\]]*\]", "?"), names[i], ignoreCase: false)) return false;
        }
        return true;
    }

    /// <summary>True if two names are of one file that is there.</summary>
    public static bool IsSame(string a, string b) => File.Exists(a) && File.Exists(b) && Real(a) == Real(b);

    private static bool Overlap(string a, string b) => Holds(Resolved(a), Resolved(b)) || Holds(Resolved(b), Resolved(a));

    private static bool Holds(string folder, string path) => path == folder || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Links in the part of the path that exists are followed, whichever part that is.
    private static string Resolved(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(path);
        if (parent is null) return path;
        var whole = Path.Combine(Resolved(parent), Path.GetFileName(path));
        FileSystemInfo info = Directory.Exists(whole) ? new DirectoryInfo(whole) : new FileInfo(whole);
        return info.Exists && info.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Resolved(target.FullName) : whole;
    }

    private static string Real(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
}
