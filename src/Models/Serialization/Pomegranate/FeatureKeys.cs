using System.Globalization;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>The keys that a file's tables have for one feature. All tables share one dictionary: numbers ascending, then strings in ordinal order.</summary>
/// <param name="index">Index of the feature.</param>
internal sealed class FeatureKeys(int index)
{
    // If other components use the feature as a number, small integers are used directly as codes.
    private const int MostNumberCodes = 65_536;

    private Dictionary<string, int> codes = new(StringComparer.Ordinal);
    private bool hasTexts;
    private bool hasName;
    private bool isSettled;
    private bool isPlain;

    /// <summary>True if a part of the model uses the feature as a number.</summary>
    public bool IsNumber { get; set; }

    /// <summary>True once all keys are known, in the second reading.</summary>
    public bool IsSettled => isSettled;

    /// <summary>The feature's name; null if the file has none for it, or several.</summary>
    public string? Name { get; private set; }

    /// <summary>The keys in the order of their codes; the codes themselves if they are numbers.</summary>
    public IEnumerable<string> Texts => isPlain || codes.Count == 0
        ? Enumerable.Range(0, Count).Select(c => c.ToString(CultureInfo.InvariantCulture))
        : codes.OrderBy(c => c.Value).Select(c => c.Key);

    /// <summary>Number of codes, at least 1.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>Names the feature. Parts of a model that do not agree leave it without a name.</summary>
    public void Call(string name)
    {
        Name = hasName && Name != name ? null : name;
        hasName = true;
    }

    /// <summary>True if a key is known.</summary>
    public bool Has(string key) => codes.ContainsKey(key);

    /// <summary>The code of a key; the first reading adds new keys.</summary>
    /// <param name="key">The key, as a number in canonical form or a string.</param>
    /// <param name="isText">True: it was a string in Python too.</param>
    /// <param name="place">Its place in the file.</param>
    /// <exception cref="ModelException">The feature is a number elsewhere, and the key cannot be its own code.</exception>
    public int Code(string key, bool isText, PomegranateNode place)
    {
        if (!isSettled)
        {
            hasTexts |= isText;
            codes.TryAdd(key, codes.Count);
            Count = codes.Count;
        }
        if (!isSettled || !isPlain) return codes[key];
        return !isText && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code < MostNumberCodes
            ? code
            : throw place.Bad($"the category {JsonHelpers.Quote(key)} in feature {index}, which another part of the model takes as a number",
                $"whole numbers from 0 to {MostNumberCodes - 1}, or categories in every part");
    }

    /// <summary>Sorts the keys, once all are known.</summary>
    public void Settle()
    {
        isSettled = true;
        isPlain = IsNumber && codes.Count > 0;
        if (isPlain)
        {
            Count = codes.Keys.Max(k => int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code < MostNumberCodes ? code : 0)
                + 1;
            return;
        }
        var sorted = codes.Keys
            .Select(k => (Key: k, Number: hasTexts ? null : PythonKey.NumberOf(k)))
            .OrderBy(k => k.Number is null).ThenBy(k => k.Number ?? 0).ThenBy(k => k.Key, StringComparer.Ordinal);
        codes = sorted.Select((k, i) => (k.Key, Code: i)).ToDictionary(k => k.Key, k => k.Code, StringComparer.Ordinal);
    }

    /// <summary>The feature, with its dictionary if it has one.</summary>
    /// <param name="name">Its name.</param>
    public Feature Feature(string name) =>
        IsNumber ? new(name) : new(name, [.. codes.OrderBy(c => c.Value).Select(c => c.Key)]) { Type = hasTexts ? "string" : null, MissingText = "nan" };
}
