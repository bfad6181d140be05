using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Io.Writing;

namespace Pipelines;

/// <summary>
/// Writes Parquet: a single file if the path ends with <c>.parquet</c>, else part files <c>part-00000.parquet</c> … and a manifest in a new or empty folder.
/// Row groups depend only on the rows, and parts only on input rows and batches, so output is reproducible. Files are written under private temporary names,
/// made durable and renamed together at the end. Only then is an existing file replaced, if Pipelines wrote it or <see cref="ParquetSinkOptions.Overwrite"/>
/// is set. The manifest is written last and marks the output as complete. A folder left unfinished by a run of a known job can be resumed; any other unfinished
/// output is deleted. Two runs cannot write the same output at once. Columns are written as the source stored them (units, precision). A DateTime that does not
/// come from Parquet is truncated to microseconds, and such a decimal gets 10 digits after the decimal point.
/// </summary>
public sealed class ParquetSink : IResumableSink, IPlannedSink, IQuarantiningSink, IStoredValueSink
{
    private readonly ParquetSinkOptions options;
    private readonly SinkOutput output;
    private PartWriter? writer;
    private BatchSchema? schema;
    private ResumePoint? resumed;
    private long firstRow, inputRows, rejectedRows, nextBatch;
    private bool isFaulted, isDone, isBegun;

    /// <summary>Creates a sink; nothing is written yet.</summary>
    /// <param name="path">A file that ends with <c>.parquet</c>, or a folder.</param>
    /// <param name="options">The options; null = the defaults.</param>
    /// <exception cref="FlowException">The options are wrong.</exception>
    public ParquetSink(string path, ParquetSinkOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.options = options ?? new ParquetSinkOptions();
        this.options.Validate();
        IsFolder = !path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        if (!IsFolder && this.options.RowsPerFile is not null)
            throw new FlowException(ErrorKind.Usage, path, "ParquetSinkOptions.RowsPerFile for a single file", "a folder",
                "give a folder's path, or leave it out");
        output = IsFolder ? new FolderSinkOutput(path, this.options) : new FileSinkOutput(path, this.options);
        Name = path;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Number of rows rejected so far, including those of earlier runs.</summary>
    public long RowsRejected { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => output.Warnings;

    /// <inheritdoc/>
    public IReadOnlyList<string> Files => !IsFolder ? [Name]
        : Directory.Exists(Name) ? [.. Directory.EnumerateFiles(Name, "*.parquet").Order(StringComparer.Ordinal)] : [];

    /// <inheritdoc/>
    public bool Resume => options.Resume;

    /// <inheritdoc/>
    public IReadOnlyList<JobProperty> JobProperties => [.. options.JobProperties];

    /// <inheritdoc/>
    /// <remarks>In a folder, the start of a part.</remarks>
    public bool IsAtSafePoint => IsFolder && inputRows == 0;

    /// <inheritdoc/>
    public bool KeepsRejectedRows => options.QuarantineFolder is not null;

    /// <inheritdoc/>
    public string StoredFormat => ParquetSource.FormatName;

    private bool IsFolder { get; }

    /// <inheritdoc/>
    public void CheckInput(BatchSchema input)
    {
        if (options.QuarantineFolder is { } folder) RejectedRowsWriter.CheckColumns(input, folder);
    }

    /// <inheritdoc/>
    public SinkPlan Plan(JobIdentity? job, long? batches, int batchSize)
    {
        List<(string, OutputPreview)> found = [("output", IsFolder
            ? OutputInspection.OfFolder(options.Files, Name, job, options.Resume)
            : OutputInspection.OfFile(options.Files, Name, options.Overwrite))];
        if (options.QuarantineFolder is { } folder) found.Add(("quarantine", QuarantineWriter.Preview(options.Files, folder, options.Resume)));
        // A part ends with the batch that fills it.
        var each = options.RowsPerFile is { } rows ? (rows + batchSize - 1) / batchSize : long.MaxValue;
        return new(found, IsFolder && batches is { } all ? Math.Max(1, (all / each) + (all % each > 0 ? 1 : 0)) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ResumePoint> ResumeAsync(JobIdentity job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(Enter(job, options.Resume, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        cancellationToken.ThrowIfCancellationRequested();
        if (this.schema is not null) throw new InvalidOperationException("the sink is open already");
        if (schema.Fields.Count == 0) throw new FlowException(ErrorKind.Usage, Name, "no column", "at least one column", "keep a column");
        var made = new PartWriter(Name, schema, options);
        writer = made;
        if (resumed is null)
        {
            if (options.Resume)
                throw new FlowException(ErrorKind.Usage, Name, "Resume for a job that is not known", "a pipeline over files",
                    "run it as a pipeline, or leave Resume out");
            Enter(null, resume: false, cancellationToken);
        }
        this.schema = schema;
        Guard(() => output.Begin(OutputColumns.Of(schema)));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckUsable();
        cancellationToken.ThrowIfCancellationRequested();
        batch.CheckAgainst(schema!, Name);
        if (isBegun && batch.Index != nextBatch)
            throw new InvalidOperationException($"batch {batch.Index} came, batch {nextBatch} was expected: rows would be lost or out of order");
        (isBegun, nextBatch) = (true, batch.Index + 1);
        Guard(() =>
        {
            if (!writer!.IsOpen) writer.Begin(output.Create(), output.IsHashed);
            writer.Add(batch);
            if (batch.Rejected is { } rejected)
            {
                output.Reject(rejected);
                rejectedRows += rejected.Rows.Count;
                RowsRejected += rejected.Rows.Count;
            }
            inputRows += batch.InputRows;
            if (inputRows >= options.RowsPerFile) EndPart();
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        CheckUsable();
        cancellationToken.ThrowIfCancellationRequested();
        Guard(() =>
        {
            // An output without rows consists of one part without rows.
            if (writer is not null && !writer.IsOpen && !output.HasParts) writer.Begin(output.Create(), output.IsHashed);
            if (writer is { IsOpen: true }) EndPart();
            output.Commit();
        });
        isDone = true;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        isDone = true;
        try
        {
            writer?.Dispose();
        }
        finally
        {
            output.Dispose();
        }
        return ValueTask.CompletedTask;
    }

    private ResumePoint Enter(JobIdentity? job, bool resume, CancellationToken cancellationToken)
    {
        if (resumed is not null) throw new InvalidOperationException("the sink was resumed already");
        cancellationToken.ThrowIfCancellationRequested();
        ResumePoint? point = null;
        Guard(() => point = output.Enter(job, resume, cancellationToken));
        resumed = point!;
        (firstRow, nextBatch, isBegun, RowsRejected) = (point!.RowsIn, point.NextBatch, point.NextBatch > 0, point.RowsRejected);
        if (point.IsComplete) isDone = true;
        return point;
    }

    private void EndPart()
    {
        output.EndPart(writer!, firstRow, inputRows, rejectedRows, nextBatch);
        firstRow += inputRows;
        (inputRows, rejectedRows) = (0, 0);
    }

    private void CheckUsable()
    {
        if (schema is null && resumed is not { NextBatch: > 0 }) throw new InvalidOperationException("the sink is not open");
        if (isDone || isFaulted) throw new InvalidOperationException("the sink is closed or failed");
    }

    // After a failure nothing more is written: a footer would make an incomplete file valid.
    private void Guard(Action action)
    {
        var isFine = false;
        try
        {
            StorageErrors.Guard(Name, output.Leftovers, action);
            isFine = true;
        }
        finally
        {
            isFaulted |= !isFine;
        }
    }
}
