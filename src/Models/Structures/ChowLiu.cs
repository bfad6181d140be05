using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>
/// The spanning tree with the largest sum of mutual informations (Chow and Liu 1968), grown from the root (Prim 1957), all arcs leading away from it. One pass
/// counts all pairs; no rows are kept. A pair's mutual information is that of the rows that have both values. Of equal ones, the arc from the variable that
/// came into the tree first is taken, and then the one to the variable that comes first.
/// </summary>
internal sealed class ChowLiu : IStructureMethod
{
    [ModuleInitializer]
    internal static void Register() => StructureMethods.Register(new ChowLiu());

    public string Name => StructureMethod.ChowLiu;

    public StructureUses Uses => StructureUses.Root;

    public void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes, int copies)
    {
        var needed = (double)copies * sizeof(double) * new PairTable(sizes).Length;
        var most = Math.Min(maxBytes ?? long.MaxValue, copies * sizeof(double) * (long)Array.MaxLength);
        if (needed <= most) return;
        throw new ModelException(ErrorKind.Memory, "Chow-Liu tree", $"counts of all pairs of {sizes.Count} variables, which take {needed:N0} bytes",
            $"at most {most:N0} bytes", "use fewer variables or fewer values of them, or give it more memory");
    }

    public async ValueTask<LearnedRows> RunAsync(StructureTask task, CancellationToken cancellationToken)
    {
        var counts = await task.Pass.RunAsync(new PairCounts(task.Sizes), cancellationToken).ConfigureAwait(false);
        StructureProblem.CheckRows(counts);
        var tree = new Tree(((SumStatistics)counts).Sums, new(task.Sizes), counts.Weight);
        var parents = tree.Grow(task.Options.Root);
        var of = new FamilyTerms(task.Options, task.Sizes);
        double score = 0;
        for (var child = 0; child < parents.Length; child++) score += tree.Score(of, child, parents[child]);
        var pairs = (long)parents.Length * (parents.Length - 1) / 2;
        task.Progress?.Report(new(parents.Length, pairs, score));
        return new(new(parents, score, false, pairs, 1), tree.Counts(counts.Rows));
    }

    /// <summary>The counts of families of at most one parent.</summary>
    private sealed class PairFamilyCounts(Tree tree, long rows) : IFamilyCounts
    {
        public long Rows => rows;

        public double Weight => tree.Weight;

        public bool TryCount(ReadOnlySpan<int> family, Span<double> cells)
        {
            if (family.Length > 2) return false;
            tree.Cells(family).CopyTo(cells);
            return true;
        }
    }

    /// <summary>The tree from the counts.</summary>
    internal sealed class Tree(double[] cells, PairTable table, double weight)
    {
        /// <summary>Total weight of the rows.</summary>
        public double Weight => weight;

        private int Variables => table.Sizes.Length;

        /// <summary>Parents of each variable, shape [variables][at most 1].</summary>
        public int[][] Grow(int root)
        {
            var (parents, best) = (new int[Variables], new double[Variables]);
            var (rank, isInside) = (new int[Variables], new bool[Variables]);
            Array.Fill(parents, -1);
            Array.Fill(best, double.NegativeInfinity);
            for (var (inside, newest) = (1, root); ; inside++)
            {
                (isInside[newest], rank[newest]) = (true, inside);
                if (inside == Variables) break;
                var next = -1;
                for (var v = 0; v < Variables; v++)
                {
                    if (isInside[v]) continue;
                    var information = MutualInformation(newest, v);
                    if (parents[v] < 0 || information > best[v] + StructureProblem.Rounding) (best[v], parents[v]) = (information, newest);
                    if (next < 0 || IsBetter(v, next)) next = v;
                }
                newest = next;
            }
            return [.. parents.Select(p => p < 0 ? Array.Empty<int>() : [p])];

            bool IsBetter(int v, int than) => Math.Abs(best[v] - best[than]) > StructureProblem.Rounding
                ? best[v] > best[than]
                : rank[parents[v]] < rank[parents[than]];
        }

        /// <summary>Mutual information of two variables in nats, at least 0; 0 if no row has both.</summary>
        public double MutualInformation(int a, int b)
        {
            var (joint, first, second) = Pair(a, b);
            double total = 0, sum = 0;
            foreach (var n in first) total += n;
            for (var i = 0; i < first.Length; i++)
            {
                for (var j = 0; j < second.Length; j++)
                {
                    var n = joint[(i * second.Length) + j];
                    if (n > 0) sum += n * Math.Log(n / first[i] * (total / second[j]));
                }
            }
            return total > 0 ? Math.Max(0, sum / total) : 0;
        }

        /// <summary>The score of a family of at most one parent.</summary>
        public double Score(FamilyTerms of, int child, int[] parents)
        {
            var size = table.Sizes[child];
            if (parents is not [var parent])
            {
                var alone = Present(cells.AsSpan(table.First(child), size));
                var observed = alone.Sum();
                // Rows without a value count for no family of the variable.
                return of.Total(child, 1, observed, of.Sum(alone, size, of.OfJoint), of.Sum([Math.Min(observed, weight)], 1, of.OfParents(child)));
            }
            var (joint, first, second) = Pair(parent, child);
            return of.Total(child, table.Sizes[parent], first.Sum(), of.Sum(Present(joint), (double)size * table.Sizes[parent], of.OfJoint),
                of.Sum(Present(first), table.Sizes[parent], of.OfParents(child)));
        }

        /// <summary>The counts of the tree's families; null if rows miss values.</summary>
        /// <param name="rows">Number of rows.</param>
        public IFamilyCounts? Counts(long rows)
        {
            for (var v = 0; v < Variables; v++)
                if (cells.AsSpan(table.First(v), table.Sizes[v]).ToArray().Sum() != weight) return null;
            return new PairFamilyCounts(this, rows);
        }

        private static double[] Present(ReadOnlySpan<double> weights)
        {
            var present = new List<double>();
            foreach (var n in weights)
                if (n > 0) present.Add(n);
            return [.. present];
        }

        /// <summary>The counts of a variable, or of a pair.</summary>
        public ReadOnlySpan<double> Cells(ReadOnlySpan<int> family) =>
            family is [var a, var b] ? Pair(a, b).Joint : cells.AsSpan(table.First(family[0]), table.Sizes[family[0]]);

        // Shape [a's values, b's values] and the sums over either.
        private (double[] Joint, double[] First, double[] Second) Pair(int a, int b)
        {
            var (low, high) = (Math.Min(a, b), Math.Max(a, b));
            var of = cells.AsSpan(table.First(low, high), table.Sizes[low] * table.Sizes[high]);
            var (joint, first, second) = (new double[of.Length], new double[table.Sizes[a]], new double[table.Sizes[b]]);
            for (var i = 0; i < first.Length; i++)
            {
                for (var j = 0; j < second.Length; j++)
                {
                    var n = a < b ? of[(i * second.Length) + j] : of[(j * first.Length) + i];
                    joint[(i * second.Length) + j] = n;
                    first[i] += n;
                    second[j] += n;
                }
            }
            return (joint, first, second);
        }
    }
}
