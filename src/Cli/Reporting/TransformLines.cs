using System.Text.Json;

namespace Pipelines.Cli.Reporting;

/// <summary>What a model applies to its features, and where its parts lie in the original units.</summary>
internal static class TransformLines
{
    /// <summary>The lines before the model's parameters; none if the features are taken as they are.</summary>
    public static IEnumerable<string> Before(SavedModel saved)
    {
        if (FeatureTransforms.Of(saved.Features).IsEmpty) yield break;
        var features = ModelOutline.Shown(saved.Features)!.Where(f => f.Transforms.Count > 0).ToArray();
        yield return $"in units of {string.Join(", ", features.Take(ModelInspection.Most).Select(f => f.Formula))}{More(features.Length)}:";
    }

    /// <summary>The lines after the model's parameters.</summary>
    public static IEnumerable<string> After(SavedModel saved)
    {
        if (Centers(saved) is not { Count: > 0 } centers) yield break;
        var features = ModelOutline.Shown(saved.Features)!;
        yield return "in the original units:";
        foreach (var (name, values) in centers.Take(ModelInspection.Most))
            yield return $"  {PrintableText.Of(name)}: {string.Join(", ", values.Take(ModelInspection.Most).Select((v, j) => $"{features[j].Name} {Text(v)}"))}"
                + More(values.Count);
        if (centers.Count > ModelInspection.Most) yield return $"  and {centers.Count - ModelInspection.Most} more";

        static string Text(double value) => double.IsNaN(value) ? "-" : Figures.Real(value);
    }

    /// <summary>Where the parts lie, for scripts.</summary>
    public static void WriteJson(Utf8JsonWriter json, SavedModel saved)
    {
        if (Centers(saved) is not { Count: > 0 } centers) return;
        json.WriteObjects("centers", centers, center =>
        {
            json.WriteString("name", center.Name);
            json.WriteList("values", center.Place, json.WriteReal);
        });
    }

    private static IReadOnlyList<ModelCenter> Centers(SavedModel saved)
    {
        var transforms = FeatureTransforms.Of(saved.Features);
        return transforms.IsEmpty ? [] : [.. saved.Model.PartCenters().Select(c => c with { Place = transforms.Invert(c.Place) })];
    }

    private static string More(int count) => count > ModelInspection.Most ? $" and {count - ModelInspection.Most} more" : "";
}
