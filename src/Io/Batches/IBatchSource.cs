namespace Pipelines.Io;

/// <summary>Options for reading a source.</summary>
public sealed record ReadOptions
{
    /// <summary>Rows per batch, 1 … 16,777,216; default 16,384. Only the last batch may hold fewer.</summary>
    public int BatchSize { get; init; } = 16_384;

    /// <summary>Columns to read, in this order; null (default) = all that can be read.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Row groups or files decoded at the same time, -1 (all cores) or at least 1; default 1. The order of the rows does not depend on it.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 1;

    /// <summary>
    /// Memory for decoded rows that are read ahead, in bytes. Larger row groups are decoded in slices; the source decodes at least one batch. Default 128 MiB.
    /// </summary>
    public long ReadAheadBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Memory that decoders may use in addition to decoded rows (pages and dictionaries), in bytes. A single item that needs more fails before it is
    /// allocated. Null (default) = no limit.
    /// </summary>
    public long? DecoderBytes { get; init; }

    /// <summary>Largest size of one batch in bytes; a larger one fails, before it is allocated if its size is known. Null (default) = no limit.</summary>
    public long? LargestBatchBytes { get; init; }

    /// <summary>Memory shares; a source takes one before it yields a batch. Null = unlimited.</summary>
    public IBatchCredits? Credits { get; init; }

    /// <summary>
    /// Decode into the memory of released batches; default false. Saves memory and time but needs care: after <see cref="DataBatch.Release"/>
    /// the batch's columns must no longer be read, because their values change.
    /// </summary>
    public bool ReuseMemory { get; init; }

    /// <summary>
    /// Number of the first batch, at least 0 (default): the source starts with the rows of that batch and numbers batches and rows as if it had read the
    /// preceding ones. Row groups that lie entirely before it are not decoded.
    /// </summary>
    public long FirstBatch { get; init; }

    /// <summary>Bytes that the consumer adds to each row (features, scores); they count towards <see cref="LargestBatchBytes"/>. Default 0.</summary>
    public long ExtraRowBytes { get; init; }

    /// <summary>
    /// Columns that are only features: numbers that a double does not hold exactly are rounded if the files' types differ. In all others they are an error.
    /// </summary>
    internal IReadOnlyCollection<string> Rounded { get; init; } = [];

    /// <summary>Validates all options.</summary>
    /// <exception cref="FlowException">Options are out of range; the message names all of them.</exception>
    public void Validate()
    {
        var wrong = new List<string>();
        if (BatchSize is < 1 or > 1 << 24) wrong.Add($"BatchSize {BatchSize} (1 to 16777216)");
        if (MaxDegreeOfParallelism is 0 or < -1) wrong.Add($"MaxDegreeOfParallelism {MaxDegreeOfParallelism} (-1 or at least 1)");
        if (ReadAheadBytes < 0) wrong.Add($"ReadAheadBytes {ReadAheadBytes} (at least 0)");
        if (DecoderBytes < 0) wrong.Add($"DecoderBytes {DecoderBytes} (at least 0)");
        if (LargestBatchBytes < 1) wrong.Add($"LargestBatchBytes {LargestBatchBytes} (at least 1)");
        if (ExtraRowBytes < 0) wrong.Add($"ExtraRowBytes {ExtraRowBytes} (at least 0)");
        if (FirstBatch < 0) wrong.Add($"FirstBatch {FirstBatch} (at least 0)");
        if (wrong.Count > 0)
            throw new FlowException(ErrorKind.Usage, nameof(ReadOptions), string.Join(", ", wrong), "values within these ranges", "correct the options");
    }
}

/// <summary>A source of rows. Within one run, reading it twice gives the same rows in the same order.</summary>
public interface IBatchSource
{
    /// <summary>Name for messages: path, glob …</summary>
    string Name { get; }

    /// <summary>Warnings to report once all rows have been read, one sentence each; none by default.</summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>
    /// The source as seen by one run. Each run calls this once before it opens anything: a file source resolves its files then and keeps that list until it
    /// ends. Returns the source itself by default. A source that wraps others calls their <c>ForRun</c>.
    /// </summary>
    IBatchSource ForRun() => this;

    /// <summary>Checks that the data can be read and describes it, without reading rows.</summary>
    ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Reads all rows, cut into batches by global row number.</summary>
    IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, CancellationToken cancellationToken);
}

/// <summary>Describes the content of a source.</summary>
/// <param name="Schema">Its columns.</param>
/// <param name="Rows">Number of rows, or null if unknown before reading.</param>
/// <param name="LargestRowGroupBytes">Decoded size of the largest row group, in bytes (all columns); row groups that exceed the read-ahead memory are decoded
/// in slices.</param>
public sealed record SourceInfo(BatchSchema Schema, long? Rows, long LargestRowGroupBytes = 0)
{
    private readonly bool? isRepeatable;

    /// <summary>The files that are read, in order; empty (default) for sources that are not files.</summary>
    public IReadOnlyList<InputFile> Files { get; init; } = [];

    /// <summary>
    /// True if <see cref="Files"/> and <see cref="JobProperties"/> determine every row, so that a job over this source can be resumed. By default only files
    /// do. A source that sets it states in <see cref="JobProperties"/> what changes when its rows do: a version, an etag, a checksum.
    /// </summary>
    public bool IsRepeatable
    {
        get => isRepeatable ?? Files.Count > 0;
        init => isRepeatable = value;
    }

    /// <summary>Other properties that determine which rows are read; a job is resumed only if they are unchanged. Empty by default.</summary>
    public IReadOnlyList<JobProperty> JobProperties { get; init; } = [];

    /// <summary>Columns in the data that cannot be read: name and reason. Empty by default.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// A destination for rows. Nothing is visible before <see cref="CompleteAsync"/>; <see cref="IAsyncDisposable.DisposeAsync"/> without it discards everything.
/// </summary>
public interface IBatchSink : IAsyncDisposable
{
    /// <summary>Name for messages: path …</summary>
    string Name { get; }

    /// <summary>Warnings to report at the end of the run, one sentence each; none by default. Asked also after a failure.</summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>The files that were written, once the sink is complete; none by default.</summary>
    IReadOnlyList<string> Files => [];

    /// <summary>Checks, before any data is read, that the sink can be written, and prepares it.</summary>
    ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken);

    /// <summary>Writes a batch; batches arrive in order, one call at a time. The sink copies what it keeps; the caller releases the batch.</summary>
    ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken);

    /// <summary>Makes everything written durable and visible atomically.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
