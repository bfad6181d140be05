namespace Pipelines.Cli.Settings;

/// <summary>Rejects an output that would replace an input, or a file that must not be replaced.</summary>
internal static class OutputCheck
{
    private const string Folder = "a folder";

    // Extensions of other formats: a name with one of them is probably a mistake, as the tool would write its own format or create a folder of that name.
    private static readonly string[] endings =
    [
        ".parquet", ".parq", ".pq", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".arrow", ".arrows", ".feather", ".ipc", ".orc", ".avro", ".xlsx",
        ".xls", ".ods",
        ".db", ".sqlite", ".duckdb", ".gz", ".bz2", ".xz", ".zst", ".zip", ".tar", ".7z", ".xml", ".html", ".md", ".yaml", ".yml", ".toml", ".pkl", ".npy",
        ".npz", ".h5",
        ".png", ".svg", ".jpg", ".jpeg", ".gif", ".pdf", ".dot", ".mmd", ".bif", ".py", ".log",
    ];

    /// <summary>Checks that a Parquet output is neither standard output nor a device.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="example">A valid path.</param>
    /// <exception cref="FlowException">The output is one of these.</exception>
    public static void ParquetPlace(string output, string example)
    {
        NotStandardOutput(output, "a Parquet file or a folder", example, "--output");
        NotADevice(output, "a Parquet file or a folder", example);
    }

    /// <summary>Checks, before anything is read, that a Parquet output may be created: a file with a name that ends in .parquet, or a folder.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="force">True if an existing file of any kind may be replaced, and a folder may have any name.</param>
    /// <param name="example">A valid path.</param>
    /// <exception cref="FlowException">The output may not be written.</exception>
    public static void MayWriteParquet(string output, bool force, string example)
    {
        const string option = "--output";
        if (output.EndsWith(FileKind.Parquet.Ending, StringComparison.OrdinalIgnoreCase)) MayReplace(output, FileKind.Parquet, force, option);
        else if (!force && !Directory.Exists(output) && KnownEnding(output) is { } ending)
        {
            // An existing file is not replaced by a folder, not even with --force.
            var isFile = File.Exists(output);
            throw new FlowException(ErrorKind.Usage, $"{option} {output}", $"{(isFile ? "a file with " : "")}the extension {ending}",
                $"a name that ends in {FileKind.Parquet.Ending}, or a {(isFile ? "new or empty " : "")}folder",
                $"for example {example}{(isFile ? "" : "; --force makes a folder of this name")}");
        }
    }

    /// <summary>
    /// Checks that a file may be written: an existing file must be empty or of the same kind, and the name of a new or empty file must not have the
    /// extension of another kind.
    /// </summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="kind">The kind of file to write.</param>
    /// <param name="force">True to skip both checks.</param>
    /// <param name="option">The option or argument that names the output.</param>
    /// <param name="error">The kind of error to throw.</param>
    /// <exception cref="FlowException">The output may not be written.</exception>
    public static void MayReplace(string output, FileKind kind, bool force, string option, ErrorKind error = ErrorKind.Usage)
    {
        if (force) return;
        if (OutputTarget.Stranger(output, kind.Name, kind.Matches) is { } stranger)
            throw new FlowException(error, $"{option} {output}", stranger, $"a new name, or {kind.Name} to replace",
                "choose another name, or replace the file with --force");
        // Replacing an empty file, or one that a broken link names, is like creating it.
        if (new FileInfo(OutputTarget.Resolve(output)) is not { Exists: true, Length: > 0 } && KnownEnding(output) is { } ending
            && !string.Equals(ending, kind.Ending, StringComparison.OrdinalIgnoreCase))
            throw new FlowException(error, $"{option} {output}", $"the extension {ending}", $"a name that ends in {kind.Ending}",
                $"for example {kind.Example}; --force takes this name");
    }

    /// <summary>Rejects <c>-</c>, which means standard output in other tools.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="example">A valid path.</param>
    /// <param name="option">The option or argument that names the output.</param>
    /// <exception cref="FlowException">The output is <c>-</c>.</exception>
    public static void NotStandardOutput(string output, string expected, string example, string option)
    {
        if (output == "-")
            throw new FlowException(ErrorKind.Usage, $"{option} -", "standard output", expected,
                $"name a file, such as {example} (./- is a file of that name)");
    }

    /// <summary>Rejects one file as two outputs of a run.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="other">Path of the other output; null = none.</param>
    /// <param name="option">The option that names the other output.</param>
    /// <exception cref="FlowException">Both paths are the same file.</exception>
    public static void Apart(string output, string? other, string option)
    {
        if (other is not null && OutputTarget.Resolve(output) == OutputTarget.Resolve(other))
            throw new FlowException(ErrorKind.Usage, $"--output {output}", $"the file of {option}", "a file of its own", "choose another name");
    }

