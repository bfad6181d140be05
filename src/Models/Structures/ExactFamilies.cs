using System.Numerics;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>
/// Scores the parent sets of all variables, by size, and drops each set of which a subset scores at least as well: no best structure needs it. Most sets are
/// ruled out unseen, together with all sets that contain them. For a variable x, a set P of parents, z one of P and S the others:
/// <list type="bullet">
/// <item>No family of so many combinations of the parents' values scores above a bound, such as the penalty; a subset may score that already (de Campos and
/// Ji 2011, "Efficient structure learning of Bayesian networks using constraints").</item>
/// <item>Of N complete rows, z adds at most N min(H(x|S), H(z|S)) to the log-likelihood, and takes off what the penalty grows by (de Campos, Scanagatta, Corani
/// and Zaffalon 2018, "Entropy-based pruning for learning Bayesian networks using BIC"). The first rule covers H(x|S).</item>
/// </list>
/// </summary>
internal sealed class ExactFamilies
{
    /// <summary>Bytes for each family of the size being scored and of the size below.</summary>
    public const int BytesOfFamily = 72;

    private const int ChunkSize = 256;

    private readonly StructureProblem problem;
    private readonly ExactDomain[] domains;
    private readonly Layer[] layers;
    private readonly List<(ulong Set, double Score)>[] kept;

    // Families of the size being scored, and how many there may be.
    private long count, most;

    private ExactFamilies(StructureProblem problem, ExactDomain[] domains)
    {
        (this.problem, this.domains) = (problem, domains);
        layers = Array.ConvertAll(domains, d => new Layer([d.Required], [double.NegativeInfinity]));
        kept = Array.ConvertAll(domains, _ => new List<(ulong, double)>());
    }

    /// <summary>The parent sets of all variables. Shape [variables].</summary>
    /// <param name="problem">Scores, options and memory.</param>
    /// <param name="domains">The parents that each variable may and must have. Shape [variables].</param>
    /// <exception cref="ModelException">The memory does not suffice.</exception>
    public static ExactParentSets[] Score(StructureProblem problem, ExactDomain[] domains) => new ExactFamilies(problem, domains).Run();

    private ExactParentSets[] Run()
    {
        for (var size = 0; ; size++)
        {
            if (size > 0)
            {
                Limit();
                for (var v = 0; v < layers.Length; v++) layers[v].Next = Candidates(v, size);
                foreach (var layer in layers) layer.Advance();
            }
            else
            {
                count = layers.Length;
            }
            if (count == 0) break;
            ScoreAll((int)count);
            for (var v = 0; v < layers.Length; v++) Keep(v, isFirst: size == 0);
            problem.Report(0, double.NaN);
        }
        foreach (var sets in kept)
            if (sets.Count > 1) sets.RemoveAll(s => double.IsNegativeInfinity(s.Score));
        return Array.ConvertAll(kept, k => ExactParentSets.Sorted([.. k.Select(p => p.Set)], [.. k.Select(p => p.Score)]));
    }

    private void Limit()
    {
        var free = (problem.MaxBytes ?? long.MaxValue) - (kept.Sum(k => (long)k.Capacity) * ExactParentSets.BytesOfOne);
        most = Math.Clamp((free / BytesOfFamily) - count, 0, Array.MaxLength);
        count = 0;
    }

    private ModelException TooLarge(int size) => new(ErrorKind.Memory, "exact structure search",
        $"more than {most:N0} families with {size} free parents", $"families that fit {ExactMethod.Mebibytes(problem.MaxBytes ?? long.MaxValue)}",
        $"allow fewer than {(ulong)size + domains.Max(d => ulong.PopCount(d.Required))} parents, give more memory, or search by hill climbing");

    // Sets one larger whose subsets are all still in the race, with their best subsets' scores, ascending.
    private (List<ulong> Sets, List<double> Best) Candidates(int variable, int size)
    {
        var (found, best) = (new List<ulong>(), new List<double>());
        var (layer, domain) = (layers[variable], domains[variable]);
        if (layer.Sets.Length == 0 || ulong.PopCount(layer.Sets[0]) >= (ulong)problem.MaxParents) return (found, best);
        for (var free = domain.Optional; free != 0; free &= free - 1)
        {
            var added = BitOperations.TrailingZeroCount(free);
            var lower = (1UL << added) - 1;
            Cancellation.Poll();
            foreach (var set in layer.Sets)
            {
                // Ascending, so no later one is lower.
                if ((set & domain.Optional) > lower) break;
                var with = set | (1UL << added);
                if (BestSubset(variable, with) is { } score && !IsRuledOut(variable, with, score))
                {
                    if (++count > most) throw TooLarge(size);
                    found.Add(with);
                    best.Add(score);
                }
            }
        }
        return (found, best);
    }

