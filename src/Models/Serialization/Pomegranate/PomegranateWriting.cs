using System.Globalization;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>The state of writing a file: the features with their categories, and what the format cannot express.</summary>
/// <param name="features">The model's features; null = unknown.</param>
internal sealed class PomegranateWriting(IReadOnlyList<Feature>? features)
{
    private static readonly Dictionary<Type, PomegranateClass> classes =
        PomegranateClass.All.Values.SelectMany(c => c.Models.Select(m => (m, c))).ToDictionary(p => p.m, p => p.c);

    private readonly List<string> warnings = [];

    private readonly HashSet<int> named = [];

    private PomegranateWriting(IReadOnlyList<Feature>? features, PomegranateWriting outer)
        : this(features) => warnings = outer.warnings;

    /// <summary>What the format cannot express, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Adds a warning.</summary>
    public void Warn(string path, string text)
    {
        if (!warnings.Exists(w => w.EndsWith(text, StringComparison.Ordinal))) warnings.Add($"{path}: {text}");
    }

    /// <summary>A model as an object.</summary>
    /// <param name="model">The model.</param>
    /// <param name="first">Index of its first feature.</param>
    /// <param name="path">Its path in the file.</param>
    /// <exception cref="ModelException">pomegranate has no such class.</exception>
    public PythonObject Object(Model model, int first, string path)
    {
        if (!classes.TryGetValue(model.GetType(), out var found))
        {
            throw new ModelException(ErrorKind.Usage, path, $"a {model.FormatName} model",
                "one that pomegranate 0.14 has, such as a mixture of normal distributions",
                "keep the file as it is, or fit such a model");
        }
        var properties = found.Write(model, first, path, this).ToList();
        // The tag of a table of keys comes before its name.
        var tag = properties.FindIndex(p => p.Key == "dtype");
        List<(string, object?)> all = [("class", found.IsDistribution ? "Distribution" : found.Name)];
        if (tag >= 0)
        {
            all.Add(properties[tag]);
            properties.RemoveAt(tag);
        }
        if (found.IsDistribution) all.Add(("name", found.Name));
        all.AddRange(properties);
        return new PythonObject(all);
    }

    /// <summary>
    /// Keys of a feature's codes as strings, and their type: integers or real numbers if all are and are read back as they stand, else strings.
    /// </summary>
    /// <exception cref="ModelException">A text would be read back as a missing value.</exception>
    public (string Type, string[] Keys) Keys(int feature, int count)
    {
        var known = features is not null && feature < features.Count ? features[feature].Categories : null;
        var keys = Enumerable.Range(0, count).Select(c => known is not null && c < known.Count ? known[c] : c.ToString(CultureInfo.InvariantCulture)).ToArray();
        if (known is { Count: 0 }) keys = [];
        var isText = known is not null && features![feature].Type == "string";
        if (!isText && keys.All(PythonKey.IsWhole)) return ("int", keys);
        if (!isText && keys.Any(k => CategoryNumber.Parse(k) is { Exact: not null }))
            Warn($"feature {feature}", "some of its categories are numbers that no double holds, beside others that are not whole: all are written as texts");
        else if (!isText && keys.All(PythonKey.IsReal)) return ("float", [.. keys.Select(k => PythonJson.Key(PythonKey.NumberOf(k)!.Value))]);
        return keys.Contains(PythonKey.NaN) ? throw MissingText(feature, keys) : ("str", keys);
    }

    /// <summary>The same writing for windows of rows, whose columns are all one feature.</summary>
    /// <param name="feature">Index of the feature.</param>
    /// <param name="columns">Number of rows in the longest window.</param>
    public PomegranateWriting Repeating(int feature, int columns) =>
        new(features is not null && feature < features.Count ? [.. Enumerable.Repeat(features[feature], columns)] : null, this);

    /// <summary>The same writing for a table over some features.</summary>
    /// <param name="columns">The features, in the order of the table's columns.</param>
    public PomegranateWriting Of(IReadOnlyList<Feature> columns) => new(columns, this);

    /// <summary>A feature whose name the file holds.</summary>
    /// <param name="feature">Its index.</param>
    /// <param name="other">What the model calls it and its values, if the feature is not known.</param>
    public Feature Named(int feature, Feature other)
    {
        named.Add(feature);
        return Of(feature, other);
    }

    /// <summary>A feature whose name the file does not hold.</summary>
    /// <param name="feature">Its index.</param>
    /// <param name="other">What the model calls it and its values, if the feature is not known.</param>
    public Feature Of(int feature, Feature other) =>
        features is null || feature >= features.Count ? other : features[feature].Categories is null ? other with { Name = features[feature].Name }
            : features[feature];

    /// <summary>True if the file holds the feature's name.</summary>
    public bool IsNamed(int feature) => named.Contains(feature);

    /// <summary>Warns that the format has no probability for values outside a table.</summary>
    public void WarnOfUnknown(TableDistribution table, string path)
    {
        if (table.UnknownProbability > 0)
            Warn(path, $"the format cannot say that unknown categories have probability {table.UnknownProbability.Text()}: pomegranate gives them 0");
    }

    /// <summary>A list of numbers.</summary>
    public static object List(ReadOnlySpan<double> values)
    {
        var list = new object[values.Length];
        for (var i = 0; i < list.Length; i++) list[i] = values[i];
        return list;
    }

    private ModelException MissingText(int feature, string[] keys) => new(ErrorKind.Usage,
        features is not null && feature < features.Count ? $"variable '{features[feature].Name}'" : $"feature {feature}",
        $"the value '{PythonKey.NaN}' (of {ErrorText.Shortened(string.Join(", ", keys), 64)}), which pomegranate takes for a missing one", "other texts",
        "rename the value, or keep the file as it is");
}
