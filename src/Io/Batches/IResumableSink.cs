namespace Pipelines.Io;

/// <summary>
/// A sink that keeps its finished parts when a run ends early and can resume from them. Its output is split into parts by input rows; a part ends at a batch
/// boundary, so the next run starts with a whole batch.
/// </summary>
public interface IResumableSink : IBatchSink
{
    /// <summary>
    /// Called once, before <see cref="IBatchSink.OpenAsync"/>: locks the output against other runs, finds what an earlier run of the same job left, and checks
    /// it. If <paramref name="resume"/> is false, it is discarded.
    /// </summary>
    /// <param name="job">The job that produces the output.</param>
    /// <param name="resume">True: resume from the existing parts.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="FlowException">Another run holds the output, or it belongs to another job; the message names the difference.</exception>
    ValueTask<ResumePoint> ResumeAsync(JobIdentity job, bool resume, CancellationToken cancellationToken);
}

/// <summary>The point from which a run resumes.</summary>
/// <param name="NextBatch">Number of the first batch to send; 0 = start from the beginning.</param>
/// <param name="RowsIn">Input rows already processed.</param>
/// <param name="RowsOut">Rows written for them.</param>
/// <param name="RowsRejected">Rows rejected and reported for them.</param>
/// <param name="IsComplete">True if the output is finished and nothing is left to do.</param>
public sealed record ResumePoint(long NextBatch, long RowsIn, long RowsOut, long RowsRejected, bool IsComplete);
