using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>How the structure of a network is learnt. All options are validated together before any data is read.</summary>
public sealed record StructureOptions
{
    /// <summary>Maximum number of variables.</summary>
    public const int MostVariables = 4_096;

    /// <summary>Name of the method (<see cref="StructureMethod"/>); default hill climbing.</summary>
    public string Method { get; init; } = StructureMethod.HillClimbing;

    /// <summary>What the search maximises; default mdl. Chow-Liu trees maximise their likelihood, and have this score.</summary>
    public StructureScore Score { get; init; } = StructureScore.Mdl;

    /// <summary>
    /// Bits that mdl takes off for each free parameter, at least 0; null (default) = log2(N) / 2, N = the weight of the complete rows.
    /// </summary>
    public double? Penalty { get; init; }

    /// <summary>Rows added to each cell of a family's table by mdl, bic and aic; at least 0, default 0.</summary>
    public double Pseudocount { get; init; }

    /// <summary>Strength of bdeu's prior, in rows, above 0; default 1.</summary>
    public double EquivalentSampleSize { get; init; } = 1;

    /// <summary>
    /// Maximum number of parents of a variable, at least 0; null (default) = no limit. Mdl never takes more than floor(log2(2 N / log2 N)) of N rows.
    /// </summary>
    public int? MaxParents { get; init; }

    /// <summary>True: rows with missing values are left out. False (default): each family counts the rows that have all of it.</summary>
    public bool CompleteRows { get; init; }

    /// <summary>Arcs that the structure must and must not have; default none.</summary>
    public StructureConstraints Constraints { get; init; } = new();

    /// <summary>Tabu: number of structures to which the search does not return, 1 … 1,000,000; default 10.</summary>
    public int TabuLength { get; init; } = 10;

    /// <summary>
    /// Tabu: number of steps without a new best score after which a search stops, and a third of the number of searches, each from another structure, after
    /// which the last stops; 1 … 1,000,000, default 10.
    /// </summary>
    public int TabuSteps { get; init; } = 10;

    /// <summary>Hill climbing and tabu: number of further searches from the best structure, disturbed at random, 0 (default) … 1,000,000.</summary>
    public int Restarts { get; init; }

    /// <summary>Chow-Liu: index of the root of the tree; default 0.</summary>
    public int Root { get; init; }

    /// <summary>
    /// Hill climbing and tabu: the structure from which they start, as indexes of each variable's parents, shape [variables][parents]; null (default) = the
    /// required arcs alone.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>>? Initial { get; init; }

    /// <summary>Hill climbing and tabu: seed of whatever is drawn; default 0.</summary>
    public long Seed { get; init; }

    /// <summary>Throws a single error that names every option that is out of range, or that has no effect on the search.</summary>
    /// <param name="variables">Number of variables.</param>
    /// <exception cref="ModelException">At least one option is out of range or has no effect.</exception>
    public void Validate(int variables) => StructureChecks.Validate(this, variables);
}
