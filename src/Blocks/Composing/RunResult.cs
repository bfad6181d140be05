using Pipelines.Blocks;

namespace Pipelines;

/// <summary>The outcome of a finished run.</summary>
/// <param name="RowsIn">Rows read.</param>
/// <param name="RowsOut">Rows written; rows written plus rows rejected equal <paramref name="RowsIn"/>, otherwise the run fails.</param>
/// <param name="Seconds">Time from opening the source to the commit, in seconds, measured by the clock in the options.</param>
/// <param name="Output">Name of the sink: path …</param>
/// <param name="Files">The Parquet files written, in order; empty for other sinks.</param>
public sealed record RunResult(long RowsIn, long RowsOut, double Seconds, string Output, IReadOnlyList<string> Files)
{
    /// <summary>Rows that the model could not use and that were left out as <see cref="PipelineOptions.BadRows"/> allows.</summary>
    public long RowsRejected { get; init; }

    /// <summary>Rows among those read that an earlier, interrupted run had already processed.</summary>
    public long RowsResumed { get; init; }

    /// <summary>What the scores of the rows of this run, those of the one it resumes excluded, say together; null if nothing was scored.</summary>
    internal ScoreSummary? Scores { get; init; }

    /// <summary>Notes for the user, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Rows per second in this run; 0 if no time has passed.</summary>
    public double RowsPerSecond => Seconds > 0 ? (RowsIn - RowsResumed) / Seconds : 0;
}
