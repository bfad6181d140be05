using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// k-means|| (Bahmani et al. 2012): five rounds, each keeping every row with probability 2 K w d^2 / total, then k-means++ on the kept rows,
/// each weighted by the rows nearest to it.
/// </summary>
internal sealed class KMeansParallelInitialization : CentroidInitialization
{
    [ModuleInitializer]
    internal static void Register() => Add(new KMeansParallelInitialization());

    private const int Rounds = 5;
    private const double Oversampling = 2;

    public override string Name => "kmeans-parallel";

    protected override int[] Choose(FeatureSample sample, int clusters, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(random);
        var n = sample.Rows;
        var kept = new List<int> { random.NextIndex(sample.Weights, sample.Weights.Sum()) };
        var nearest = new double[n];
        var owner = new int[n];
        Array.Fill(nearest, double.PositiveInfinity);
        Update(0);
        for (var round = 0; round < Rounds; round++)
        {
            double total = 0;
            for (var i = 0; i < n; i++) total += sample.Weights[i] * nearest[i];
            if (!(total > 0)) break;
            var known = kept.Count;
            for (var i = 0; i < n; i++)
                if (random.NextDouble() * total < Oversampling * clusters * sample.Weights[i] * nearest[i]) kept.Add(i);
            Update(known);
        }
        if (kept.Distinct().Count() < clusters)
            return KMeansPlusPlusInitialization.Choose(sample, [.. Enumerable.Range(0, n)], sample.Weights, clusters, random);
        var weights = new double[kept.Count];
        for (var i = 0; i < n; i++) weights[owner[i]] += sample.Weights[i];
        return KMeansPlusPlusInitialization.Choose(sample, [.. kept], weights, clusters, random);

        void Update(int from)
        {
            for (var c = from; c < kept.Count; c++)
            {
                for (var i = 0; i < n; i++)
                {
                    if (i % RowsPerPoll == 0) Cancellation.Poll();
                    var d = Distance(sample, i, kept[c]);
                    if (d < nearest[i]) (nearest[i], owner[i]) = (d, c);
                }
            }
        }
    }
}
