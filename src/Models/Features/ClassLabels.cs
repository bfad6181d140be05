using System.Globalization;

namespace Pipelines;

/// <summary>The classes' own labels: what a classifier reports instead of numbers.</summary>
/// <param name="Names">Shape [K]: the labels as text, in class order, each once.</param>
/// <param name="Type">Type of the label column: <c>string</c>, <c>boolean</c>, or an integer type such as <c>int64</c>.</param>
public sealed record ClassLabels(IReadOnlyList<string> Names, string Type = ClassLabels.Text)
{
    /// <summary>The type of labels that are text.</summary>
    public const string Text = "string";

    /// <summary>The type of labels that are truth values.</summary>
    public const string Boolean = "boolean";

    /// <summary>The types that a label column may have.</summary>
    internal static IReadOnlyList<string> Types => [Text, Boolean, "sbyte", "byte", "int16", "uint16", "int32", "uint32", "int64", "uint64"];

    /// <summary>True if a name can be written as a value of the type.</summary>
    internal static bool IsOfType(string name, string type) => type switch
    {
        Text => true,
        Boolean => name is "false" or "true",
        _ => Int128.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && RangeOf(type) is var (least, most)
            && number >= least && number <= most,
    };

    private static (Int128 Least, Int128 Most) RangeOf(string type) => type switch
    {
        "sbyte" => (sbyte.MinValue, sbyte.MaxValue),
        "byte" => (byte.MinValue, byte.MaxValue),
        "int16" => (short.MinValue, short.MaxValue),
        "uint16" => (ushort.MinValue, ushort.MaxValue),
        "int32" => (int.MinValue, int.MaxValue),
        "uint32" => (uint.MinValue, uint.MaxValue),
        "int64" => (long.MinValue, long.MaxValue),
        _ => (ulong.MinValue, ulong.MaxValue),
    };

    /// <inheritdoc/>
    public bool Equals(ClassLabels? other) => other is not null && Type == other.Type && Names.SequenceEqual(other.Names, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Names.Count, Type);
}
