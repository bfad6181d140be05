namespace Pipelines.Io;

/// <summary>How a source is read.</summary>
public sealed record ReadOptions
{
    /// <summary>Rows of a batch, 1 … 16,777,216; default 16,384. Only the last batch may hold fewer.</summary>
    public int BatchSize { get; init; } = 16_384;

    /// <summary>Columns to read, in this order; null (default) = all that can be read.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Row groups or files decoded at the same time, -1 (all cores) or at least 1; default 1. The order of the rows does not depend on it.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 1;

    /// <summary>
    /// Bytes that decoded rows read ahead may take. Larger row groups are decoded in slices; the source decodes at least a batch. Default 128 MiB.
    /// </summary>
    public long ReadAheadBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Bytes that decoders may hold beside decoded rows: pages and dictionaries. What needs more alone is refused before it is allocated. Null (default) = no
    /// limit.
    /// </summary>
    public long? DecoderBytes { get; init; }

    /// <summary>Bytes that one batch may take; a larger one is refused, before it is allocated where its size is known. Null (default) = no limit.</summary>
    public long? LargestBatchBytes { get; init; }

    /// <summary>Memory shares; a source takes one before it hands on a batch. Null = unlimited.</summary>
    public IBatchCredits? Credits { get; init; }

    /// <summary>
    /// Decode into memory that released batches have given back; default false. Saves memory and time, and asks for care: after <see cref="DataBatch.Release"/>
    /// the batch's columns must not be read any more, for their values change.
    /// </summary>
    public bool ReuseMemory { get; init; }

    /// <summary>
    /// Number of the first batch, at least 0 (default): the source begins with the rows of that batch and numbers batches and rows as if it had read those
    /// before. What lies wholly before it is not decoded.
    /// </summary>
    public long FirstBatch { get; init; }

    /// <summary>Bytes that the reader of the batches adds to each row (features, scores); they count in <see cref="LargestBatchBytes"/>. Default 0.</summary>
    public long ExtraRowBytes { get; init; }

    /// <summary>
    /// True: of a column that holds numbers of different types, which no type holds exactly, the values as doubles are wanted. Else it is refused.
    /// </summary>
    internal bool MixesNumbers { get; init; }

    /// <summary>Checks all options together.</summary>
    /// <exception cref="DataException">Some are out of range; the message names all of them.</exception>
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
            throw new DataException(DataErrorKind.Usage, nameof(ReadOptions), string.Join(", ", wrong), "values within these ranges", "correct the options");
    }
}

/// <summary>Where rows come from. Within one run, reading it twice gives the same rows in the same order.</summary>
public interface IBatchSource
{
    /// <summary>Name for messages: path, glob …</summary>
    string Name { get; }

    /// <summary>What there is to tell once all rows were read, one sentence each; none by default.</summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>
    /// The source as one run sees it, called once by each run before it opens anything: a source of files finds them then and keeps to them until the run has
    /// ended. By default the source itself. A source that wraps others calls this of theirs.
    /// </summary>
    IBatchSource ForRun() => this;

    /// <summary>Checks that the data can be read and says what it holds, without reading rows.</summary>
    ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Reads all rows, cut into batches by global row number.</summary>
    IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, CancellationToken cancellationToken);
}

/// <summary>What a source holds.</summary>
/// <param name="Schema">Its columns.</param>
/// <param name="Rows">Number of rows, or null if it is not known before reading.</param>
/// <param name="LargestRowGroupBytes">Decoded size of the largest row group, in bytes (all columns); what does not fit the share for reading ahead is decoded
/// in slices.</param>
public sealed record SourceInfo(BatchSchema Schema, long? Rows, long LargestRowGroupBytes = 0)
{
    /// <summary>
    /// The files that are read, in order; empty (default) for sources that are no files. Jobs over other sources cannot be resumed: nothing says that the rows
    /// are the same.
    /// </summary>
    public IReadOnlyList<InputFile> Files { get; init; } = [];

    /// <summary>What else decides which rows are read, so that a job is only resumed as the same; empty by default.</summary>
    public IReadOnlyList<JobProperty> JobProperties { get; init; } = [];

    /// <summary>Columns that the data hold and that cannot be read, by name, and why; empty by default.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// Where rows go. Nothing is visible before <see cref="CompleteAsync"/>; after a fault <see cref="IAsyncDisposable.DisposeAsync"/> without it leaves no trace.
/// </summary>
public interface IBatchSink : IAsyncDisposable
{
    /// <summary>Name for messages: path …</summary>
    string Name { get; }

    /// <summary>Checks that the sink can be written, before any data is read, and prepares it.</summary>
    ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken);

    /// <summary>Writes a batch; batches come in order, one call at a time. The sink copies what it keeps; the caller releases the batch.</summary>
    ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken);

    /// <summary>Makes what was written durable and visible, all at once.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
