using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>A table for each number of preceding rows; the columns of all tables are one feature, the symbol.</summary>
internal sealed class MarkovChainClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new MarkovChainClass());

    public override string Name => "MarkovChain";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(MarkovChain)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var list = json["distributions"].Items().ToList();
        var windows = reading.Repeating(first, list.Count);
        return new MarkovChain(
            [
                .. list.Select(t => windows.Distribution(t, 0, depth + 1) as TableDistribution
                    ?? throw t.Bad("a distribution that is not a table", "a discrete distribution, then conditional probability tables"))]);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var chain = (MarkovChain)model;
        var windows = writing.Repeating(first, chain.Tables.Count);
        return [("distributions", chain.Tables.Select((t, i) => (object?)windows.Object(t, 0, $"{path}.distributions[{i}]")).ToArray())];
    }
}
