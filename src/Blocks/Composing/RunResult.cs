namespace Pipelines.Blocks;

/// <summary>What a finished run did.</summary>
/// <param name="RowsIn">Rows read.</param>
/// <param name="RowsOut">Rows written; together with the refused ones they are <paramref name="RowsIn"/>, or the run fails.</param>
/// <param name="Seconds">Time from opening the source to the commit, in seconds, by the options' clock.</param>
/// <param name="Output">Name of the sink: path …</param>
/// <param name="Files">The Parquet files written, in order; empty for other sinks.</param>
public sealed record RunResult(long RowsIn, long RowsOut, double Seconds, string Output, IReadOnlyList<string> Files)
{
    /// <summary>Rows that the model could not use and <see cref="PipelineOptions.BadRows"/> had left out.</summary>
    public long RowsRejected { get; init; }

    /// <summary>Of the rows read, those that an earlier, interrupted run had done.</summary>
    public long RowsResumed { get; init; }

    /// <summary>What the user should know, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Rows a second of this run; 0 if no time passed.</summary>
    public double RowsPerSecond => Seconds > 0 ? (RowsIn - RowsResumed) / Seconds : 0;
}
