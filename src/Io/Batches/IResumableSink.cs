namespace Pipelines.Io;

/// <summary>
/// A sink that keeps what it has written when a run ends early, and from which a later run of the same job resumes. What it keeps ends at a batch boundary, so
/// the next run starts with a whole batch.
/// </summary>
/// <remarks>
/// The run calls <see cref="ResumeAsync"/> once, before <see cref="IBatchSink.OpenAsync"/>, on one thread, and only over a source that can tell that its rows
/// are the same (<see cref="SourceInfo.IsRepeatable"/>). If the returned point is complete, nothing else is called but
/// <see cref="IAsyncDisposable.DisposeAsync"/>. A run that is disposed without <see cref="IBatchSink.CompleteAsync"/> leaves what a later run can resume from,
/// and nothing that a reader of the output would take for its result.
/// </remarks>
public interface IResumableSink : IBatchSink
{
    /// <summary>True if the user wants to resume; false: what an earlier run left is discarded.</summary>
    bool Resume { get; }

    /// <summary>The sink's options that determine what it writes; a job is resumed only if they are unchanged. None by default.</summary>
    IReadOnlyList<JobProperty> JobProperties => [];

    /// <summary>
    /// True if everything written so far is kept for a later run: a run that is asked to stop does so after the batch that makes it true. Asked after each
    /// batch. False by default: the run stops wherever it is.
    /// </summary>
    bool IsAtSafePoint => false;

    /// <summary>
    /// Locks the output against other runs, finds what an earlier run of the same job left, and checks it. Without <see cref="Resume"/> it is discarded.
    /// </summary>
    /// <param name="job">The job that produces the output.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="FlowException">Another run holds the output, or it belongs to another job; the message names the difference.</exception>
    ValueTask<ResumePoint> ResumeAsync(JobIdentity job, CancellationToken cancellationToken);
}

/// <summary>The point from which a run resumes.</summary>
/// <param name="NextBatch">Number of the first batch to send; 0 = start from the beginning.</param>
/// <param name="RowsIn">Input rows already processed.</param>
/// <param name="RowsOut">Rows written for them.</param>
/// <param name="RowsRejected">Rows rejected and reported for them.</param>
/// <param name="IsComplete">True if the output is finished and nothing is left to do.</param>
public sealed record ResumePoint(long NextBatch, long RowsIn, long RowsOut, long RowsRejected, bool IsComplete)
{
    /// <summary>The beginning: nothing was done before.</summary>
    public static ResumePoint Start { get; } = new(0, 0, 0, 0, IsComplete: false);
}
