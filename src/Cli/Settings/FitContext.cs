namespace Pipelines.Cli.Settings;

/// <summary>What a run has for its fit beside the data.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Budget">The memory budget, in bytes.</param>
/// <param name="Progress">Receives the progress of a search; null = nobody does.</param>
internal sealed record FitContext(long Seed, long Budget, IProgress<StructureProgress>? Progress);
