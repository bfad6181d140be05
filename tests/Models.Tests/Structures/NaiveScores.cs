using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Scores of families straight from their definitions (pomegranate's for missing values): each family counts the rows anew.</summary>
/// <param name="rows">Codes, NaN = missing. Shape [rows][variables].</param>
/// <param name="weights">Shape [rows].</param>
/// <param name="sizes">Shape [variables].</param>
/// <param name="options">Score, penalty, pseudocount, equivalent sample size.</param>
/// <param name="isBounded">Whether it says that no score exceeds the penalty.</param>
internal sealed class NaiveScores(double[][] rows, double[] weights, int[] sizes, StructureOptions options, bool isBounded) : IFamilyScores
{
    private long scored;

    public int Variables => sizes.Length;

    public IReadOnlyList<int> Sizes => sizes;

    public long FamiliesScored => scored;

    public double Bound(int child, double combinations) =>
        !isBounded ? double.PositiveInfinity
        : options.Score is StructureScore.Bdeu or StructureScore.K2 || rows.Any(r => r.Any(double.IsNaN)) ? 0
        : -Penalty(weights.Sum()) * combinations * (sizes[child] - 1);

    public double Score(int child, ReadOnlySpan<int> parents)
    {
        Interlocked.Increment(ref scored);
        var (cells, totals, weight) = (new Dictionary<(string, double), double>(), new Dictionary<string, double>(), 0.0);
        for (var i = 0; i < rows.Length; i++)
        {
            var (key, complete) = ("", !double.IsNaN(rows[i][child]));
            foreach (var p in parents) (key, complete) = ($"{key},{rows[i][p]}", complete && !double.IsNaN(rows[i][p]));
            if (!complete) continue;
            cells[(key, rows[i][child])] = cells.GetValueOrDefault((key, rows[i][child])) + weights[i];
            totals[key] = totals.GetValueOrDefault(key) + weights[i];
            weight += weights[i];
        }
        double q = 1, k = sizes[child];
        foreach (var p in parents) q *= sizes[p];
        if (options.Score is StructureScore.Bdeu or StructureScore.K2)
        {
            var (cell, all) = options.Score == StructureScore.K2 ? (1, k) : (options.EquivalentSampleSize / (q * k), options.EquivalentSampleSize / q);
            return cells.Values.Sum(n => LogGamma(cell + n) - LogGamma(cell)) - totals.Values.Sum(n => LogGamma(all + n) - LogGamma(all));
        }
        if (options.Score is StructureScore.Mdl or StructureScore.Bic && weight <= 1 && parents.Length > 0) return double.NegativeInfinity;
        var likelihood = cells.Sum(c => Term(c.Value + options.Pseudocount, totals[c.Key.Item1] + (options.Pseudocount * k)));
        if (options.Pseudocount > 0)
        {
            // Cells without rows, in configurations with some and in those with none.
            foreach (var (key, n) in totals)
                likelihood += (k - cells.Count(c => c.Key.Item1 == key)) * Term(options.Pseudocount, n + (options.Pseudocount * k));
            likelihood += (q - totals.Count) * k * Term(options.Pseudocount, options.Pseudocount * k);
        }
        return likelihood - (Penalty(weight) * q * (k - 1));
    }

    private double Term(double n, double of) => n == 0 ? 0 : n * (options.Score == StructureScore.Mdl ? Math.Log2(n / of) : Math.Log(n / of));

    private double Penalty(double weight) => options.Score switch
    {
        StructureScore.Mdl => options.Penalty ?? (Math.Log2(Math.Max(weight, 1)) / 2),
        StructureScore.Bic => Math.Log(Math.Max(weight, 1)) / 2,
        _ => 1,
    };

    // Abramowitz and Stegun 6.1.41 above 20, by recurrence below.
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 20; x++) shift += Math.Log(x);
        var r = 1 / (x * x);
        return ((x - 0.5) * Math.Log(x)) - x + (Math.Log(2 * Math.PI) / 2) + ((1.0 / 12 - (r * (1.0 / 360 - (r * (1.0 / 1260 - (r / 1680)))))) / x) - shift;
    }
}
