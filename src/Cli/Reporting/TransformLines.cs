using System.Text.Json;
using Pipelines.Models.Features;

namespace Pipelines.Cli.Reporting;

/// <summary>What a model applies to its features, and where its parts lie in the original units.</summary>
internal static class TransformLines
{
    /// <summary>The line before the model's parameters; none if the features are taken as they are.</summary>
    public static IEnumerable<string> Before(SavedModel saved)
    {
        if (FeatureTransforms.Of(saved.Features).IsEmpty) yield break;
        var formulas = ModelOutline.Shown(saved.Features)!.Where(f => f.Transforms.Count > 0).Select(f => f.Formula).ToArray();
        yield return $"in the original units; the model sees {string.Join(", ", formulas.Take(ModelInspection.Most))}"
            + $"{(formulas.Length > ModelInspection.Most ? $" and {formulas.Length - ModelInspection.Most} more" : "")}:";
    }

    /// <summary>Where the parts lie, and how far their rows spread, for scripts.</summary>
    public static void WriteJson(Utf8JsonWriter json, SavedModel saved)
    {
        var transforms = FeatureTransforms.Of(saved.Features);
        if (transforms.IsEmpty || saved.Model.PartCenters() is not { Count: > 0 } centers) return;
        json.WriteObjects("centers", centers, center =>
        {
            json.WriteString("name", center.Name);
            json.WriteList("values", transforms.Invert(center.Place), json.WriteReal);
            if (center.Deviations is { } spread)
                json.WriteList("deviations", spread.Select((d, j) => FeatureUnits.Of(saved.Features, j).Distance(d)), json.WriteReal);
        });
    }
}
