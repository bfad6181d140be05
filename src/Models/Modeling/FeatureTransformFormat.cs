using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>The transforms of features in JSON: <c>[{"name":"log"},{"name":"linear","center":2.5,"scale":0.8}]</c>.</summary>
internal static class FeatureTransformFormat
{
    private const string Property = "transforms";

    /// <summary>Writes the transforms of a feature as a property; nothing if there are none.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<FeatureTransform> transforms)
    {
        if (transforms.Count > 0) WriteList(writer, transforms);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ModelException">A transform is not known, or a parameter is missing or out of range.</exception>
    public static IReadOnlyList<FeatureTransform> Read(JsonElement feature) =>
        !feature.TryGetProperty(Property, out _) ? [] : [.. feature.Array(Property).Select(One)];

    /// <summary>Writes the transforms of all features as a property.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="transforms">The transforms.</param>
    /// <param name="features">Number of features.</param>
    public static void WriteAll(Utf8JsonWriter writer, FeatureTransforms transforms, int features)
    {
        if (transforms.IsEmpty) return;
        writer.WriteObjects("features", Enumerable.Range(0, features), j => WriteList(writer, transforms[j]));
    }

    /// <summary>Reads what <see cref="WriteAll"/> wrote.</summary>
    /// <exception cref="ModelException">A transform is not known, or a parameter is missing or out of range.</exception>
    public static FeatureTransforms ReadAll(JsonElement json) =>
        json.TryGetProperty("features", out _) ? new(json.Array("features").Select(Read)) : FeatureTransforms.None;

    private static void WriteList(Utf8JsonWriter writer, IReadOnlyList<FeatureTransform> transforms) => writer.WriteObjects(Property, transforms, transform =>
    {
        writer.WriteString("name", transform.Name);
        foreach (var (name, value) in transform.Parameters) writer.WriteExact(name, value);
    });

    private static FeatureTransform One(JsonElement json)
    {
        var name = json.Text("name");
        try
        {
            return FeatureTransform.Read(name, parameter => json.Number(parameter)) ?? throw new ModelException(ErrorKind.ModelFile, $"property '{Property}'",
                JsonHelpers.Quote(name), $"a transform that this version of Pipelines knows ({string.Join(", ", FeatureTransform.Names)})",
                "use the version of Pipelines that wrote it");
        }
        catch (ModelException e) when (e.Kind != ErrorKind.ModelFile)
        {
            throw new ModelException(ErrorKind.ModelFile, e.Place, e.Found, e.Expected, "the file is damaged or was edited; save the model again", e);
        }
    }
}
