namespace Pipelines;

/// <summary>How a pipeline runs. Validated as a whole before any data is read; immutable. Parallelism, capacity and budget do not change the results.</summary>
public sealed record PipelineOptions
{
    /// <summary>Number of batches processed concurrently in each stage: -1 (default) = all cores, or 1 … 1024.</summary>
    public int MaxDegreeOfParallelism { get; init; } = -1;

    /// <summary>
    /// Maximum number of batches that one block holds: waiting, being processed, and done but not yet passed on. Null (default) = twice the parallelism. A
    /// block never processes more batches than it holds, so the value must be at least the parallelism, up to 65,536.
    /// </summary>
    public int? BoundedCapacity { get; init; }

    /// <summary>Rows per batch, 1 … 16,777,216; default 16,384. Together with the seed it determines the results to the bit.</summary>
    public int BatchSize { get; init; } = 16_384;

    /// <summary>
    /// Maximum memory for batches in flight, row groups read ahead and the cache of decoded features together, at least 16 MiB: <c>"2GB"</c>. Null (default) =
    /// a quarter of the memory available to the process.
    /// </summary>
    public MemorySize? MemoryBudget { get; init; }

    /// <summary>
    /// Existing folder for the private temporary file that holds what exceeds the budget. Null (default) = TMPDIR if set, else /var/tmp, else the system's
    /// temporary folder.
    /// </summary>
    public string? SpillFolder { get; init; }

    /// <summary>
    /// Where a fit saves its state, so that it can be resumed after being killed; null (default) = it is not saved. No effect if nothing is fitted.
    /// </summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>
    /// Asks a run to end at the next point from which it can be resumed: a fit after the next folded batch, a scoring run after the part being written. The run
    /// then throws an <see cref="OperationCanceledException"/>. Default: never. The token passed to the run itself stops it at once.
    /// </summary>
    public CancellationToken WindDown { get; init; }

    /// <summary>
    /// How long a run that has failed or was cancelled waits for a source whose read does not return, 0 … 1 hour; default 4 seconds. After that it ends without
    /// waiting for the source.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How to handle rows that the model cannot use; by default the run fails and names one of them.</summary>
    public BadRowPolicy BadRows { get; init; } = new();

    /// <summary>Receives the number of rows processed, once per batch; null (default) = no progress is reported.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    /// <summary>Clock for elapsed times and <see cref="Patience"/>; default the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// True if nothing else uses the process: a run may then collect garbage to stay within its budget. False (default) for use in a library.
    /// </summary>
    internal bool OwnsProcess { get; init; }

    internal int Parallelism => MaxDegreeOfParallelism == -1 ? Environment.ProcessorCount : MaxDegreeOfParallelism;

    internal int Capacity => BoundedCapacity ?? 2 * Parallelism;

    internal long Budget => Math.Max(MinimumBudget, (MemoryBudget ?? MemoryLimit.Default()).Bytes);

    private const long MinimumBudget = 16L << 20;

    /// <summary>Validates all options together.</summary>
    /// <exception cref="ModelException">At least one option is out of range; the message lists all of them.</exception>
    public void Validate() => ModelException.CheckOptions(
        nameof(PipelineOptions),
        (MaxDegreeOfParallelism is -1 or (>= 1 and <= 1024), nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "-1 (all cores) or 1 … 1024"),
        (BoundedCapacity is null || (BoundedCapacity >= Parallelism && BoundedCapacity <= 65_536), nameof(BoundedCapacity), BoundedCapacity,
            $"null (derived) or {Parallelism} (the degree of parallelism) … 65536"),
        (BatchSize is >= 1 and <= 16_777_216, nameof(BatchSize), BatchSize, "1 … 16777216 rows"),
        (MemoryBudget is null || MemoryBudget.Value.Bytes >= MinimumBudget, nameof(MemoryBudget), MemoryBudget,
            $"null (a quarter of the memory) or at least {MinimumBudget} bytes (16MiB)"),
        (SpillFolder is null || Directory.Exists(SpillFolder), nameof(SpillFolder), SpillFolder, "null or an existing folder"),
        (Checkpoints is null || !string.IsNullOrWhiteSpace(Checkpoints.Folder), "Checkpoints.Folder", Checkpoints?.Folder, "a folder"),
        (Checkpoints is null || Checkpoints.EveryBatches >= 1, "Checkpoints.EveryBatches", Checkpoints?.EveryBatches, "at least 1 batch"),
        (Patience >= TimeSpan.Zero && Patience <= TimeSpan.FromHours(1), nameof(Patience), Patience, "0 … 1 hour"),
        (BadRows is not null, nameof(BadRows), null, "a policy"),
        (BadRows is null || Enum.IsDefined(BadRows.Mode), "BadRows.Mode", BadRows?.Mode, "Fail, Skip or Quarantine"),
        (BadRows?.MaxRows is null or >= 0, "BadRows.MaxRows", BadRows?.MaxRows, "null (no limit) or at least 0"),
        (BadRows?.MaxRows is null || BadRows.Mode != BadRowMode.Fail, "BadRows.MaxRows with Mode Fail", BadRows?.MaxRows,
            "null, as the first bad row fails the run, or Mode Skip or Quarantine"),
        (BadRows is null || BadRows.Keeps == !string.IsNullOrWhiteSpace(BadRows.QuarantineFolder), $"BadRows.QuarantineFolder with Mode {BadRows?.Mode}",
            BadRows?.QuarantineFolder ?? "none", BadRows?.Keeps == true ? "a folder" : "none, or Mode Quarantine"),
        (BadRows?.QuarantineFolder is not { } quarantine || !File.Exists(quarantine), "BadRows.QuarantineFolder", BadRows?.QuarantineFolder,
            "a folder, not a file"),
        (TimeProvider is not null, nameof(TimeProvider), null, "a clock"));
}
