using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>How a Python type tag interprets the text of a key. Python compares keys by value: 1, 1.0 and True are one key.</summary>
internal enum PythonType
{
    /// <summary>Text, unchanged.</summary>
    Text,

    /// <summary>An integer of any size.</summary>
    Integer,

    /// <summary>A real number.</summary>
    Real,

    /// <summary>True or False.</summary>
    Boolean,

    /// <summary>No tag: files from versions before 0.10. Numbers if all keys are.</summary>
    Unknown,
}

/// <summary>Table keys, compared by value.</summary>
internal static class PythonKey
{
    /// <summary>The text that stands for a missing value, also among texts.</summary>
    public const string NaN = "nan";

    private const int MostDigits = 1000;

    /// <summary>The type that a tag names.</summary>
    /// <param name="tag">The value of <c>dtype</c>, or an entry of <c>dtypes</c>.</param>
    /// <param name="reading">Receives warnings about unknown tags.</param>
    public static PythonType Type(PomegranateNode tag, PomegranateReading reading)
    {
        if (tag.IsNull) return PythonType.Text;
        var text = tag.Text();
        var name = text.StartsWith("numpy.", StringComparison.Ordinal) ? text[6..] : text;
        if (name is "str" or "str_" or "unicode" or "unicode_" or "string_") return PythonType.Text;
        if (name is "bool" or "bool_")
        {
            if (text != "bool") reading.Warn(tag, $"pomegranate itself reads every key of type {text} back as true; the keys in the file are taken");
            return PythonType.Boolean;
        }
        if (name.StartsWith("int", StringComparison.Ordinal) || name.StartsWith("uint", StringComparison.Ordinal)
            || name is "long" or "longlong" or "ulonglong") return PythonType.Integer;
        if (name.StartsWith("float", StringComparison.Ordinal) || name is "double" or "longdouble") return PythonType.Real;
        reading.Warn(tag, $"the type tag {JsonHelpers.Quote(text)} is ignored: keys of that type are taken as texts");
        return PythonType.Text;
    }

    /// <summary>The common type of a set of keys without a tag.</summary>
    public static PythonType Guess(IEnumerable<string> keys) =>
        keys.All(k => double.TryParse(k, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? PythonType.Real : PythonType.Text;

    /// <summary>A key in canonical form; null if it stands for a missing value, which no value matches.</summary>
    /// <param name="text">The key as in the file.</param>
    /// <param name="type">Its type.</param>
    /// <param name="place">Its place in the file.</param>
    /// <param name="reading">Receives warnings about keys that are not of that type.</param>
    /// <param name="isText">True: it is a string in Python too.</param>
    public static string? Canonical(string text, PythonType type, PomegranateNode place, PomegranateReading reading, out bool isText)
    {
        isText = type == PythonType.Text;
        if (isText) return text == NaN ? Missing(place, reading) : text;
        if (type == PythonType.Boolean && text is "True" or "true") return "1";
        if (type == PythonType.Boolean && text is "False" or "false") return "0";
        var trimmed = text.Trim();
        if (trimmed is NaN or "NaN") return Missing(place, reading);
        if (Number(trimmed) is { } number) return number;
        reading.Warn(place, $"a key that is not of its type tag ({type.ToString().ToLowerInvariant()}) is taken as a text");
        isText = true;
        return text;
    }

    /// <summary>A key that is a JSON value; for strings the tag has no meaning.</summary>
    public static string? Canonical(PomegranateNode value, PomegranateReading reading, out bool isText)
    {
        isText = false;
        switch (value.Element.ValueKind)
        {
            case JsonValueKind.True: return "1";
            case JsonValueKind.False: return "0";
            case JsonValueKind.Null: return Missing(value, reading);
            case JsonValueKind.Number: return Canonical(value.Element.GetRawText(), PythonType.Real, value, reading, out isText);
            case JsonValueKind.String: return Canonical(value.Text(), PythonType.Text, value, reading, out isText);
            default: throw value.Bad(value.Shown(), "a text, a number, true or false");
        }
    }

    /// <summary>The number of a canonical key; null if it is a string.</summary>
    public static double? NumberOf(string key) => double.TryParse(key, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>True if a key is a number in canonical form.</summary>
    public static bool IsReal(string key) => Number(key) == key;

    /// <summary>True if a canonical key is an integer.</summary>
    public static bool IsWhole(string key) =>
        key.Length <= MostDigits && BigInteger.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            && whole.ToString(CultureInfo.InvariantCulture) == key;

    // In canonical form; null if it is no number.
    private static string? Number(string text)
    {
        if (text.Length > MostDigits) return null;
        if (text is "inf" or "Infinity") return "Infinity";
        if (text is "-inf" or "-Infinity") return "-Infinity";
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return Whole(integer);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? real == Math.Floor(real) && Math.Abs(real) < 1e18 ? Whole((BigInteger)real) : real.ToString("R", CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Missing(PomegranateNode place, PomegranateReading reading)
    {
        reading.Warn(place, "a key that stands for a missing value is left out: missing values have log-probability 0");
        return null;
    }

    // Beyond 1e18 an integer that a double represents has the double's text, so that 10**20 and 1e20 are one key.
    private static string Whole(BigInteger value)
    {
        if (BigInteger.Abs(value) < 1_000_000_000_000_000_000) return value.ToString(CultureInfo.InvariantCulture);
        var real = (double)value;
        return double.IsFinite(real) && (BigInteger)real == value
            ? real.ToString("R", CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture);
    }
}
