using System.Collections.Frozen;

namespace Pipelines;

/// <summary>
/// Turns values into category codes: category i becomes the double i, an unknown value -1, a missing one NaN. Numbers match by
/// exact value (the category <c>1</c> is 1, 1.0 and true; 9007199254740993 is not 9007199254740992), strings match exactly.
/// </summary>
/// <remarks>
/// No fit learns the code -1. A distribution gives it its unknown probability; a fit sums the weight of such rows separately, refuses them if that
/// probability is 0, and otherwise leaves them out and states their weight in <see cref="FitResult{TModel}.Warnings"/>.
/// </remarks>
public sealed class CategoryMap
{
    /// <summary>The code of a value that is not one of the categories.</summary>
    public const double Unknown = -1;

    private readonly FrozenDictionary<string, int> texts;
    private readonly FrozenDictionary<double, int> numbers;
    private readonly FrozenDictionary<decimal, int> exact;

    /// <summary>Creates a map.</summary>
    /// <param name="categories">The categories in code order, each once; numbers in invariant notation.</param>
    /// <param name="missingText">A string that also means missing, such as <c>nan</c>; null (default) = none.</param>
    /// <exception cref="ModelException">A category is given twice.</exception>
    public CategoryMap(IReadOnlyList<string> categories, string? missingText = null)
    {
        ArgumentNullException.ThrowIfNull(categories);
        (Categories, MissingText) = (categories, missingText);
        var byText = new Dictionary<string, int>(StringComparer.Ordinal);
        var (byNumber, byDecimal) = (new Dictionary<double, int>(), new Dictionary<decimal, int>());
        for (var i = 0; i < categories.Count; i++)
        {
            // Strings like 1 and 1.0 are two categories of a string column; numbers match the first.
            if (CategoryNumber.Parse(categories[i]) is { } number)
            {
                if (number.Exact is { } value) byDecimal.TryAdd(value, i);
                else byNumber.TryAdd(number.Value, i);
            }
            if (!byText.TryAdd(categories[i], i))
                throw new ModelException(ErrorKind.ModelFile, "categories", $"'{categories[i]}' twice", "each category once", "leave one out");
        }
        (texts, numbers, exact) = (byText.ToFrozenDictionary(StringComparer.Ordinal), byNumber.ToFrozenDictionary(), byDecimal.ToFrozenDictionary());
    }

    /// <summary>The categories in code order.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>A string that means missing; null = none.</summary>
    public string? MissingText { get; }

    /// <summary>A map of the distinct strings, in ordinal order; null is missing, not a category.</summary>
    public static CategoryMap Of(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new([.. values.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    /// <summary>A map of the distinct numbers, ascending; NaN is missing, not a category.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="exact">Further numbers, such as integers beyond 2^53, which a double may not represent; null (default) = none.</param>
    public static CategoryMap Of(IEnumerable<double> values, IEnumerable<decimal>? exact = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        var all = values.Where(v => !double.IsNaN(v)).Select(v => new CategoryNumber(v)).Concat((exact ?? []).Select(CategoryNumber.Of));
        return new([.. all.Distinct().Order().Select(n => n.Text)]);
    }

    /// <summary>Code of a string: NaN if it is null or means missing, <see cref="Unknown"/> if it is not one of the categories.</summary>
    public double Code(string? text) => text is null || text == MissingText ? double.NaN : texts.TryGetValue(text, out var code) ? code : Unknown;

    /// <summary>Code of a number: NaN if it is NaN, <see cref="Unknown"/> if it is not one of the categories.</summary>
    public double Code(double number) => double.IsNaN(number) ? double.NaN : numbers.TryGetValue(number, out var code) ? code : Unknown;

    /// <summary>Code of an integer; <see cref="Unknown"/> if it is not one of the categories.</summary>
    public double Code(long number) => number is >= -CategoryNumber.MostExact and <= CategoryNumber.MostExact ? Code((double)number) : Code((decimal)number);

    /// <inheritdoc cref="Code(long)"/>
    public double Code(ulong number) => number <= CategoryNumber.MostExact ? Code((double)number) : Code((decimal)number);

    /// <summary>Code of a decimal number; <see cref="Unknown"/> if it is not one of the categories.</summary>
    public double Code(decimal number) => CategoryNumber.Of(number) switch
    {
        { Exact: { } value } => exact.TryGetValue(value, out var code) ? code : Unknown,
        { Value: var value } => Code(value),
    };

    /// <summary>Codes of strings, shape [texts].</summary>
    public double[] Encode(IEnumerable<string?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return [.. values.Select(Code)];
    }

    /// <summary>A number as a category name.</summary>
    public static string Text(double number) => new CategoryNumber(number).Text;
}
