using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// k-means++ (Arthur and Vassilvitskii 2007): each further centroid is a row drawn with probability proportional to its weight times the squared
/// distance to the nearest centroid chosen so far.
/// </summary>
internal sealed class KMeansPlusPlusInitialization : CentroidInitialization
{
    [ModuleInitializer]
    internal static void Register() => Add(new KMeansPlusPlusInitialization());

    public override string Name => "kmeans++";

    protected override int[] Choose(FeatureSample sample, int clusters, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return Choose(sample, [.. Enumerable.Range(0, sample.Rows)], sample.Weights, clusters, random);
    }

    /// <summary>k-means++ on a subset of rows with their own weights.</summary>
    /// <param name="sample">The rows.</param>
    /// <param name="candidates">Row numbers in the sample to choose from.</param>
    /// <param name="weights">Shape [candidates].</param>
    /// <param name="clusters">Number of centroids.</param>
    /// <param name="random">The seeded generator.</param>
    internal static int[] Choose(FeatureSample sample, int[] candidates, double[] weights, int clusters, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var mass = (double[])weights.Clone();
        var nearest = new double[candidates.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        var chosen = new int[clusters];
        var taken = new HashSet<int>();
        for (var k = 0; k < clusters; k++)
        {
            var total = mass.Sum();
            // No mass left: the remaining rows coincide with chosen centroids (entries missing); take the first.
            var pick = total > 0 ? random.NextIndex(mass, total) : Enumerable.Range(0, candidates.Length).First(c => !taken.Contains(c));
            taken.Add(pick);
            chosen[k] = candidates[pick];
            for (var i = 0; i < candidates.Length; i++)
            {
                if (i % RowsPerPoll == 0) Cancellation.Poll();
                nearest[i] = Math.Min(nearest[i], Distance(sample, candidates[i], chosen[k]));
                mass[i] = weights[i] * nearest[i];
            }
        }
        return chosen;
    }
}