    /// <summary>Compares the output with the files that the user names, following links. Reads nothing.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="named">Files that are read; folders and globs are ignored.</param>
    /// <param name="option">The option that names the output.</param>
    /// <exception cref="FlowException">One of them is the output.</exception>
    public static void NotNamed(string output, IEnumerable<string> named, string option = "--output")
    {
        if (!File.Exists(output)) return;
        var target = OutputTarget.Resolve(output);
        if (named.Any(file => File.Exists(file) && OutputTarget.Resolve(file) == target))
            throw new FlowException(ErrorKind.Usage, $"{option} {output}", "a file that is also read", "a file of its own",
                "name a new file; nothing was changed");
    }

    /// <summary>Compares the output with every input file, following links. Expands folders and globs.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs of Parquet data.</param>
    /// <param name="reading">How they are read.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="FlowException">The output is an input file.</exception>
    public static async Task NotAnInputAsync(string output, IEnumerable<string> inputs, ParquetSourceOptions reading, CancellationToken cancellationToken)
    {
        var paths = inputs.ToArray();
        if (File.Exists(output) && paths.Length > 0)
            NotNamed(output, await new ParquetSource(paths, reading).FilesAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Rejects a Parquet output within an input folder, as the next run would read it as data. Names that readers ignore are allowed.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs of Parquet data.</param>
    /// <exception cref="FlowException">The output lies within an input.</exception>
    public static void NotInAnInput(string output, IEnumerable<string> inputs)
    {
        foreach (var folder in inputs.Where(Directory.Exists))
        {
            // Checks the location of a link and the location of its target.
            if (IsRead(Path.GetFullPath(folder), Path.GetFullPath(output)) || IsRead(OutputTarget.Resolve(folder), OutputTarget.Resolve(output)))
            {
                throw new FlowException(ErrorKind.Usage, $"--output {output}", $"a place within the input {folder}",
                    "a place outside the inputs, as the next run would read it as data", "choose another place");
            }
        }

        static bool IsRead(string folder, string path) =>
            Holds(folder, path) && !Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar).Any(p => p is ['.' or '_', _, ..]);
    }

    /// <summary>Rejects devices, pipes and broken links.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="example">A valid path.</param>
    /// <param name="option">The option and its value, for the message; null = --output.</param>
    /// <exception cref="FlowException">The output is one of these.</exception>
    public static void NotADevice(string output, string expected, string example, string? option = null)
    {
        if (!Directory.Exists(output) && OutputTarget.Obstacle(output) is { } obstacle)
            throw new FlowException(ErrorKind.Usage, option ?? $"--output {output}", obstacle, expected,
                $"name {(expected == Folder ? Folder : "a file")}, such as {example}");
    }

    /// <summary>Rejects a quarantine folder that is, contains or lies in the output or an input: its rows would be read, or mistaken for results.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs that are read.</param>
    /// <exception cref="FlowException">The folder overlaps with the output or an input.</exception>
    public static void QuarantineApart(string folder, string? output, IEnumerable<string> inputs)
    {
        var place = $"--on-bad-row quarantine {folder}";
        NotADevice(folder, Folder, "bad-rows", place);
        if (File.Exists(folder)) throw Wrong("a file");
        if (output is not null && Overlap(folder, output)) throw Wrong($"a folder that is, contains or lies in the output {output}");
        foreach (var input in inputs)
        {
            if (input.AsSpan().IndexOfAny("*?[") < 0 ? Overlap(folder, input) : IsMatched(folder, input))
                throw Wrong($"a folder that is, contains or lies in the input {input}");
        }

        FlowException Wrong(string found) =>
            new(ErrorKind.Usage, place, found, "a new or empty folder of its own", "name another folder; nothing was read");
    }

    // A glob that matches the name of a folder reads the whole folder; a glob with more parts may read some of it.
    private static bool IsMatched(string folder, string glob)
    {
        var parts = Path.GetFullPath(glob).Split(Path.DirectorySeparatorChar);
        var names = OutputTarget.Resolve(folder).Split(Path.DirectorySeparatorChar);
        var first = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny("*?[") >= 0);
        var root = string.Join(Path.DirectorySeparatorChar, parts[..first]) is { Length: > 0 } fixedPart
            ? fixedPart
            : Path.GetPathRoot(Path.GetFullPath(glob))!;
        parts = [.. OutputTarget.Resolve(root).TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar), .. parts[first..]];
        for (var i = 0; i < Math.Min(parts.Length, names.Length); i++)
        {
            if (parts[i] == "**") return true;
            if (parts[i] != names[i] && !System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(
                System.Text.RegularExpressions.Regex.Replace(parts[i], @"\[[^\]]*\]", "?"), names[i], ignoreCase: false)) return false;
        }
        return true;
    }

    /// <summary>True if both paths are the same existing file.</summary>
    public static bool IsSame(string a, string b) => File.Exists(a) && File.Exists(b) && OutputTarget.Resolve(a) == OutputTarget.Resolve(b);

    private static string? KnownEnding(string path) =>
        Path.GetExtension(path) is { Length: > 0 } ending && endings.Contains(ending, StringComparer.OrdinalIgnoreCase) ? ending : null;

    private static bool Overlap(string a, string b) =>
        Holds(OutputTarget.Resolve(a), OutputTarget.Resolve(b)) || Holds(OutputTarget.Resolve(b), OutputTarget.Resolve(a));

    private static bool Holds(string folder, string path) =>
        path == folder || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
