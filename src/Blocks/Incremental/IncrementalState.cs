using System.Text.Json;
using Pipelines.Io;

namespace Pipelines.Blocks.Incremental;

/// <summary>A processed file.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Bytes">Its size when it was processed.</param>
/// <param name="Modified">Its modification time at that point, UTC.</param>
/// <param name="FooterHash">SHA-256 of its footer at that point.</param>
/// <param name="Run">Number of the run that processed it.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="RowsRejected">Number of rejected rows.</param>
internal sealed record DoneFile(string Path, long Bytes, DateTime Modified, string FooterHash, int Run, long Rows, long RowsRejected)
{
    /// <summary>Folder of its rejected rows; null if none are stored.</summary>
    public string? Quarantine { get; init; }

    /// <summary>For scores: number of the model in <see cref="IncrementalState.Models"/>; 1 in states of one model.</summary>
    public int Model { get; init; } = 1;

    /// <summary>True if its folder must exist in the output. Files without rows also get a folder, but did not in earlier versions.</summary>
    public bool HasOutput => Rows + RowsRejected > 0;

    /// <summary>True if the file has not changed.</summary>
    public bool Is(InputFile file) => (Path, Bytes, Modified, FooterHash) == (file.Path, file.Bytes, file.Modified.ToUniversalTime(), file.FooterHash);
}

/// <summary>A run that was started. It is recorded before its output is written, so that a later run completes it instead of repeating it.</summary>
/// <param name="Run">Its number.</param>
/// <param name="File">The file that it processes.</param>
/// <param name="Replaces">The entry that it replaces; null if the file is new.</param>
/// <param name="Maker">Version, kernel variant and bad-row mode with which it was started: if these change, it starts over.</param>
internal sealed record PendingRun(int Run, DoneFile File, DoneFile? Replaces, string Maker);

/// <summary>A model of scoring runs.</summary>
/// <param name="Fingerprint">SHA-256 of its parameters.</param>
/// <param name="FirstRun">Number of the first run that scored with it.</param>
internal sealed record UsedModel(string Fingerprint, int FirstRun);

/// <summary>What incremental runs keep between them.</summary>
/// <param name="Format">The format named in the file.</param>
/// <param name="Version">Version of the format.</param>
/// <param name="Kind">The kind of run: <c>score</c> or <c>fit</c>.</param>
/// <param name="Job">The job, without its inputs.</param>
/// <param name="NextRun">Number of the next run.</param>
/// <param name="Files">The processed files, in the order in which they were processed.</param>
internal sealed record IncrementalState(string Format, int Version, string Kind, IReadOnlyList<JobProperty> Job, int NextRun, IReadOnlyList<DoneFile> Files)
{
    private const string TheFormat = "pipelines-incremental";
    private const int TheVersion = 1;
    private const long MostBytes = 1L << 30;
    private static readonly JsonSerializerOptions json = new()
    {
        MaxDepth = 8,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true
    };

    /// <summary>The run that was started and is not known to have ended; null if there is none.</summary>
    public PendingRun? Pending { get; init; }

    /// <summary>For a fit: the model as JSON; null before the first run.</summary>
    public string? Model { get; init; }

    /// <summary>For a fit: the sufficient statistics of all rows so far under <see cref="Model"/>; null before the first run.</summary>
    public byte[]? Statistics { get; init; }

    /// <summary>For scores: the models, in the order of their use; null as long as there was one.</summary>
    public IReadOnlyList<UsedModel>? Models { get; init; }

    /// <summary>The state before the first run.</summary>
    public static IncrementalState Begin(string kind, IReadOnlyList<JobProperty> job) => new(TheFormat, TheVersion, kind, job, 1, []);

    /// <summary>Reads a state file; null if there is none.</summary>
    /// <exception cref="FlowException">It is damaged, too large, or of another version.</exception>
    public static IncrementalState? Read(string path)
    {
        var info = new FileInfo(path);
        if (path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
            throw Bad(ErrorKind.Usage, path, "a name that Parquet files have", "give another name, such as state.json: it could be read as an input");
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path)) throw Bad(ErrorKind.Usage, path, "a folder", "give a file, such as state.json");
        if (!info.Exists) return null;
        if (info.Length is 0 or > MostBytes) throw Bad(ErrorKind.Usage, path, $"{info.Length} bytes", "check that it is a state file");
        try
        {
            var state = JsonSerializer.Deserialize<IncrementalState>(File.ReadAllBytes(path), json);
            if (state?.Format != TheFormat) throw Bad(ErrorKind.Usage, path, $"the format '{state?.Format}'", "check that it is a state file");
            if (state.Version != TheVersion)
                throw Bad(ErrorKind.Usage, path, $"version {state.Version}, which this version of Pipelines does not know",
                    "use the version that wrote it");
            if (state.Files.Contains(null!) || state.Job.Contains(null!)) throw new FormatException("an entry that is null");
            if (state.Files.Select(f => f.Path).Distinct(StringComparer.Ordinal).Count() != state.Files.Count || state.NextRun < 1
                || state.Files.Any(f => f.Run < 1 || f.Run >= state.NextRun))
                throw new FormatException("files or runs that contradict each other");
            if (state.Models?.Contains(null!) == true || state.Files.Any(f => f.Model < 1 || f.Model > (state.Models?.Count ?? 1)))
                throw new FormatException("a file that was scored by a model of another number");
            return state;
        }
        catch (JsonException e) when (IsOther(path))
        {
            throw Bad(ErrorKind.Usage, path, "JSON that is no state", "check that it is a state file", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // The parser's own message contains names of internal types.
            var why = e is JsonException { LineNumber: { } line }
                ? $"its JSON is wrong in line {line + 1}"
                : e is FormatException ? e.Message : "its JSON is wrong";
            throw Bad(ErrorKind.Data, path, $"a damaged state ({why})", "restore it from a copy, or start over with another state file and output", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(ErrorKind.Storage, path, $"a file that cannot be read ({DiskError.Reason(e)})", "check its permissions", e);
        }
    }

    // True for intact JSON without the state's format.
    private static bool IsOther(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String
                || format.GetString() != TheFormat;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes the state atomically.</summary>
    /// <exception cref="FlowException">The state cannot be written.</exception>
    public void Write(FileLayer files, string path)
    {
        try
        {
            DurableFile.Write(files, path, JsonSerializer.SerializeToUtf8Bytes(this, json));
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            throw Bad(ErrorKind.Storage, path, $"an error when writing ({DiskError.Reason(e)})",
                "free space or check the permissions, and run again: nothing is lost or done twice", e);
        }
    }

    private static FlowException Bad(ErrorKind kind, string path, string found, string remedy, Exception? inner = null) =>
        new(kind, path, found, "the state of incremental runs, or a file that does not exist yet", remedy, inner);
}
