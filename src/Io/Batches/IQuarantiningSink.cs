namespace Pipelines.Io;

/// <summary>
/// A sink that stores the rows that blocks reject (<see cref="DataBatch.Rejected"/>) itself, in step with the rows that it writes, so that a resumed run
/// neither loses nor repeats one. For any other sink the run stores them.
/// </summary>
public interface IQuarantiningSink : IBatchSink
{
    /// <summary>True if this sink stores rejected rows.</summary>
    bool KeepsRejectedRows { get; }
}
