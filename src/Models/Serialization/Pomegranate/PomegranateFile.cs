using System.Text.Json;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>
/// Model files of pomegranate 0.14 (and older versions with the same layout): <see cref="SavedModel.FromJson"/> reads them, <see cref="Write"/> writes them.
/// The known classes are found by reflection (<see cref="PomegranateClass"/>).
/// </summary>
public static class PomegranateFile
{
    // A conditional table contains its parents, which contain theirs and so on: two levels per generation.
    private const int MostDepth = 4096;

    /// <summary>The classes and distributions that can be read and written, by their names in files.</summary>
    public static IReadOnlyList<string> Supported => [.. PomegranateClass.All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>True if the file's content is a model that pomegranate saved, whole or damaged; false if it cannot be read.</summary>
    /// <param name="path">The file.</param>
    public static bool IsModelFile(string path) => ModelFileKind.IsPomegranate(path);

    /// <summary>The text of a model as pomegranate writes it: ASCII, indented by 4, no final line feed.</summary>
    /// <param name="saved">The model.</param>
    /// <param name="warnings">What the format cannot express, one sentence each.</param>
    /// <exception cref="ModelException">The format does not have such a model or distribution.</exception>
    public static byte[] Write(SavedModel saved, out IReadOnlyList<string> warnings)
    {
        ArgumentNullException.ThrowIfNull(saved);
        if (saved.Features?.FirstOrDefault(f => f.Transforms.Count > 0) is { } transformed)
            throw new ModelException(ErrorKind.ModelFile, $"feature '{transformed.Name}'", $"the transform {transformed.Formula}",
                "features without transforms, as the format has no place for them", "fit without them, or keep the file in the Pipelines format");
        var writing = new PomegranateWriting(saved.Features);
        var names = saved.FeaturesByPosition ? null : saved.Features?.Select(f => f.Name);
        var json = writing.Object(saved.Model, 0, "$");
        // Networks have names for their variables.
        if (names is not null && Enumerable.Range(0, saved.Model.Dimensions).All(writing.IsNamed)) names = null;
        List<string> lost = [];
        if (names is not null) lost.Add($"feature names ({string.Join(", ", names)})");
        if (saved.Training is not null) lost.Add("the record of the fit");
        warnings = lost.Count == 0 ? writing.Warnings :
        [
            $"$: the format has no place for {string.Join(" or ", lost)}{(names is null ? "" : "; columns are matched by position")}", .. writing.Warnings,
        ];
        return System.Text.Encoding.ASCII.GetBytes(PythonJson.Text(json));
    }

    /// <summary>Reads a file if it is one of pomegranate's: an object with a class but no format.</summary>
    /// <returns>False if it is something else.</returns>
    /// <exception cref="JsonException">The file is damaged.</exception>
    /// <exception cref="ModelException">The file is pomegranate's, but damaged or of a class that is not supported.</exception>
    internal static bool TryRead(ReadOnlyMemory<byte> json, out SavedModel? saved)
    {
        saved = null;
        if (json.Span.IndexOf("\"class\""u8) < 0 || json.Span.IndexOf("\"pipelines-model\""u8) >= 0) return false;
        var strict = BareTokens.Quoted(json);
        using var document = JsonDocument.Parse(strict, new() { MaxDepth = MostDepth });
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("class", out _)) return false;
        Duplicates.Refuse(strict.Span, MostDepth);
        saved = Read(root);
        return true;
    }

    private static SavedModel Read(JsonElement root)
    {
        var node = new PomegranateNode(root, "$");
        // The first reading collects the categories of each feature, in whatever order components name them; the second builds tables over all of them.
        var keys = new List<FeatureKeys>();
        _ = new PomegranateReading(keys).Model(node, 0, 0);
        foreach (var key in keys) key.Settle();
        var reading = new PomegranateReading(keys);
        var model = reading.Model(node, 0, 0);
        string[] positions = [.. Enumerable.Range(0, model.Dimensions).Select(j => j.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        var names = positions.Select((_, j) => keys[j].Name).ToArray();
        // A network that was learned from an array calls its variables by their positions.
        var isNamed = !names.Contains(null) && names.Distinct().Count() == names.Length && !names.SequenceEqual(positions);
        return new SavedModel(model, [.. positions.Select((position, j) => keys[j].Feature(isNamed ? names[j]! : position))])
        {
            FeaturesByPosition = !isNamed,
            Warnings = reading.Warnings
        };
    }
}
