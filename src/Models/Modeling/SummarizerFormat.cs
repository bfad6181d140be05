using System.Collections.Concurrent;
using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Serialization;

/// <summary>
/// The saved form of what a pass computes: JSON with a format version, the kind of a summarizer and its settings. Built-in kinds register themselves when their
/// library is loaded; add your own with <see cref="Register"/>. Every model is of the kind <c>model</c>.
/// </summary>
public static class SummarizerFormat
{
    /// <summary>The format name in the saved form.</summary>
    public const string Format = "pipelines-summarizer";

    /// <summary>The version this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>The kind of all models, and the property that holds one.</summary>
    internal const string ModelKind = "model";

    // Deeper than models may be, because they may be parts.
    private const int MostDepth = 80;

    private static readonly ConcurrentDictionary<string, Func<JsonElement, ISummarizer>> readers =
        new([new(ModelKind, json => ModelFormat.Read(json.Required(ModelKind)))], StringComparer.Ordinal);

    /// <summary>Registers a kind. Registering it again with the same method changes nothing.</summary>
    /// <param name="kind">The name (<see cref="ISummarizer.SummarizerKind"/>).</param>
    /// <param name="read">Reads what <see cref="ISummarizer.WriteSettings"/> wrote.</param>
    /// <exception cref="ModelException">The name already belongs to another kind.</exception>
    public static void Register(string kind, Func<JsonElement, ISummarizer> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(read);
        if (readers.GetOrAdd(kind, read) != read)
            throw new ModelException(ErrorKind.Usage, $"registration of the summarizer '{kind}'", "another summarizer of this name", "a name of its own",
                "give it another name");
    }

    /// <summary>The saved form as UTF-8 text.</summary>
    /// <exception cref="ModelException">The summarizer cannot be sent to another process.</exception>
    public static byte[] ToJson(ISummarizer summarizer)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("version", Version);
            writer.WritePropertyName("summarizer");
            Write(writer, summarizer);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToJson"/> returned.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <exception cref="ModelException">The text is not JSON, damaged, of another format or version, or of a kind that is not registered.</exception>
    public static ISummarizer FromJson(ReadOnlyMemory<byte> json) => JsonHelpers.Reading("summarizer", "summarizer", () =>
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = MostDepth, AllowDuplicateProperties = false });
        var root = document.RootElement;
        if (root.Required("format").GetString() is var format && format != Format)
            throw JsonHelpers.Bad("property 'format'", JsonHelpers.Quote(format ?? "null"), $"'{Format}'");
        if (root.Required("version").GetInt32() is var version && version != Version)
            throw new ModelException(ErrorKind.ModelFile, "property 'version'", $"{version}", $"{Version}",
                "use the version of Pipelines that wrote it, or save it again");
        return Read(root.Required("summarizer"));
    });

    /// <summary>Writes a summarizer as a JSON object: its kind, then its settings.</summary>
    public static void Write(Utf8JsonWriter writer, ISummarizer summarizer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(summarizer);
        writer.WriteStartObject();
        writer.WriteString("kind", summarizer.SummarizerKind);
        summarizer.WriteSettings(writer);
        writer.WriteEndObject();
    }

    /// <summary>Reads a summarizer that <see cref="Write"/> wrote.</summary>
    public static ISummarizer Read(JsonElement json)
    {
        var kind = json.Required("kind").GetString() ?? "null";
        return readers.TryGetValue(kind, out var read)
            ? read(json)
            : throw new ModelException(ErrorKind.ModelFile, "property 'kind'", JsonHelpers.Quote(kind), "a kind that this version of Pipelines knows",
                "use the version of Pipelines that wrote it, or register the kind");
    }
}
