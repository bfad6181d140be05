using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>Writes the one JSON object of <c>--json</c>.</summary>
internal static class JsonObject
{
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object on one line, with all warnings so far as its last property. Writes only the first object.</summary>
    /// <param name="console">The console to write to, which also holds the warnings.</param>
    /// <param name="properties">Writes all other properties.</param>
    public static void Write(ToolConsole console, Action<Utf8JsonWriter> properties)
    {
        if (!console.TakeObject()) return;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteTexts("warnings", console.Warnings);
            writer.WriteEndObject();
        }
        console.Out.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    /// <summary>Writes a number. JSON has no NaN or infinity: null.</summary>
    public static void WriteReal(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteNullValue();
    }

    /// <summary>Writes a number as a property.</summary>
    public static void WriteReal(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteReal(value);
    }

    /// <summary>Writes what the inference of a network took.</summary>
    public static void WriteCost(this Utf8JsonWriter json, InferenceCost cost)
    {
        json.WriteNumber("patterns", cost.Patterns);
        json.WriteNumber("largestTableBytes", cost.LargestTableBytes);
    }
}
