namespace Pipelines.Blocks;

/// <summary>How far a run is.</summary>
/// <param name="Phase">What is being done: <c>run</c>, <c>read</c> (first pass), <c>pass</c> (passes over the cache).</param>
/// <param name="Rows">Rows done in this phase.</param>
/// <param name="TotalRows">Rows of this phase, or null if not known.</param>
/// <param name="Elapsed">Time since the phase began, by the options' <see cref="TimeProvider"/>.</param>
public readonly record struct RunProgress(string Phase, long Rows, long? TotalRows, TimeSpan Elapsed);
