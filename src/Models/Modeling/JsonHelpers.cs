using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>Reads and writes parameters; every error names the property.</summary>
public static class JsonHelpers
{
    /// <summary>Property of models whose parts share one covariance.</summary>
    internal const string Tied = "tiedCovariances";

    /// <summary>A required property.</summary>
    public static JsonElement Required(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : throw Bad($"property '{name}'", "nothing", "a value");

    /// <summary>A required number; the strings NaN, Infinity and -Infinity also count as numbers.</summary>
    public static double Number(this JsonElement json, string name) => ToNumber(json.Required(name), name);

    /// <summary>True or false; false if there is no such property.</summary>
    public static bool Flag(this JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad($"property '{name}'", Kind(value), "true or false"),
    };

    /// <summary>Writes a property that is true; nothing if it is false.</summary>
    public static void WriteFlag(this Utf8JsonWriter writer, string name, bool value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value) writer.WriteBoolean(name, true);
    }

    /// <summary>A required integer of at least 1.</summary>
    public static int Count(this JsonElement json, string name) => json.Required(name) is { ValueKind: JsonValueKind.Number } value
        && value.TryGetInt32(out var count) && count >= 1
            ? count
            : throw Bad($"property '{name}'", Quote(json.Required(name).ToString()), "an integer of at least 1");

    /// <summary>A required list of numbers.</summary>
    public static double[] Numbers(this JsonElement json, string name) => [.. json.Array(name).Select(e => ToNumber(e, name))];

    /// <summary>A required list.</summary>
    public static IEnumerable<JsonElement> Array(this JsonElement json, string name)
    {
        var value = json.Required(name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Bad($"property '{name}'", Kind(value), "a list");
    }

    /// <summary>A required list of rows of equal length, shape [rows, columns].</summary>
    public static double[,] Matrix(this JsonElement json, string name)
    {
        var rows =
            json.Array(name).Select(r => r.ValueKind == JsonValueKind.Array
                ? r.EnumerateArray().Select(e => ToNumber(e, name)).ToArray()
                : throw Bad($"property '{name}'", Kind(r), "a list of lists")).ToList();
        if (rows.Any(r => r.Length != rows[0].Length)) throw Bad($"property '{name}'", "rows of different lengths", "a rectangular matrix");
        var matrix = new double[rows.Count, rows.Count == 0 ? 0 : rows[0].Length];
        for (var i = 0; i < rows.Count; i++)
            for (var j = 0; j < rows[i].Length; j++) matrix[i, j] = rows[i][j];
        return matrix;
    }

    /// <summary>A required text.</summary>
    internal static string Text(this JsonElement json, string name) => json.Required(name) is { ValueKind: JsonValueKind.String } value
        ? value.GetString()!
        : throw Bad($"property '{name}'", Kind(json.Required(name)), "a text");

    /// <summary>A required list of texts.</summary>
    internal static string[] Texts(this JsonElement json, string name) => [.. json.Array(name).Select(e =>
        e.ValueKind == JsonValueKind.String ? e.GetString()! : throw Bad($"property '{name}'", Kind(e), "a list of texts"))];

    /// <summary>The name of a value of an enumeration.</summary>
    internal static T Choice<T>(this JsonElement json, string name)
        where T : struct, Enum => Enum.TryParse<T>(json.Text(name), out var value) && Enum.IsDefined(value)
        ? value
        : throw Bad($"property '{name}'", Quote(json.Text(name)), $"{string.Join(" or ", Enum.GetNames<T>())}");

    /// <summary>Writes a number in shortest exact form: reading it gives the same bits.</summary>
    public static void WriteExact(this Utf8JsonWriter writer, string name, double value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(name);
        WriteNumber(writer, value);
    }

    /// <summary>Writes a list of numbers in shortest exact form.</summary>
    public static void WriteNumbers(this Utf8JsonWriter writer, string name, IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteStartArray(name);
        foreach (var value in values) WriteNumber(writer, value);
        writer.WriteEndArray();
    }

    /// <summary>Writes a matrix as a list of rows.</summary>
    public static void WriteMatrix(this Utf8JsonWriter writer, string name, double[,] values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        writer.WriteStartArray(name);
        for (var i = 0; i < values.GetLength(0); i++)
        {
            writer.WriteStartArray();
            for (var j = 0; j < values.GetLength(1); j++) WriteNumber(writer, values[i, j]);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    /// <summary>A string from a file in quotes, truncated if it is long; control characters, which a terminal would obey, are replaced.</summary>
    internal static string Quote(string text)
    {
        var shown = string.Concat(text.Take(60).Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return text.Length <= 60 ? $"'{shown}'" : $"'{shown}…' ({text.Length} letters)";
    }

    /// <summary>The kind of a value, as text.</summary>
    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    /// <summary>Reads JSON; every reason why that fails becomes one error.</summary>
    /// <param name="place">The source, for messages.</param>
    /// <param name="what">What is read, for messages.</param>
    /// <param name="read">Parses and reads it.</param>
    internal static T Reading<T>(string place, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        // Other programs may choose a different one of duplicate properties than we do: such a file is damaged.
        catch (JsonException e) when (e.LineNumber is null)
        {
            throw new ModelException(ErrorKind.ModelFile, place, "a duplicate property", "each property once",
                $"the file is damaged or was edited; save the {what} again", e);
        }
        catch (JsonException e)
        {
            throw new ModelException(ErrorKind.ModelFile, $"{place}, line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}",
                e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                    ? "more levels of nesting than a model has"
                    : "text that is not JSON (truncated or damaged)", $"a {what} in JSON", $"save the {what} again", e);
        }
        catch (ModelException e)
        {
            throw e.Within(place);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException)
        {
            throw new ModelException(ErrorKind.ModelFile, place,
                e.InnerException is DecoderFallbackException ? "bytes that are not UTF-8" : "a value of another type",
                "texts, numbers and lists where they belong",
                $"the file is damaged or was edited; save the {what} again", e);
        }
    }

    internal static ModelException Bad(string place, string found, string expected, Exception? inner = null) =>
        new(ErrorKind.ModelFile, place, found, expected, "the file is damaged or was not written by Pipelines; save it again", inner);

    internal static void WriteNumber(Utf8JsonWriter writer, double value)
    {
        // JSON has no NaN and no infinities. For two powers of two, 2^-25 and 2^-958, .NET's shortest text is that of the number below.
        if (IsPowerOfTwo(value) && double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) != value)
            writer.WriteRawValue(value.ToString("G17", CultureInfo.InvariantCulture));
        else if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    private static bool IsPowerOfTwo(double value) => (BitConverter.DoubleToInt64Bits(value) & 0x000FFFFFFFFFFFFFL) == 0 && double.IsFinite(value);

    private static double ToNumber(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Number when element.TryGetDouble(out var value) => value,
        JsonValueKind.String => element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var text => throw Bad($"property '{name}'", Quote(text ?? ""), "a number"),
        },
        _ => throw Bad($"property '{name}'", Kind(element), "a number"),
    };
}
