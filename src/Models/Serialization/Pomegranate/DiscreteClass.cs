using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Probabilities by key; the tag <c>dtype</c> gives the type of the keys.</summary>
internal sealed class DiscreteClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new DiscreteClass());

    public override string Name => "DiscreteDistribution";

    public override IReadOnlyList<Type> Models => [typeof(DiscreteDistribution)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var parameters = json["parameters"];
        var entries = parameters.At(0).Entries().ToList();
        var type = json.Optional("dtype") is { } tag ? PythonKey.Type(tag, reading) : PythonKey.Guess(entries.Select(e => e.Key));
        if (entries.Count == 0) reading.Warn(json, "a discrete distribution without keys (it was never fitted) gives every value probability 0");
        var keys = reading.Keys(first);
        var coded = new List<(int Code, double Probability)>();
        var seen = new HashSet<int>();
        foreach (var (text, value) in entries)
        {
            var probability = value.Number();
            if (PythonKey.Canonical(text, type, value, reading, out var isText) is not { } key) continue;
            var code = keys.Code(key, isText, value);
            if (!seen.Add(code)) throw value.Bad($"the key {JsonHelpers.Quote(text)}, which has the same value as another key", "each key once");
            coded.Add((code, probability));
        }
        var probabilities = new double[keys.Count];
        foreach (var (code, probability) in coded) probabilities[code] = probability;
        if (!reading.ScalesRows && entries.Count > 0 && Math.Abs(probabilities.Sum() - 1) > TableDistribution.SumTolerance)
            reading.Warn(parameters, "probabilities do not sum to 1; they are used unchanged, as in pomegranate");
        return DiscreteDistribution.AsGiven(probabilities, 0);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var discrete = (DiscreteDistribution)model;
        writing.WarnOfUnknown(discrete, path);
        var (type, keys) = writing.Keys(first, discrete.Sizes[0]);
        var entries = new List<(string, object?)>();
        for (var c = 0; c < keys.Length; c++) entries.Add((keys[c], discrete.Probabilities[c]));
        return [("dtype", type), ("parameters", new object[] { new PythonObject(entries) }), ("frozen", discrete.IsFrozen)];
    }
}
