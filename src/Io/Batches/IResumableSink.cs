namespace Pipelines.Io;

/// <summary>
/// A sink that keeps what it has finished when a run ends early, and goes on from there. Its output is cut into parts by input rows; a part ends with a
/// batch, so the next run begins with a whole one.
/// </summary>
public interface IResumableSink : IBatchSink
{
    /// <summary>
    /// Called once, before <see cref="IBatchSink.OpenAsync"/>: locks the output against other runs, finds what an earlier run of the same job left, and checks
    /// it. Without <paramref name="resume"/> that is discarded.
    /// </summary>
    /// <param name="job">What the output is of.</param>
    /// <param name="resume">True: go on from what is there.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="DataException">Another run holds the output, or what is there is of another job: the message says in what it differs.</exception>
    ValueTask<ResumePoint> ResumeAsync(JobIdentity job, bool resume, CancellationToken cancellationToken);
}

/// <summary>From where a run goes on.</summary>
/// <param name="NextBatch">Number of the first batch to send; 0 = from the beginning.</param>
/// <param name="RowsIn">Input rows that are done.</param>
/// <param name="RowsOut">Rows written for them.</param>
/// <param name="RowsRejected">Rows refused and reported for them.</param>
/// <param name="IsComplete">True if the output is finished: there is nothing left to do.</param>
public sealed record ResumePoint(long NextBatch, long RowsIn, long RowsOut, long RowsRejected, bool IsComplete);
