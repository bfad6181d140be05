namespace Pipelines;

/// <summary>Where a fit saves its state, so that a killed run can be resumed with bit-identical results.</summary>
public sealed record CheckpointOptions
{
    /// <summary>
    /// Folder for the checkpoints; created if its parent exists. Only the current user may read the files, because they contain the model. One fit at a time.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>
    /// True: resume from the newest checkpoint of the same fit, if there is one. False (default): start over and delete checkpoints of an earlier run.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Number of batches after which progress within a pass over the data is saved, at least 1; default 4,096 (67 million rows at the default batch size). A
    /// checkpoint is always saved after each iteration.
    /// </summary>
    public int EveryBatches { get; init; } = 4_096;

    /// <summary>The file system; tests replace it.</summary>
    internal FileLayer Files { get; init; } = FileLayer.Disk;
}
