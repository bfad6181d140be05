using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>A method that needs only the scores of families. The rows are read once and kept, equal rows as one.</summary>
internal abstract class SearchMethod : IStructureMethod
{
    public abstract string Name { get; }

    public abstract StructureUses Uses { get; }

    public virtual void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes, int copies)
    {
    }

    /// <summary>Finds the structure. Called on a thread whose <see cref="Cancellation.Token"/> is set.</summary>
    public abstract FoundStructure Search(StructureProblem problem);

    public async ValueTask<LearnedRows> RunAsync(StructureTask task, CancellationToken cancellationToken)
    {
        // Half for the rows, which are kept twice for a moment; the other half for scores.
        var half = task.MaxBytes / 2;
        var summarizer = new DistinctRows(task.Sizes, half / 2);
        var found = await task.Pass.RunAsync(summarizer, cancellationToken).ConfigureAwait(false);
        var rows = Coded(found, task.Threads, cancellationToken);
        using var scope = Cancellation.Enter(cancellationToken);
        var scores = new FamilyScorer(rows, task.Options, half);
        var rules = new ArcRules(task.Options.Constraints, task.Sizes.Count);
        var problem = new StructureProblem(scores, task.Options, rules, StructureProblem.ParentLimit(task.Options, rules, rows.Weight), task.Threads, half,
            task.Progress);
        var structure = Search(problem);
        var scored = scores.FamiliesScored;
        for (var v = 0; v < structure.Parents.Length; v++)
        {
            if (double.IsNegativeInfinity(scores.Score(v, structure.Parents[v])))
                throw new ModelException(ErrorKind.Data, $"feature {v}", "required or initial parents that no more than one row has together with it",
                    $"several such rows, as {task.Options.Score.ToString().ToLowerInvariant()} needs", "take other arcs, or choose bdeu or k2")
                { FeatureIndex = v };
        }
        return new(new(structure.Parents, problem.ScoreOf(structure.Parents), structure.IsOptimal, scored, 1), RowFamilyCounts.Of(rows, found.Rows));
    }

    private static CodedRows Coded(Statistics found, int threads, CancellationToken cancellationToken)
    {
        StructureProblem.CheckRows(found);
        using var scope = Cancellation.Enter(cancellationToken);
        return new((DistinctRowsStatistics)found, threads);
    }
}
