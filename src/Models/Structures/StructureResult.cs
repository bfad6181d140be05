namespace Pipelines;

/// <summary>A structure learnt from data.</summary>
/// <param name="Parents">Indexes of each variable's parents, ascending, shape [variables][parents].</param>
/// <param name="Score">Its score in the data: in bits for mdl, else in nats.</param>
/// <param name="IsOptimal">True if no structure that the options allow has a higher score.</param>
/// <param name="FamiliesScored">Number of families whose scores were computed.</param>
/// <param name="Scans">Number of passes over the data.</param>
public sealed record StructureResult(IReadOnlyList<IReadOnlyList<int>> Parents, double Score, bool IsOptimal, long FamiliesScored, int Scans);

/// <summary>How far a search has come.</summary>
/// <param name="Steps">Number of steps so far: changes of an arc, variables placed, or sets of variables finished.</param>
/// <param name="FamiliesScored">Number of families whose scores were computed.</param>
/// <param name="Score">The best score so far; NaN = no structure yet.</param>
public sealed record StructureProgress(long Steps, long FamiliesScored, double Score);
