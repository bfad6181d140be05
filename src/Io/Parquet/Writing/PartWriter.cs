using Pipelines.Io.Format;
using Pipelines.Io.Storage;

namespace Pipelines.Io.Writing;

/// <summary>Writes rows of one schema to files, one after the other, reusing its memory from file to file.</summary>
internal sealed class PartWriter : IDisposable
{
    private readonly string place;
    private readonly ColumnWriter[] columns;
    private readonly IChunkWriter[] writers;
    private readonly PageCompressor[] compressors;
    private readonly RowGroupLimit limit;
    private ParquetFileWriter? writer;
    private DigestStream? stream;
    private long rows;
    private int groups;

    /// <summary>Creates a writer.</summary>
    /// <param name="place">Name of the output, for messages.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="FlowException">A column's type cannot be stored.</exception>
    public PartWriter(string place, BatchSchema schema, ParquetSinkOptions options)
    {
        this.place = place;
        var capacity = RowGroupLimit.Rows(schema, options);
        columns = [.. schema.Fields.Select(f => ColumnWriter.For(f, capacity))];
        writers = [.. columns.SelectMany(c => c.Chunks)];
        limit = new RowGroupLimit(columns, capacity, options);
        var parallelism = Math.Min(writers.Length, options.MaxDegreeOfParallelism == -1 ? Environment.ProcessorCount : options.MaxDegreeOfParallelism);
        compressors = [.. Enumerable.Range(0, parallelism).Select(_ => new PageCompressor(options))];
    }

    /// <summary>True between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public bool IsOpen => writer is not null;

    /// <summary>Starts a file.</summary>
    /// <param name="file">An empty file; the writer closes it.</param>
    /// <param name="isHashed">True: compute its SHA-256.</param>
    public void Begin(Stream file, bool isHashed)
    {
        stream = new DigestStream(file, isHashed);
        writer = new ParquetFileWriter(stream, columns, writers);
        writer.Begin();
        (rows, groups) = (0, 0);
    }

    /// <summary>Writes rows.</summary>
    public void Add(DataBatch batch)
    {
        for (var at = 0; at < batch.Rows;)
        {
            var count = limit.Take(batch, at, batch.Rows - at);
            for (var c = 0; c < columns.Length; c++) columns[c].Add(batch, c, at, count);
            at += count;
            rows += count;
            if (limit.IsFull) EndRowGroup();
        }
    }

    /// <summary>Ends the file and makes its content durable.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="name">The file's final name.</param>
    public PartFile End(FileLayer files, string name)
    {
        EndRowGroup();
        writer!.Finish();
        files.Sync(stream!.Inner);
        var file = new PartFile(name, rows, stream.Bytes, stream.Sha256());
        stream.Dispose();
        (writer, stream) = (null, null);
        return file;
    }

    public void Dispose()
    {
        foreach (var compressor in compressors) compressor.Dispose();
        stream?.Dispose();
        (writer, stream) = (null, null);
    }

    private void EndRowGroup()
    {
        if (limit.Held == 0) return;
        writer!.WriteRowGroup(limit.Held, Encode);
        foreach (var column in columns) column.Reset();
        limit.Reset();
        groups++;
    }

    private WrittenChunk[] Encode()
    {
        var chunks = new WrittenChunk[writers.Length];
        if (compressors.Length == 1)
        {
            for (var c = 0; c < writers.Length; c++) chunks[c] = EncodeChunk(c, compressors[0]);
            return chunks;
        }
        var next = -1;
        Exception? fault = null;
        Parallel.For(0, compressors.Length, new ParallelOptions { MaxDegreeOfParallelism = compressors.Length }, worker =>
        {
            for (int c; (c = Interlocked.Increment(ref next)) < writers.Length && fault is null;)
            {
                try
                {
                    chunks[c] = EncodeChunk(c, compressors[worker]);
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

    private WrittenChunk EncodeChunk(int chunk, PageCompressor compressor)
    {
        try
        {
            return writers[chunk].Encode(compressor);
        }
        catch (BrokenFileException e)
        {
            throw new FlowException(ErrorKind.Data, $"{place}, row group {groups}, column '{string.Join('.', writers[chunk].Path)}'", e.Found,
                $"{e.Expected}, to be written as {writers[chunk].Storage}",
                "change the values or the column's type", e);
        }
    }
}
