using ParquetSharp;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads a row group through Arrow. Its file and its columns belong to it alone: threads share nothing.</summary>
internal sealed class ArrowRowGroup : IRowGroupReader
{
    /// <summary>Bytes that Arrow reads ahead in each open column.</summary>
    public const int BufferBytes = 1 << 16;

    private readonly PlannedFile file;
    private readonly int group;
    private readonly FileColumn[] columns;
    private readonly ReaderLimits limits;
    private readonly ArrowColumn?[] open;
    private readonly int total;
    private readonly ArrowScratch scratch;
    private ArrowFile? arrow;
    private RowGroupReader? reader;
    private long row;

    public ArrowRowGroup(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits)
    {
        (this.file, this.group, this.columns, this.limits) = (file, group, columns, limits);
        total = (int)file.Footer.RowGroups[group].Rows;
        open = new ArrowColumn?[columns.Length];
        scratch = new ArrowScratch(new Format.ByteBuffer(), new DistinctTexts(), new ReadingMemory(limits.SliceBytes));
    }

    public ColumnBlock[] Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        var blocks = new ColumnBlock[columns.Length];
        scratch.Handed.Clear();
        for (var c = 0; c < columns.Length; c++)
        {
            blocks[c] = At(c, column => column.Read(rows, recycler, cancellationToken), cancellationToken);
            // A column that is read to its end holds no page any more.
            if (row + rows == total) Close(c);
        }
        row += rows;
        return blocks;
    }

    public void Skip(long rows, CancellationToken cancellationToken)
    {
        for (var c = 0; c < columns.Length; c++)
        {
            At(c, column =>
            {
                column.Skip(rows, cancellationToken);
                return true;
            }, cancellationToken);
        }
        row += rows;
    }

    public void Dispose()
    {
        for (var c = 0; c < open.Length; c++) Close(c);
        reader?.Dispose();
        arrow?.Dispose();
        (reader, arrow) = (null, null);
    }

    private void Close(int column)
    {
        open[column]?.Dispose();
        open[column] = null;
    }

    private TResult At<TResult>(int c, Func<ArrowColumn, TResult> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return work(open[c] ??= Open(c, cancellationToken));
        }
        catch (Exception e) when (e is not (DataException or OperationCanceledException))
        {
            throw RowGroupFault.At(file, group, columns[c], ArrowFault.Translate(e));
        }
    }

    private ArrowColumn Open(int c, CancellationToken cancellationToken)
    {
        var chunk = file.Footer.RowGroups[group].Chunks[columns[c].Chunk];
        if (file.Keys is null && PageWalk.Largest(file, chunk, columns[c].Storage.Physical, total, cancellationToken) is var page && page > limits.HeldBytes)
            throw new OverBudgetException($"a page of {new MemorySize(page)}", limits.HeldBytes);
        arrow ??= new ArrowFile(file.Path, file.Keys, BufferBytes);
        reader ??= arrow.Reader.RowGroup(group);
        if (reader.MetaData.NumRows != total) throw new BrokenFileException($"a row group of {reader.MetaData.NumRows} rows", $"{total}, as when the file was opened");
        return ArrowColumn.For(reader.Column(columns[c].Chunk), columns[c], Array.Exists(chunk.Encodings, e => e is PageEncoding.PlainDictionary or PageEncoding.RleDictionary), scratch);
    }
}
