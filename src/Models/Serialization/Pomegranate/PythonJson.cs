using System.Globalization;
using System.Text;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>An object with ordered keys.</summary>
internal sealed record PythonObject(IReadOnlyList<(string Key, object? Value)> Properties);

/// <summary>A number that is written as this text.</summary>
internal sealed record PythonNumber(string Text);

/// <summary>JSON in the layout of Python's <c>json.dumps(…, indent=4, separators=(",", " : "))</c>: ASCII, numbers in Python's shortest exact form.</summary>
internal static class PythonJson
{
    /// <summary>The text of a value: object, list, string, number, Boolean or null.</summary>
    public static string Text(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString();
    }

    /// <summary>A finite number as Python's <c>repr</c> writes it.</summary>
    public static string Number(double value)
    {
        // A bare token, as Python writes it: the logarithm of a probability of 0.
        if (double.IsNegativeInfinity(value)) return "-Infinity";
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        // The shortest digits that round-trip.
        for (var digits = 0; digits < 17; digits++)
        {
            var text = value.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture) != value) continue;
            shortest = text;
            break;
        }
        var at = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(shortest.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = shortest[0] == '-' ? "-" : "";
        var mantissa = shortest[sign.Length..at].Replace(".", "", StringComparison.Ordinal);
        return sign + exponent switch
        {
            < -4 or >= 16 => $"{mantissa[0]}{(mantissa.Length > 1 ? "." : "")}{mantissa[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}",
            < 0 => $"0.{new string('0', -exponent - 1)}{mantissa}",
            _ when mantissa.Length <= exponent + 1 => $"{mantissa}{new string('0', exponent + 1 - mantissa.Length)}.0",
            _ => $"{mantissa[..(exponent + 1)]}.{mantissa[(exponent + 1)..]}",
        };
    }

    /// <summary>A number as the key of an object: as Python's <c>str</c> writes it.</summary>
    public static string Key(double value) => double.IsInfinity(value) ? value > 0 ? "inf" : "-inf" : Number(value);

    private static void Append(StringBuilder text, object? value, int depth)
    {
        switch (value)
        {
            case PythonObject o:
                Block(text, '{', '}', o.Properties.Count, depth, i =>
                {
                    Append(text, o.Properties[i].Key); text.Append(" : ");
                    Append(text, o.Properties[i].Value, depth + 1);
                }); break;
            case object?[] list: Block(text, '[', ']', list.Length, depth, i => Append(text, list[i], depth + 1)); break;
            case double number: text.Append(Number(number)); break;
            case int number: text.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case PythonNumber number: text.Append(number.Text); break;
            case bool truth: text.Append(truth ? "true" : "false"); break;
            case string characters: Append(text, characters); break;
            case null: text.Append("null"); break;
            default: throw new ArgumentException($"found a {value.GetType().Name}, expected a JSON value", nameof(value));
        }
    }

    private static void Block(StringBuilder text, char open, char close, int count, int depth, Action<int> item)
    {
        text.Append(open);
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "\n" : ",\n").Append(' ', 4 * (depth + 1));
            item(i);
        }
        if (count > 0) text.Append('\n').Append(' ', 4 * depth);
        text.Append(close);
    }

    private static void Append(StringBuilder text, string characters)
    {
        text.Append('"');
        foreach (var c in characters)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                >= ' ' and <= '~' => text.Append(c),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
        }
        text.Append('"');
    }
}
