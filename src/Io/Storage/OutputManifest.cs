using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipelines.Io.Storage;

/// <summary>
/// Describes a finished output folder: the job, its inputs, and each part with its checksum. Its presence means that the output is complete.
/// </summary>
/// <param name="Head">The job and the columns.</param>
/// <param name="Parts">The parts, in order.</param>
internal sealed record OutputManifest(OutputHead Head, IReadOnlyList<PartRecord> Parts)
{
    /// <summary>The manifest's file name.</summary>
    public const string FileName = "_manifest.json";

    private const string Format = "pipelines-output";
    private const int Version = 1;
    private const long MostBytes = 1L << 28;
    private static readonly JsonWriterOptions writing = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Number of input rows.</summary>
    public long RowsIn => Parts.Sum(p => p.InputRows);

    /// <summary>Number of rows written.</summary>
    public long RowsOut => Parts.Sum(p => p.Output.Rows);

    /// <summary>Number of rows rejected.</summary>
    public long RowsRejected => Parts.Sum(p => p.RejectedRows);

    /// <summary>The file's text: UTF-8 without a byte order mark, a line feed at the end.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, writing))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteNumber("rowsIn", RowsIn);
            json.WriteNumber("rowsOut", RowsOut);
            json.WriteNumber("rowsRejected", RowsRejected);
            OutputJson.Write(json, Head);
            json.WriteList("parts", Parts, part => OutputJson.Write(json, part, isJournal: false));
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Reads the manifest of a folder; null if it has none.</summary>
    /// <exception cref="FlowException">It is damaged, too large, a link, or of another version.</exception>
    public static OutputManifest? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var info = new FileInfo(path);
        if (info.LinkTarget is { } target) throw Bad(path, $"a symbolic link to {target}", "a file of its own");
        if (!info.Exists) return null;
        if (info.Length > MostBytes) throw Bad(path, $"{info.Length} bytes", $"at most {MostBytes}");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, path, $"a manifest that cannot be read ({DiskError.Reason(e)})", "a readable file",
                "check its permissions", e);
        }
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = OutputJson.MostDepth, AllowDuplicateProperties = false });
            var json = document.RootElement;
            if (OutputJson.Text(json, "format") != Format) throw new FormatException($"the format '{OutputJson.Text(json, "format")}'");
            if (OutputJson.Count(json, "version") is var version && version != Version)
                throw new FlowException(ErrorKind.Data, path, $"a manifest of version {version}", $"version {Version}",
                    "use the version of Pipelines that wrote it");
            var manifest = new OutputManifest(OutputJson.ReadHead(json),
                [.. OutputJson.List(json, "parts").Select(p => OutputJson.ReadPart(p, isJournal: false))]);
            foreach (var (name, sum) in ((string, long)[])[("rowsIn", manifest.RowsIn), ("rowsOut", manifest.RowsOut), ("rowsRejected", manifest.RowsRejected)])
                if (OutputJson.Count(json, name) != sum) throw new FormatException($"'{name}' that is not the sum over the parts, {sum}");
            if (manifest.Parts.GroupBy(p => p.Output.File, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new FormatException($"the part '{twice.Key}' twice");
            return manifest;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Bad(path, e is FormatException ? e.Message : "text that is not JSON (truncated or damaged)", "a manifest of Pipelines", e);
        }
    }

    private static FlowException Bad(string path, string found, string expected, Exception? inner = null) =>
        new(ErrorKind.Data, path, found, expected, "the output is damaged or was changed: write it again to another folder", inner);
}
