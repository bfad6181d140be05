using Pipelines.Io.Format;
using Pipelines.Io.Writing;

namespace Pipelines.Io;

/// <summary>
/// Writes Parquet: one file if the path ends with <c>.parquet</c>, else a new or empty folder of <c>part-00000.parquet</c> … Row groups and parts are cut by row
/// count, so the bytes depend on the rows alone, not on the batches that they came in. Files are written under private temporary names beside their final ones, made
/// durable, and renamed at the end; an existing file is replaced only then. Columns are written as the source stored them (units, precision); a DateTime that no
/// Parquet file prescribes goes in whole microseconds, earlier ticks dropped, and a decimal with 10 digits after the point.
/// </summary>
public sealed class ParquetSink : IBatchSink
{
    private readonly ParquetSinkOptions options;
    private readonly OutputFiles files;
    private BatchSchema? schema;
    private ColumnWriter[] columns = [];
    private PageCompressor[] compressors = [];
    private ParquetFileWriter? writer;
    private int groupRows, groups;
    private long fileRows, nextBatch = -1;
    private bool isFaulted, isDone;

    /// <summary>Makes a sink; nothing is written yet.</summary>
    /// <param name="path">A file that ends with <c>.parquet</c>, or a folder.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="DataException">The options are wrong.</exception>
    public ParquetSink(string path, ParquetSinkOptions? options = null)
        : this(path, options, null)
    {
    }

    /// <summary>Makes a sink that writes its temporary files to the streams of <paramref name="create"/>: disks that fail, in tests.</summary>
    internal ParquetSink(string path, ParquetSinkOptions? options, Func<string, Stream>? create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        this.options = options ?? new ParquetSinkOptions();
        this.options.Validate();
        files = new OutputFiles(path, create);
        if (!files.IsFolder && this.options.RowsPerFile is not null)
            throw new DataException(DataErrorKind.Usage, path, "RowsPerFile for a single file", "a folder", "give a folder's path, or leave RowsPerFile out");
        Name = path;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        cancellationToken.ThrowIfCancellationRequested();
        if (this.schema is not null) throw new InvalidOperationException("the sink is open already");
        if (schema.Fields.Count == 0) throw new DataException(DataErrorKind.Usage, Name, "no column", "at least one column", "keep a column");
        columns = [.. schema.Fields.Select(f => ColumnWriter.For(f, options.RowGroupRows))];
        files.Prepare();
        var parallelism = Math.Min(columns.Length, options.MaxDegreeOfParallelism == -1 ? Environment.ProcessorCount : options.MaxDegreeOfParallelism);
        compressors = [.. Enumerable.Range(0, parallelism).Select(_ => new PageCompressor(options))];
        this.schema = schema;
        Guard(BeginFile);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CheckUsable();
        cancellationToken.ThrowIfCancellationRequested();
        batch.CheckAgainst(schema!, Name);
        if (nextBatch >= 0 && batch.Index != nextBatch) throw new InvalidOperationException($"batch {batch.Index} came, batch {nextBatch} was expected: rows would be lost or out of order");
        nextBatch = batch.Index + 1;
        Guard(() =>
        {
            for (var at = 0; at < batch.Rows;)
            {
                if (fileRows == options.RowsPerFile) NextFile();
                var count = (int)Math.Min(Math.Min(options.RowGroupRows - groupRows, batch.Rows - at), (options.RowsPerFile ?? long.MaxValue) - fileRows);
                for (var c = 0; c < columns.Length; c++) columns[c].Add(batch, c, at, count);
                at += count;
                groupRows += count;
                fileRows += count;
                if (groupRows == options.RowGroupRows) EndRowGroup();
            }
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
            EndFile();
            files.Publish();
        });
        isDone = true;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var compressor in compressors) compressor.Dispose();
        (compressors, columns) = ([], []);
        if (isDone) return ValueTask.CompletedTask;
        isDone = true;
        writer?.Dispose();
        files.Abort();
        return ValueTask.CompletedTask;
    }

    private void BeginFile()
    {
        writer = new ParquetFileWriter(files.Next(), columns);
        writer.Begin();
        (fileRows, groupRows, groups) = (0, 0, 0);
    }

    private void NextFile()
    {
        EndFile();
        BeginFile();
    }

    private void EndFile()
    {
        EndRowGroup();
        writer!.Finish();
        writer = null;
    }

    private void EndRowGroup()
    {
        if (groupRows == 0) return;
        writer!.WriteRowGroup(groupRows, Encode);
        groupRows = 0;
        groups++;
    }

    private WrittenChunk[] Encode()
    {
        var chunks = new WrittenChunk[columns.Length];
        if (compressors.Length == 1)
        {
            for (var c = 0; c < columns.Length; c++) chunks[c] = EncodeColumn(c, compressors[0]);
            return chunks;
        }
        var next = -1;
        Exception? fault = null;
        Parallel.For(0, compressors.Length, new ParallelOptions { MaxDegreeOfParallelism = compressors.Length }, worker =>
        {
            for (int c; (c = Interlocked.Increment(ref next)) < columns.Length && fault is null;)
            {
                try
                {
                    chunks[c] = EncodeColumn(c, compressors[worker]);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref fault, e, null);
                }
            }
        });
        if (fault is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        return chunks;
    }

    private WrittenChunk EncodeColumn(int column, PageCompressor compressor)
    {
        try
        {
            return columns[column].Encode(compressor);
        }
        catch (BrokenFileException e)
        {
            throw new DataException(DataErrorKind.Data, $"{Name}, row group {groups}, column '{columns[column].Field.Name}'", e.Found, $"{e.Expected}, to be written as {columns[column].Storage}",
                "change the values or the column's type", e);
        }
    }

    private void CheckUsable()
    {
        if (schema is null) throw new InvalidOperationException("the sink is not open");
        if (isDone || isFaulted) throw new InvalidOperationException("the sink is closed or failed");
    }

    // After a failure nothing is written any more: the footer would make half a file valid.
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        // The last of them is how .NET reports a file that grows beyond what the file system or the user's limit allows.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            isFaulted = true;
            throw new DataException(DataErrorKind.Storage, Name, $"a failing write ({e.Message})", "room and permission to write", "free space or choose another place; nothing was left behind", e);
        }
        catch
        {
            isFaulted = true;
            throw;
        }
    }
}
