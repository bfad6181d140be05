using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>
/// pomegranate's greedy: of the variables that are not placed yet, the one whose best family with parents among those placed scores highest is placed next,
/// with these parents. Of equal scores, the first variable is taken, and fewer parents. Sets of parents whose penalty alone is too large are left out.
/// </summary>
internal sealed class Greedy : SearchMethod
{
    [ModuleInitializer]
    internal static void Register() => StructureMethods.Register(new Greedy());

    public override string Name => StructureMethod.Greedy;

    public override StructureUses Uses => StructureUses.MaxParents | StructureUses.Arcs;

    public override FoundStructure Search(StructureProblem problem)
    {
        var variables = problem.Rules.Variables;
        var (parents, best) = (new int[variables][], new double[variables]);
        var (found, isPlaced) = (new int[variables][], new bool[variables]);
        Array.Fill(best, double.NegativeInfinity);
        double total = 0, tolerance = 0;
        var newest = -1;
        for (var step = 1; step <= variables; step++)
        {
            int[] open = [.. Enumerable.Range(0, variables).Where(v => !isPlaced[v] && Array.TrueForAll(problem.Rules.Required[v], p => isPlaced[p]))];
            problem.InParallel(open.Length, i =>
            {
                var v = open[i];
                new ParentSets(problem, v, isPlaced, found[v] is null ? -1 : newest, tolerance).Improve(ref found[v], ref best[v]);
            });
            if (step == 1) tolerance = double.IsFinite(best.Sum()) ? Math.Abs(best.Sum()) * StructureProblem.Rounding : 0;
            newest = open[0];
            foreach (var v in open)
                if (best[v] > best[newest] + tolerance) newest = v;
            (isPlaced[newest], parents[newest]) = (true, found[newest]);
            total += best[newest];
            problem.Report(step, total);
        }
        return new(parents, false);
    }

    /// <summary>All sets of parents of a variable among those placed, smaller ones first.</summary>
    /// <param name="problem">What is searched.</param>
    /// <param name="child">Index of the variable.</param>
    /// <param name="isPlaced">The possible parents.</param>
    /// <param name="newest">The only one that is new since the sets were tried before; -1 = none were.</param>
    /// <param name="tolerance">Scores that differ by no more are the same.</param>
    private sealed class ParentSets(StructureProblem problem, int child, bool[] isPlaced, int newest, double tolerance)
    {
        private int[] candidates = [];
        private int[] chosen = [];
        private int[] found = [];
        private double best;

        public void Improve(ref int[] parents, ref double score)
        {
            var required = problem.Rules.Required[child];
            candidates = [.. problem.Rules.Candidates(child).Where(p => isPlaced[p] && p != newest && Array.BinarySearch(required, p) < 0)];
            if (newest >= 0 && !problem.Rules.Allows(newest, child)) return;
            var sure = newest >= 0 ? ArcGraph.With(required, newest) : required;
            (found, best) = (parents, score);
            for (var size = sure.Length; size <= Math.Min(problem.MaxParents, sure.Length + candidates.Length); size++)
            {
                chosen = new int[size];
                sure.CopyTo(chosen, 0);
                if (!Choose(0, sure.Length, Combinations(sure))) break;
            }
            (parents, score) = (found, best);
        }

        private double Combinations(int[] of)
        {
            double product = 1;
            foreach (var p in of) product *= problem.Scores.Sizes[p];
            return product;
        }

        // False if no larger set can be better.
        private bool Choose(int from, int count, double combinations)
        {
            if (found is not null && !(problem.Scores.Bound(child, combinations) > best + tolerance)) return false;
            if (count == chosen.Length)
            {
                Cancellation.Poll();
                int[] sorted = [.. chosen.Order()];
                var score = problem.Scores.Score(child, sorted);
                if (found is null || score > best + tolerance) (found, best) = (sorted, score);
                return true;
            }
            var isOpen = false;
            for (var i = from; i < candidates.Length; i++)
            {
                chosen[count] = candidates[i];
                isOpen |= Choose(i + 1, count + 1, combinations * problem.Scores.Sizes[candidates[i]]);
            }
            // Too few are left to make a whole set, which says nothing of others.
            return isOpen;
        }
    }
}
