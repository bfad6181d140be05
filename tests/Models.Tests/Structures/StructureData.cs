using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Rows of codes in which variables depend on each other, and the scores of their families straight from the definitions.</summary>
internal sealed class StructureData
{
    private StructureData(double[][] columns, double[]? weights, int[] sizes)
    {
        (Columns, Weights, Sizes) = (columns, weights, sizes);
        var rows = FeatureMatrix.FromColumns(columns);
        Rows = weights is null ? rows : rows.WithWeights(weights);
    }

    /// <summary>Shape [variables][rows].</summary>
    public double[][] Columns { get; }

    public double[]? Weights { get; }

    public int[] Sizes { get; }

    public FeatureMatrix Rows { get; }

    /// <summary>Each variable depends on the two before it. Rows repeat often where variables are few.</summary>
    /// <param name="missing">Share of missing values; every other variable has none.</param>
    /// <param name="weights">0 = none, 1 = whole numbers with zeros among them, 2 = fractions.</param>
    public static StructureData Make(int rows, int[] sizes, double missing = 0, int weights = 0, long seed = 1)
    {
        var random = new SeededRandom(seed);
        var columns = sizes.Select(_ => new double[rows]).ToArray();
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < sizes.Length; j++)
            {
                var before = (j > 0 ? columns[j - 1][i] : 0) + (j > 1 ? 2 * columns[j - 2][i] : 0);
                columns[j][i] = random.NextNormal() > 0 ? before % sizes[j] : random.NextInt64(sizes[j]);
            }
        }
        for (var j = 0; j < sizes.Length; j += 2)
            for (var i = 0; i < rows; i++)
                if (random.NextDouble() < missing) columns[j][i] = double.NaN;
        double[]? of = weights switch
        {
            0 => null,
            1 => [.. Enumerable.Range(0, rows).Select(_ => (double)random.NextInt64(5))],
            _ => [.. Enumerable.Range(0, rows).Select(_ => 0.25 + random.NextDouble())],
        };
        return new(columns, of, sizes);
    }

    public IDataPass Pass(int threads = 1, int batch = 100) => new InMemoryPass(Rows, batch, threads);

    public DistinctRowsStatistics Distinct(int threads = 1, int batch = 100) =>
        (DistinctRowsStatistics)Run(Pass(threads, batch), new DistinctRows(Sizes, null));

    public static Statistics Run(IDataPass pass, ISummarizer summarizer) => pass.RunAsync(summarizer, default).AsTask().GetAwaiter().GetResult();

    public FamilyScorer Scorer(StructureOptions options, long? maxBytes = null) => new(new(Distinct(), 1), options, maxBytes);

    public StructureResult Search(StructureOptions options, int threads = 1, IDataPass? pass = null) =>
        StructureSearch.RunAsync(pass ?? Pass(threads), Sizes, options, threads, null, null, default).AsTask().Result;

    /// <summary>Weights of the combinations of codes of the rows that have all of the variables.</summary>
    public Dictionary<string, double> Counts(IReadOnlyList<int> of, IReadOnlyList<int> key)
    {
        var counts = new Dictionary<string, double>();
        for (var i = 0; i < Rows.Rows; i++)
        {
            if (of.Any(v => double.IsNaN(Columns[v][i]))) continue;
            var at = string.Join(',', key.Select(v => Columns[v][i]));
            counts[at] = counts.GetValueOrDefault(at) + (Weights?[i] ?? 1);
        }
        return counts;
    }

    /// <summary>A family's score straight from its definition, cell by cell, those without rows too.</summary>
    public double Score(StructureOptions options, int child, IReadOnlyList<int> parents)
    {
        int[] family = [.. parents, child];
        var joint = Counts(family, family);
        var above = Counts(family, parents);
        var (q, k, w) = (parents.Aggregate(1.0, (product, p) => product * Sizes[p]), Sizes[child], above.Values.Sum());
        var (a, ess) = (options.Pseudocount, options.EquivalentSampleSize);
        double sum = 0;
        foreach (var codes in Configurations(parents))
        {
            var at = string.Join(',', codes);
            var nj = above.GetValueOrDefault(at);
            sum += options.Score switch
            {
                StructureScore.Bdeu => LogGamma(ess / q) - LogGamma((ess / q) + nj),
                StructureScore.K2 => LogGamma(k) - LogGamma(k + nj),
                _ => 0,
            };
            for (var v = 0; v < k; v++)
            {
                var n = joint.GetValueOrDefault(codes.Length == 0 ? $"{v}" : $"{at},{v}");
                sum += options.Score switch
                {
                    StructureScore.Bdeu => LogGamma((ess / (q * k)) + n) - LogGamma(ess / (q * k)),
                    StructureScore.K2 => LogGamma(1 + n),
                    _ => n + a > 0 ? (n + a) * Math.Log((n + a) / (nj + (a * k))) : 0,
                };
            }
        }
        var parameters = q * (k - 1);
        return options.Score switch
        {
            StructureScore.Mdl => w > 1 ? (sum / Math.Log(2)) - ((options.Penalty ?? (Math.Log2(w) / 2)) * parameters) : double.NegativeInfinity,
            StructureScore.Bic => w > 1 ? sum - (Math.Log(w) / 2 * parameters) : double.NegativeInfinity,
            StructureScore.Aic => sum - parameters,
            _ => sum,
        };
    }

    public double Score(StructureOptions options, IReadOnlyList<IReadOnlyList<int>> parents) =>
        Enumerable.Range(0, Sizes.Length).Sum(child => Score(options, child, parents[child]));

    /// <summary>Every acyclic graph of the variables, as parents of each.</summary>
    public IEnumerable<int[][]> Graphs(int child = 0)
    {
        if (child == Sizes.Length)
        {
            yield return [];
            yield break;
        }
        foreach (var rest in Graphs(child + 1))
        {
            for (var set = 0; set < 1 << Sizes.Length; set++)
            {
                if ((set >> child & 1) != 0) continue;
                int[][] graph = [[.. Enumerable.Range(0, Sizes.Length).Where(p => (set >> p & 1) != 0)], .. rest];
                if (child > 0 || IsAcyclic(graph)) yield return graph;
            }
        }
    }

    public static bool IsAcyclic(IReadOnlyList<IReadOnlyList<int>> parents)
    {
        var left = Enumerable.Range(0, parents.Count).ToHashSet();
        while (left.FirstOrDefault(v => !parents[v].Any(left.Contains), -1) is >= 0 and var free) left.Remove(free);
        return left.Count == 0;
    }

    private IEnumerable<int[]> Configurations(IReadOnlyList<int> of)
    {
        IEnumerable<int[]> all = [[]];
        foreach (var v in of) all = all.SelectMany(codes => Enumerable.Range(0, Sizes[v]).Select(c => (int[])[.. codes, c]));
        return all;
    }

    // Stirling's series from 30 on, whose error there is below 1e-16, and the recurrence below.
    private static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 30; x++) shift += Math.Log(x);
        var r = 1 / x;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (r / 12) - (r * r * r / 360) + (Math.Pow(r, 5) / 1260) - shift;
    }
}
