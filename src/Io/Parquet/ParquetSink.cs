using Pipelines.Io.Storage;
using Pipelines.Io.Writing;

namespace Pipelines.Io;

/// <summary>
/// Writes Parquet: one file if the path ends with <c>.parquet</c>, else a new or empty folder of <c>part-00000.parquet</c> … with a manifest. Row groups are
/// cut by rows alone and parts by input rows and batches, so the bytes depend on nothing else. Files are written under private temporary names, made durable,
/// and renamed together at the end; an existing file is replaced only then, if Pipelines wrote it or <see cref="ParquetSinkOptions.Overwrite"/> says so, and
/// the manifest comes last: it says that the output is whole. A folder that a run of a known job leaves unfinished can be gone on with; every other unfinished
/// output leaves nothing. Two runs on the same output refuse each other. Columns are written as the source stored them (units, precision); a DateTime that no
/// Parquet file prescribes goes in whole microseconds, earlier ticks dropped, and a decimal with 10 digits after the point.
/// </summary>
public sealed class ParquetSink : IResumableSink
{
    private readonly ParquetSinkOptions options;
    private readonly SinkOutput output;
    private PartWriter? writer;
    private BatchSchema? schema;
    private ResumePoint? resumed;
    private long firstRow, inputRows, rejectedRows, nextBatch;
    private bool isFaulted, isDone, isBegun;

    /// <summary>Makes a sink; nothing is written yet.</summary>
    /// <param name="path">A file that ends with <c>.parquet</c>, or a folder.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="DataException">The options are wrong.</exception>
    public ParquetSink(string path, ParquetSinkOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.options = options ?? new ParquetSinkOptions();
        this.options.Validate();
        IsFolder = !path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
        if (!IsFolder && this.options.RowsPerFile is not null)
            throw new DataException(DataErrorKind.Usage, path, "ParquetSinkOptions.RowsPerFile for a single file", "a folder",
                "give a folder's path, or leave it out");
        output = IsFolder ? new FolderSinkOutput(path, this.options) : new FileSinkOutput(path, this.options);
        Name = path;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Rows refused so far, those of earlier runs included.</summary>
    public long RowsRejected { get; private set; }

    /// <summary>What the user should know: what was discarded.</summary>
    public IReadOnlyList<string> Warnings => output.Warnings;

    /// <summary>How the sink writes.</summary>
    internal ParquetSinkOptions Options => options;

    /// <summary>True if a folder is written.</summary>
    internal bool IsFolder { get; }

    /// <summary>True at the beginning of a part: all that was written before is kept for a later run.</summary>
    internal bool IsAtPartStart => inputRows == 0;

    /// <summary>Checks, before any row is read, what a quarantine asks of the columns that are read.</summary>
    /// <exception cref="DataException">A column has a name that the quarantine needs.</exception>
    internal void CheckInput(BatchSchema input)
    {
        if (options.QuarantineFolder is { } folder) RejectedRowsWriter.CheckColumns(input, folder);
    }

    /// <summary>What the run would find where it writes; nothing is changed.</summary>
    /// <param name="job">What the output is of; null if no run can go on from it.</param>
    /// <exception cref="DataException">It cannot be written.</exception>
    internal IReadOnlyList<OutputPreview> Preview(JobIdentity? job)
    {
        List<OutputPreview> found = [IsFolder
            ? OutputPreview.OfFolder(options.Files, Name, job, options.Resume)
            : OutputPreview.OfFile(options.Files, Name, options.Overwrite)];
        if (options.QuarantineFolder is { } folder) found.Add(QuarantineWriter.Preview(options.Files, folder, options.Resume));
        return found;
    }

    /// <inheritdoc/>
    public ValueTask<ResumePoint> ResumeAsync(JobIdentity job, bool resume, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(Enter(job, resume, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        cancellationToken.ThrowIfCancellationRequested();
        if (this.schema is not null) throw new InvalidOperationException("the sink is open already");
        if (schema.Fields.Count == 0) throw new DataException(DataErrorKind.Usage, Name, "no column", "at least one column", "keep a column");
        var made = new PartWriter(Name, schema, options);
        writer = made;
        if (resumed is null)
        {
            if (options.Resume)
                throw new DataException(DataErrorKind.Usage, Name, "Resume for a job that is not known", "a pipeline over files",
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
            // No rows at all are one part without rows.
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

    // After a failure nothing is written any more: the footer would make half a file valid.
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
