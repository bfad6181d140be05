using System.Globalization;
using System.Text.Json;

namespace Pipelines.Io.Storage;

/// <summary>A column of an output, as it is stored.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How it is stored, as text: <c>INT64 TIMESTAMP(MICROS)</c>.</param>
/// <param name="IsNullable">True if values may be null.</param>
internal sealed record OutputColumn(string Name, string Type, bool IsNullable);

/// <summary>The head of an output: the job and the columns written.</summary>
internal sealed record OutputHead(JobIdentity Job, IReadOnlyList<OutputColumn> Schema);

/// <summary>
/// The JSON elements shared by journals and manifests. The JSON read back is untrusted: everything in it is bounded and checked.
/// </summary>
internal static class OutputJson
{
    /// <summary>Maximum nesting depth that is read.</summary>
    public const int MostDepth = 8;

    private const int MostParts = 10_000_000;

    /// <summary>Writes the job, the inputs and the schema as properties.</summary>
    public static void Write(Utf8JsonWriter json, OutputHead head)
    {
        json.WriteObjects("job", head.Job.Properties, fact =>
        {
            json.WriteString("name", fact.Name);
            json.WriteString("value", fact.Value);
        });
        json.WriteObjects("schema", head.Schema, column =>
        {
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type);
            json.WriteBoolean("nullable", column.IsNullable);
        });
        json.WriteObjects("inputs", head.Job.Inputs, input =>
        {
            json.WriteString("path", input.Path);
            json.WriteNumber("bytes", input.Bytes);
            json.WriteString("modified", input.Modified.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("footerSha256", input.FooterHash);
            json.WriteNumber("rows", input.Rows);
        });
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter, OutputHead)"/> wrote.</summary>
    /// <exception cref="FormatException">The JSON has another form.</exception>
    public static OutputHead ReadHead(JsonElement json) => new(
        new JobIdentity([.. List(json, "job").Select(f => new JobProperty(Text(f, "name"), Text(f, "value")))])
        {
            Inputs = [
            .. List(json, "inputs").Select(ReadInput)]
        },
        [.. List(json, "schema").Select(c => new OutputColumn(Text(c, "name"), Text(c, "type"), Property(c, "nullable").ValueKind == JsonValueKind.True))]);

    /// <summary>Writes a part as an object.</summary>
    /// <param name="json">The target.</param>
    /// <param name="part">The part.</param>
    /// <param name="isJournal">True: include what only a resumed run needs.</param>
    public static void Write(Utf8JsonWriter json, PartRecord part, bool isJournal)
    {
        json.WriteStartObject();
        WriteFile(json, part.Output);
        json.WriteNumber("firstRow", part.FirstRow);
        json.WriteNumber("inputRows", part.InputRows);
        json.WriteNumber("rejectedRows", part.RejectedRows);
        if (isJournal)
        {
            json.WriteNumber("nextBatch", part.NextBatch);
            if (part.Quarantine is { } quarantine)
            {
                json.WriteStartObject("quarantine");
                WriteFile(json, quarantine);
                json.WriteEndObject();
            }
        }
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter, PartRecord, bool)"/> wrote.</summary>
    /// <exception cref="FormatException">The JSON has another form.</exception>
    public static PartRecord ReadPart(JsonElement json, bool isJournal) => new(
        ReadFile(json), Count(json, "firstRow"), Count(json, "inputRows"), Count(json, "rejectedRows"), isJournal ? Count(json, "nextBatch") : 0,
        isJournal && json.TryGetProperty("quarantine", out var quarantine) ? ReadFile(quarantine) : null);

    /// <summary>The elements of an array property.</summary>
    public static JsonElement.ArrayEnumerator List(JsonElement json, string name) =>
        Property(json, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() <= MostParts
        ? list.EnumerateArray()
        : throw new FormatException($"no list '{name}'");

    /// <summary>A string property.</summary>
    public static string Text(JsonElement json, string name) =>
        Property(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw new FormatException($"no text '{name}'");

    /// <summary>An integer property, at least 0.</summary>
    public static long Count(JsonElement json, string name) =>
        Property(json, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) && value >= 0
            ? value
            : throw new FormatException($"no whole number '{name}' of at least 0");

    private static JsonElement Property(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : throw new FormatException($"no property '{name}'");

    private static void WriteFile(Utf8JsonWriter json, PartFile file)
    {
        json.WriteString("file", file.File);
        json.WriteNumber("rows", file.Rows);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteString("sha256", file.Sha256);
    }

    // A name that contains a folder would lead out of the output folder.
    private static PartFile ReadFile(JsonElement json)
    {
        var name = Text(json, "file");
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0 || name != Path.GetFileName(name))
            throw new FormatException($"'{name}', which is not a plain file name");
        return new PartFile(name, Count(json, "rows"), Count(json, "bytes"), Text(json, "sha256"));
    }

    private static InputFile ReadInput(JsonElement json)
    {
        var path = Text(json, "path");
        return DateTime.TryParseExact(Text(json, "modified"), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var modified)
            ? new InputFile(path, path, Count(json, "bytes"), modified, Text(json, "footerSha256"), Count(json, "rows"))
            : throw new FormatException("no time 'modified'");
    }
}
