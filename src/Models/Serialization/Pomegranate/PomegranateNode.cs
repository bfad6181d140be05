using System.Text.Json;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>A value in a pomegranate file, with its JSON path for messages.</summary>
/// <param name="Element">The value.</param>
/// <param name="Path">Its path: <c>$.distributions[1].parameters[0]</c>.</param>
internal readonly record struct PomegranateNode(JsonElement Element, string Path)
{
    private const string Remedy = "save the model again with pomegranate, or correct the file";

    /// <summary>Number of entries; 0 if it is not a list.</summary>
    public int Count => Element.ValueKind == JsonValueKind.Array ? Element.GetArrayLength() : 0;

    /// <summary>True if the value is null.</summary>
    public bool IsNull => Element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A required property.</summary>
    public PomegranateNode this[string name] => Optional(name) ?? throw Bad("nothing", "a value", name);

    /// <summary>A property, or null if it does not exist.</summary>
    public PomegranateNode? Optional(string name)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Bad(Shown(Element), "an object");
        return Element.TryGetProperty(name, out var value) ? new(value, Path + Step(name)) : null;
    }

    /// <summary>An entry of a list.</summary>
    public PomegranateNode At(int index) => index < Count
        ? new(Element[index], $"{Path}[{index}]")
        : throw new ModelException(ErrorKind.ModelFile, $"{Path}[{index}]", "nothing", "a value", Remedy);

    /// <summary>The entries of a list.</summary>
    public IEnumerable<PomegranateNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Bad(Shown(Element), "a list");
        return Each(Element, Path);

        static IEnumerable<PomegranateNode> Each(JsonElement element, string path)
        {
            var i = 0;
            foreach (var item in element.EnumerateArray()) yield return new(item, $"{path}[{i++}]");
        }
    }

    /// <summary>The entries of an object.</summary>
    public IEnumerable<(string Key, PomegranateNode Value)> Entries()
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Bad(Shown(Element), "an object");
        return Each(Element, Path);

        static IEnumerable<(string, PomegranateNode)> Each(JsonElement element, string path)
        {
            foreach (var entry in element.EnumerateObject()) yield return (entry.Name, new(entry.Value, path + Step(entry.Name)));
        }
    }

    /// <summary>A string.</summary>
    public string Text() => Element.ValueKind == JsonValueKind.String ? JsonText() : throw Bad(Shown(Element), "a text");

    /// <summary>A number, finite.</summary>
    public double Number() => Number(Element) is var value && double.IsFinite(value) ? value : throw NotFinite(value);

    /// <summary>A number that may be -infinity: a logarithm of 0.</summary>
    public double NumberOrMinusInfinity() =>
        Number(Element) is var value && (double.IsFinite(value) || double.IsNegativeInfinity(value)) ? value : throw NotFinite(value);

    /// <summary>A list of finite numbers.</summary>
    public double[] Numbers()
    {
        if (Element.ValueKind != JsonValueKind.Array) throw Bad(Shown(Element), "a list of numbers");
        var numbers = new double[Element.GetArrayLength()];
        var i = 0;
        foreach (var item in Element.EnumerateArray())
        {
            numbers[i] = Number(item);
            if (!double.IsFinite(numbers[i])) throw At(i).NotFinite(numbers[i]);
            i++;
        }
        return numbers;
    }

    /// <summary>A list of rows of equal length; shape [rows, columns].</summary>
    public double[,] Matrix()
    {
        var rows = Items().Select(r => r.Numbers()).ToList();
        if (rows.Find(r => r.Length != rows[0].Length) is { } odd) throw Bad($"rows of {rows[0].Length} and of {odd.Length} numbers", "rows of equal length");
        var matrix = new double[rows.Count, rows.Count == 0 ? 0 : rows[0].Length];
        for (var i = 0; i < rows.Count; i++)
            for (var j = 0; j < rows[i].Length; j++) matrix[i, j] = rows[i][j];
        return matrix;
    }

    /// <summary>An error at this place.</summary>
    public ModelException Bad(string found, string expected, string? property = null, string? remedy = null) =>
        new(ErrorKind.ModelFile, property is null ? Path : Path + Step(property), found, expected, remedy ?? Remedy);

    /// <summary>The value as text for messages.</summary>
    public string Shown() => Shown(Element);

    /// <summary>A property in a path.</summary>
    public static string Step(string name) => name.Length is > 0 and <= 40 && name.All(char.IsAsciiLetterOrDigit) ? $".{name}" : $"[{JsonHelpers.Quote(name)}]";

    private static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => $"the text {JsonHelpers.Quote(element.GetRawText().Trim('"'))}",
        JsonValueKind.Number => JsonHelpers.Quote(element.GetRawText()),
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => element.GetRawText(),
    };

    private string JsonText()
    {
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Bad("a text with half a surrogate pair", "a text that is Unicode");
        }
    }

    private double Number(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number when element.TryGetDouble(out var value) => value,
        // Bare tokens, which BareTokens has quoted.
        JsonValueKind.String when element.ValueEquals("NaN"u8) => double.NaN,
        JsonValueKind.String when element.ValueEquals("Infinity"u8) => double.PositiveInfinity,
        JsonValueKind.String when element.ValueEquals("-Infinity"u8) => double.NegativeInfinity,
        _ => throw Bad(Shown(element), "a number"),
    };

    private ModelException NotFinite(double value) =>
        Bad(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", "a finite number", remedy: "the model broke down in training; fit it again");
}
