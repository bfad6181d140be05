namespace Pipelines.Io;

/// <summary>A sink that can say, before any row is read, whether and where it would write.</summary>
public interface IPlannedSink : IBatchSink
{
    /// <summary>Checks that rows of these columns can be taken in, written and, if need be, rejected. Called before each run and each plan.</summary>
    /// <param name="input">The columns as read from the source; those that are written may be others.</param>
    /// <exception cref="FlowException">They cannot.</exception>
    void CheckInput(BatchSchema input);

    /// <summary>Looks at what is there, without a lock and without changing anything; called only for a plan, on a sink that is then disposed.</summary>
    /// <param name="job">The job that produces the output; null if it cannot be resumed.</param>
    /// <param name="batches">Number of batches that a run would send; null = not known before reading.</param>
    /// <param name="batchSize">Rows per batch, at least 1.</param>
    /// <exception cref="FlowException">The output cannot be written, another run writes it, or it belongs to another job.</exception>
    SinkPlan Plan(JobIdentity? job, long? batches, int batchSize);
}

/// <summary>What a sink would write.</summary>
/// <param name="Outputs">The places, such as <c>output</c> and <c>quarantine</c>, and what is there now.</param>
/// <param name="Parts">Number of files; null if it is not known, or the output is no folder of files.</param>
public sealed record SinkPlan(IReadOnlyList<(string What, OutputPreview Preview)> Outputs, long? Parts);

/// <summary>What a run would find at its output. It is inspected without a lock and without changes, so another run may change it in the meantime.</summary>
/// <param name="Path">The file, folder or other place.</param>
/// <param name="State">What exists and what happens to it, as text.</param>
/// <param name="RowsDone">Input rows that an earlier run has processed, from which the run would resume.</param>
public sealed record OutputPreview(string Path, string State, long RowsDone = 0);
