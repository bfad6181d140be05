using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>K different rows, drawn uniformly.</summary>
internal sealed class RandomInitialization : CentroidInitialization
{
    [ModuleInitializer]
    internal static void Register() => Add(new RandomInitialization());

    public override string Name => "random";

    protected override int[] Choose(FeatureSample sample, int clusters, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(random);
        var chosen = new List<int>();
        var order = Enumerable.Range(0, sample.Rows).ToArray();
        for (var left = order.Length; left > 0 && chosen.Count < clusters; left--)
        {
            var at = (int)random.NextInt64(left);
            var row = order[at];
            (order[at], order[left - 1]) = (order[left - 1], row);
            // Equal rows would give the same centroid twice.
            if (sample.Weights[row] > 0 && chosen.All(c => Distance(sample, c, row) > 0)) chosen.Add(row);
        }
        // Rows that differ only in which entries are missing can be at distance 0 from each other; take them last.
        for (var i = 0; chosen.Count < clusters; i++)
            if (!chosen.Contains(order[i])) chosen.Add(order[i]);
        return [.. chosen];
    }
}
