using System.Runtime.CompilerServices;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Structures;

/// <summary>The formulas of the scores. A family's score is a term of the weights of its combinations of values, less a term of its parents'.</summary>
/// <param name="options">Valid options.</param>
/// <param name="sizes">Number of values of each variable, shape [variables].</param>
internal sealed class FamilyTerms(StructureOptions options, IReadOnlyList<int> sizes)
{
    private static readonly double log2E = 1 / Math.Log(2);

    /// <summary>True if a set of variables has other terms as parents than as a family.</summary>
    public bool Differ => OfJoint > 0;

    /// <summary>Rows added to each cell of a family. Bdeu's follow from the number of cells.</summary>
    public double OfJoint => options.Score switch
    {
        StructureScore.Bdeu => 0,
        StructureScore.K2 => 1,
        _ => options.Pseudocount,
    };

    /// <summary>The same for its parents: those of all values of the child.</summary>
    public double OfParents(int child) => OfJoint * sizes[child];

    /// <summary>A term.</summary>
    /// <param name="weights">Weights of the combinations that occur.</param>
    /// <param name="combinations">Number of all combinations.</param>
    /// <param name="prior">Rows added to each.</param>
    public double Sum(ReadOnlySpan<double> weights, double combinations, double prior) => options.Score switch
    {
        StructureScore.Bdeu => Gammas(weights, options.EquivalentSampleSize / combinations),
        StructureScore.K2 => Gammas(weights, prior),
        _ => Logs(weights, combinations, prior),
    };

    // Sum of (n + a) log(n + a), of cells without rows, too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Logs(ReadOnlySpan<double> weights, double combinations, double prior)
    {
        double sum = 0;
        foreach (var weight in weights) sum += (weight + prior) * Math.Log(weight + prior);
        return prior > 0 ? sum + ((combinations - weights.Length) * prior * Math.Log(prior)) : sum;
    }

    // Sum of log gamma(a + n) - log gamma(a), 0 for cells without rows.
    private static double Gammas(ReadOnlySpan<double> weights, double prior)
    {
        double sum = 0;
        foreach (var weight in weights) sum += GammaFunctions.LogGamma(prior + weight);
        return sum - (weights.Length * GammaFunctions.LogGamma(prior));
    }

    /// <summary>True: no more than one row has all of the family. As in pomegranate, nothing speaks for a parent then.</summary>
    public bool IsUnknown(double weight) => options.Score is StructureScore.Mdl or StructureScore.Bic && !(weight > 1);

    /// <summary>A family's score.</summary>
    /// <param name="child">Index of the variable.</param>
    /// <param name="combinations">Number of combinations of the parents' values.</param>
    /// <param name="weight">Weight of the rows that have all of the family.</param>
    /// <param name="joint">The family's term.</param>
    /// <param name="parents">The parents' term.</param>
    public double Total(int child, double combinations, double weight, double joint, double parents) =>
        ((joint - parents) * (options.Score == StructureScore.Mdl ? log2E : 1)) - Penalty(child, combinations, weight);

    /// <summary>
    /// A number that the score of no family exceeds whose parents have at least so many combinations of values: likelihoods of categories are at most 1.
    /// </summary>
    public double Bound(int child, double combinations, double weight) => -Penalty(child, combinations, weight);

    private double Penalty(int child, double combinations, double weight) => combinations * (sizes[child] - 1) * options.Score switch
    {
        StructureScore.Mdl => options.Penalty ?? (Math.Log2(Math.Max(weight, 1)) / 2),
        StructureScore.Bic => Math.Log(Math.Max(weight, 1)) / 2,
        StructureScore.Aic => 1,
        _ => 0,
    };
}
