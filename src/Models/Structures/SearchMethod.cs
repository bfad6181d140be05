using Pipelines.Models.Fitting;

namespace Pipelines.Models.Structures;

/// <summary>A method that needs only the scores of families. The rows are read once and kept, equal rows as one.</summary>
internal abstract class SearchMethod : IStructureMethod
{
    public abstract StructureUses Uses { get; }

    public virtual void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes)
    {
    }

    /// <summary>Finds the structure. Called on a thread whose <see cref="Cancellation.Token"/> is set.</summary>
    public abstract FoundStructure Search(StructureProblem problem);

    public ValueTask<StructureResult> RunAsync(StructureTask task, CancellationToken cancellationToken) => throw new NotImplementedException();
}

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
    /// <summary>Tells how far the search is.</summary>
    public void Report(long steps, double score) => Progress?.Report(new(steps, Scores.FamiliesScored, score));
}
