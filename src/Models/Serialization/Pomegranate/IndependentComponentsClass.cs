using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>A distribution for each column, and column weights.</summary>
internal sealed class IndependentComponentsClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new IndependentComponentsClass());

    public override string Name => "IndependentComponentsDistribution";

    public override IReadOnlyList<Type> Models => [typeof(IndependentComponentsDistribution)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var parameters = json["parameters"];
        if (parameters.Count is not (1 or 2)) throw parameters.Bad($"{parameters.Count} entries", "2: distributions and column weights");
        var parts = new List<Distribution>();
        foreach (var part in parameters.At(0).Items())
        {
            parts.Add(reading.Distribution(part, first, depth + 1));
            first += parts[^1].Dimensions;
        }
        if (parameters.Count == 1) return new IndependentComponentsDistribution(parts);
        var weights = parameters.At(1).Numbers();
        if (weights.Length > 0 && weights.All(w => w == Math.E))
        {
            reading.Warn(parameters.At(1), "column weights of e were written by version 0.8, which meant 1; they are taken as 1");
            Array.Fill(weights, 1);
        }
        return new IndependentComponentsDistribution(parts, weights);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var product = (IndependentComponentsDistribution)model;
        var parts = new object[product.Parts.Count];
        for (var j = 0; j < parts.Length; j++)
        {
            if (product.Parts[j] is GeneralMixtureModel)
                writing.Warn($"{path}.parameters[0][{j}]", "pomegranate cannot read a mixture inside independent components");
            parts[j] = writing.Object(product.Parts[j], first, $"{path}.parameters[0][{j}]");
            first += product.Parts[j].Dimensions;
        }
        return [("parameters", new object[] { parts, PomegranateWriting.List([.. product.ColumnWeights]) }), ("frozen", product.IsFrozen)];
    }
}