    // Null if one of the subsets is ruled out.
    private double? BestSubset(int variable, ulong set)
    {
        var best = double.NegativeInfinity;
        for (var free = set & domains[variable].Optional; free != 0; free &= free - 1)
        {
            var place = layers[variable].Find(set & ~(free & (~free + 1)));
            if (place < 0) return null;
            best = Math.Max(best, layers[variable].Best[place]);
        }
        return best;
    }

    private bool IsRuledOut(int variable, ulong set, double best)
    {
        var (scores, combinations) = (problem.Scores, 1.0);
        for (var rest = set; rest != 0; rest &= rest - 1) combinations *= scores.Sizes[BitOperations.TrailingZeroCount(rest)];
        var bound = scores.Bound(variable, combinations);
        if (best >= bound) return true;
        // Smoothed likelihoods may gain more.
        if (problem.Options.Pseudocount > 0) return false;
        for (var free = set & domains[variable].Optional; free != 0; free &= free - 1)
        {
            var parent = BitOperations.TrailingZeroCount(free);
            var place = layers[parent].Find(set & ~(1UL << parent));
            if (place < 0) continue;
            var others = combinations / scores.Sizes[parent];
            // 0 for marginal likelihoods and with missing values, to which the rule does not apply.
            var penalty = scores.Bound(variable, others) - bound;
            if (penalty > 0 && scores.Bound(parent, others) - layers[parent].Scores[place] <= penalty) return true;
        }
        return false;
    }

    private void ScoreAll(int number)
    {
        var (subsets, families) = (new ulong[number], new (int Variable, int Place)[number]);
        var next = 0;
        for (var v = 0; v < layers.Length; v++)
        {
            for (var i = 0; i < layers[v].Sets.Length; i++) (subsets[next], families[next++]) = (layers[v].Sets[i] | 1UL << v, (v, i));
        }
        Array.Sort(subsets, families);
        next = -1;
        Parallelism.Run((int)Math.Min(problem.Threads, (number + ChunkSize - 1) / ChunkSize), token =>
        {
            Span<int> parents = stackalloc int[64];
            while (!token.IsCancellationRequested && (long)Interlocked.Increment(ref next) * ChunkSize is var start && start < number)
            {
                foreach (var (variable, place) in families.AsSpan((int)start, (int)Math.Min(ChunkSize, number - start)))
                {
                    if (token.IsCancellationRequested) return;
                    var size = 0;
                    for (var rest = layers[variable].Sets[place]; rest != 0; rest &= rest - 1) parents[size++] = BitOperations.TrailingZeroCount(rest);
                    layers[variable].Scores[place] = problem.Scores.Score(variable, parents[..size]);
                }
            }
        }, Cancellation.Token);
    }

    private void Keep(int variable, bool isFirst)
    {
        var layer = layers[variable];
        for (var i = 0; i < layer.Sets.Length; i++)
        {
            // The last comparison is for -infinity.
            var (score, best) = (layer.Scores[i], layer.Best[i]);
            if (!isFirst && !(score > best + (StructureProblem.Rounding * Math.Abs(score)) && score > best)) continue;
            layer.Best[i] = layer.Scores[i];
            kept[variable].Add((layer.Sets[i], layer.Scores[i]));
        }
    }

    // The parent sets of one size in the race. Each array has the shape [sets].
    private sealed class Layer(ulong[] sets, double[] best)
    {
        /// <summary>The sets, ascending.</summary>
        public ulong[] Sets { get; private set; } = sets;

        /// <summary>The best score of each set and its subsets.</summary>
        public double[] Best { get; private set; } = best;

        public double[] Scores { get; private set; } = new double[sets.Length];

        /// <summary>The sets one larger.</summary>
        public (List<ulong> Sets, List<double> Best) Next { get; set; }

        public int Find(ulong set) => Array.BinarySearch(Sets, set);

        public void Advance()
        {
            (Sets, Best) = ([.. Next.Sets], [.. Next.Best]);
            (Scores, Next) = (new double[Sets.Length], default);
        }
    }
}
