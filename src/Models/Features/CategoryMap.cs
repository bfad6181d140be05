using System.Collections.Frozen;
using System.Globalization;

namespace Pipelines.Models;

/// <summary>
/// Turns values into codes of categories: category i travels as the double i, a value that is none of them as the number of categories, a missing one as NaN. Numbers match by
/// value (the category <c>1</c> is 1, 1.0 and true), texts exactly.
/// </summary>
public sealed class CategoryMap
{
    private readonly FrozenDictionary<string, int> texts;
    private readonly FrozenDictionary<double, int> numbers;

    /// <summary>Makes a map.</summary>
    /// <param name="categories">The categories in code order, each once; numbers as invariant text.</param>
    /// <param name="missingText">A text that means missing as well, such as <c>nan</c>; null (default) = none.</param>
    /// <exception cref="ModelException">A category stands twice.</exception>
    public CategoryMap(IReadOnlyList<string> categories, string? missingText = null)
    {
        ArgumentNullException.ThrowIfNull(categories);
        (Categories, MissingText) = (categories, missingText);
        var (byText, byNumber) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<double, int>());
        for (var i = 0; i < categories.Count; i++)
        {
            // Texts like 1 and 1.0 are two categories of a text column; numbers would find the first.
            if (TryNumber(categories[i], out var number)) byNumber.TryAdd(number, i);
            if (!byText.TryAdd(categories[i], i))
                throw new ModelException(ErrorKind.Model, "categories", $"'{categories[i]}' twice", "each category once", "leave one out");
        }
        texts = byText.ToFrozenDictionary(StringComparer.Ordinal);
        numbers = byNumber.ToFrozenDictionary();
    }

    /// <summary>The categories in code order.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>A text that means missing; null = none.</summary>
    public string? MissingText { get; }

    /// <summary>A map of the distinct values of some texts, in ordinal order; null is missing and no category.</summary>
    public static CategoryMap Of(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new([.. values.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    /// <summary>A map of the distinct values of some numbers, ascending; NaN is missing and no category.</summary>
    public static CategoryMap Of(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new([.. values.Where(v => !double.IsNaN(v)).Distinct().Order().Select(Text)]);
    }

    /// <summary>Code of a text: NaN if it is null or means missing, the number of categories if it is none of them.</summary>
    public double Code(string? text) => text is null || text == MissingText ? double.NaN : texts.TryGetValue(text, out var code) ? code : Categories.Count;

    /// <summary>Code of a number: NaN if it is NaN, the number of categories if it is none of them.</summary>
    public double Code(double number) => double.IsNaN(number) ? double.NaN : numbers.TryGetValue(number, out var code) ? code : Categories.Count;

    /// <summary>Codes of texts, shape [texts].</summary>
    public double[] Encode(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return [.. values.Select(Code)];
    }

    /// <summary>A number as the text of a category.</summary>
    public static string Text(double number) => (number + 0.0).ToString("R", CultureInfo.InvariantCulture);

    private static bool TryNumber(string text, out double number)
    {
        var isNumber = double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
        if (isNumber) return true;
        number = text is "true" or "True" ? 1 : 0;
        return text is "true" or "True" or "false" or "False";
    }
}
