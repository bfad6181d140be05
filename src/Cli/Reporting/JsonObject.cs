using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipelines.Cli.Reporting;

/// <summary>Writes the one JSON object of <c>--json</c>.</summary>
internal static class JsonObject
{
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object on one line.</summary>
    public static void Write(TextWriter target, Action<Utf8JsonWriter> properties)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }
        target.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
