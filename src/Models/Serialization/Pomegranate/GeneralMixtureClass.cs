using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Components of any class, and weights.</summary>
internal sealed class GeneralMixtureClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new GeneralMixtureClass());

    public override string Name => "GeneralMixtureModel";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(GeneralMixtureModel)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var list = json["distributions"];
        var components = list.Items().Select(c => reading.Distribution(c, first, depth + 1)).ToList();
        return new GeneralMixtureModel(components, PomegranateWeights.Read(json["weights"], components.Count, reading));
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var mixture = (GeneralMixtureModel)model;
        if (mixture.IsFrozen) writing.Warn(path, "the format does not say that a mixture is frozen; its components are written as they are");
        if (mixture.HasTiedCovariances) writing.Warn(path, Untied);
        var components = new object[mixture.Components.Count];
        for (var k = 0; k < components.Length; k++)
        {
            var place = $"{path}.distributions[{k}]";
            if (mixture.Components[k] is GeneralMixtureModel) writing.Warn(place, "pomegranate writes mixtures of mixtures, but cannot read them");
            components[k] = writing.Object(mixture.Components[k], first, place);
        }
        return [("distributions", components), ("weights", PomegranateWriting.List(mixture.Weights))];
    }
}
