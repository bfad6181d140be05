using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>What a search found.</summary>
/// <param name="Parents">Indexes of each variable's parents, ascending, shape [variables][parents].</param>
/// <param name="IsOptimal">True if no structure that the options allow has a higher score.</param>
internal sealed record FoundStructure(int[][] Parents, bool IsOptimal);

/// <summary>What a search works on.</summary>
/// <param name="Scores">Scores of families.</param>
/// <param name="Options">Valid options.</param>
/// <param name="Rules">Which arcs may and must be.</param>
/// <param name="MaxParents">Maximum number of parents, at most variables - 1; mdl's own limit is part of it.</param>
/// <param name="Threads">Number of threads, at least 1.</param>
/// <param name="MaxBytes">Memory that the search may take beside the scores; null = no limit.</param>
/// <param name="Progress">Receives reports; null = nobody does.</param>
internal sealed record StructureProblem(IFamilyScores Scores, StructureOptions Options, ArcRules Rules, int MaxParents, int Threads, long? MaxBytes,
    IProgress<StructureProgress>? Progress)
{
    /// <summary>
    /// Scores that differ by less than this share of a structure's score are the same: such differences are rounding, and follow the kernel variant.
    /// </summary>
    public const double Rounding = 1e-12;

    /// <summary>Tells how far the search is.</summary>
    public void Report(long steps, double score) => Progress?.Report(new(steps, Scores.FamiliesScored, score));

    /// <summary>The score of a structure.</summary>
    public double ScoreOf(int[][] parents)
    {
        double sum = 0;
        for (var child = 0; child < parents.Length; child++) sum += Scores.Score(child, parents[child]);
        return sum;
    }

    /// <summary>Runs work of several items on all threads.</summary>
    public void InParallel(int items, Action<int> work) => Parallelism.Each(Threads, items, work, Cancellation.Token);

    /// <summary>
    /// The maximum number of parents: the options', and for rows of the total weight W mdl's own floor(log2(2 W / log2 W)). With mdl and bic it is 0 if W is at
    /// most 1.
    /// </summary>
    /// <exception cref="ModelException">More parents are required.</exception>
    public static int ParentLimit(StructureOptions options, ArcRules rules, double weight)
    {
        var own = options.Score switch
        {
            StructureScore.Mdl or StructureScore.Bic when !(weight > 1) => 0,
            StructureScore.Mdl => (int)Math.Clamp(Math.Floor(Math.Log2(2 * weight / Math.Log2(weight))), 0, int.MaxValue),
            _ => int.MaxValue,
        };
        for (var v = 0; v < rules.Variables; v++)
        {
            var needed = Math.Max(rules.Required[v].Length, options.Initial?[v].Count ?? 0);
            if (needed > own)
                throw new ModelException(ErrorKind.Data, $"feature {v}", $"{needed} required or initial parents",
                    $"at most {own}, the limit of {options.Score.ToString().ToLowerInvariant()} for rows of the weight {weight.Text()}",
                    "take fewer arcs, or choose another score")
                { FeatureIndex = v };
        }
        return Math.Min(Math.Min(options.MaxParents ?? int.MaxValue, rules.Variables - 1), own);
    }

    /// <summary>Checks that there is something to learn from.</summary>
    public static void CheckRows(Statistics found)
    {
        if (found.Rows == 0) throw new ModelException(ErrorKind.Data, "input", "no row", "at least one", "check the paths and filters");
        if (!(found.Weight > 0))
            throw new ModelException(ErrorKind.Data, "input", $"a total weight of {found.Weight.Text()}", "more than 0", "check the weights");
        if (!double.IsFinite(found.Weight)) throw DataSurvey.TooHeavy(found.Weight);
    }
}
