using Pipelines.Io.Storage;

namespace Pipelines.Blocks;

/// <summary>Where a fit keeps its state, so that a run that was killed goes on with the same bits.</summary>
public sealed record CheckpointOptions
{
    /// <summary>
    /// Folder for the checkpoints; it is made if its parent exists. Only this user may read the files, for they hold the model. One fit at a time.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>
    /// True: go on from the newest checkpoint of the same fit, if there is one. False (default): begin anew; checkpoints of an earlier run are deleted.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Batches after which a pass over the data is kept too, at least 1; default 4,096 (67 million rows of the default batch size). Each iteration is kept in
    /// any case.
    /// </summary>
    public int EveryBatches { get; init; } = 4_096;

    /// <summary>The file system; tests replace it.</summary>
    internal FileLayer Files { get; init; } = FileLayer.Disk;
}
