namespace Pipelines;

/// <summary>The progress of a run.</summary>
/// <param name="Phase">The current phase: <c>run</c>, <c>read</c> (first pass), <c>pass</c> (passes over the cache).</param>
/// <param name="Rows">Rows processed in this phase.</param>
/// <param name="TotalRows">Total rows of this phase; null if unknown.</param>
/// <param name="Elapsed">Time since the phase started, measured by the options' <see cref="TimeProvider"/>.</param>
public readonly record struct RunProgress(string Phase, long Rows, long? TotalRows, TimeSpan Elapsed);
