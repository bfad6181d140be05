using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipelines.Io.Storage;

/// <summary>
/// Records the finished parts of an unfinished output, so that a later run can resume: the first line identifies the job, followed by one line per part and,
/// at the end, a commit line that says that all parts are complete and are being renamed. Each line starts with a checksum; everything after the first wrong
/// checksum is ignored, so a line torn by a kill does no harm.
/// </summary>
/// <param name="Head">The job and the columns.</param>
/// <param name="Parts">The parts, in order.</param>
/// <param name="IsCommitting">True: all parts are complete.</param>
internal sealed record OutputJournal(OutputHead Head, IReadOnlyList<PartRecord> Parts, bool IsCommitting)
{
    /// <summary>The journal's name in the folder of unfinished files.</summary>
    public const string FileName = "journal";

    /// <summary>The line that says that all parts are complete.</summary>
    public static readonly byte[] CommitLine = Line(json => json.WriteBoolean("commit", true));

    private const string Format = "pipelines-journal";
    private const int Version = 1;
    private const long MostBytes = 1L << 28;
    private const int SumLetters = 16;

    /// <summary>Number of input rows of all parts.</summary>
    public long RowsIn => Parts.Sum(p => p.InputRows);

    /// <summary>The journal's bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(Line(json =>
        {
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            OutputJson.Write(json, Head);
        }));
        foreach (var part in Parts) bytes.Write(LineOf(part));
        if (IsCommitting) bytes.Write(CommitLine);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The line of a part.</summary>
    public static byte[] LineOf(PartRecord part) => Line(json =>
    {
        json.WritePropertyName("part");
        OutputJson.Write(json, part, isJournal: true);
    });

    /// <summary>Reads a journal; null if there is none or even its first line is incomplete.</summary>
    /// <exception cref="FlowException">It cannot be read, or is of another version.</exception>
    public static OutputJournal? Read(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.LinkTarget is not null || info.Length > MostBytes) return null;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, path, $"a journal that cannot be read ({DiskError.Reason(e)})", "a readable file",
                "check its permissions", e);
        }
        OutputJournal? journal = null;
        var parts = new List<PartRecord>();
        try
        {
            for (var at = 0; Next(bytes, ref at) is { } line;)
            {
                using var document = JsonDocument.Parse(line, new() { MaxDepth = OutputJson.MostDepth, AllowDuplicateProperties = false });
                var json = document.RootElement;
                if (journal is null)
                {
                    if (OutputJson.Text(json, "format") != Format) return null;
                    if (OutputJson.Count(json, "version") is var version && version != Version)
                        throw new FlowException(ErrorKind.Usage, path, $"a journal of version {version}", $"version {Version}",
                            "resume with the version of Pipelines that wrote it, or start over without resuming");
                    journal = new OutputJournal(OutputJson.ReadHead(json), parts, false);
                }
                else if (json.TryGetProperty("part", out var part)) parts.Add(OutputJson.ReadPart(part, isJournal: true));
                else
                {
                    journal = journal with { IsCommitting = true };
                    break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // A line with a correct checksum that we did not write: the lines before it are valid.
        }
        return journal;
    }

    // Null at the end or at a torn or modified line.
    private static ReadOnlyMemory<byte>? Next(byte[] bytes, ref int at)
    {
        var length = bytes.AsSpan(at).IndexOf((byte)'\n');
        if (length <= SumLetters) return null;
        var line = bytes.AsMemory(at, length);
        at += length + 1;
        return line.Span[SumLetters] == ' ' && line.Span[..SumLetters].SequenceEqual(Sum(line.Span[(SumLetters + 1)..])) ? line[(SumLetters + 1)..] : null;
    }

    private static byte[] Line(Action<Utf8JsonWriter> properties)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }
        return [.. Sum(text.WrittenSpan), (byte)' ', .. text.WrittenSpan, (byte)'\n'];
    }

    private static byte[] Sum(ReadOnlySpan<byte> text) => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text))[..SumLetters]);
}
