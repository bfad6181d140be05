using ParquetSharp;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads a row group through Arrow. It owns its file and columns, so threads share nothing.</summary>
internal sealed class ArrowRowGroup : IRowGroupReader
{
    /// <summary>Minimum number of bytes that Arrow reads ahead in each open column.</summary>
    public const int LeastBuffer = 1 << 13;

    private const int LargestBuffer = 1 << 16;

    private readonly PlannedFile file;
    private readonly int group;
    private readonly FileColumn[] columns;
    private readonly ReadingMemory held;
    private readonly int bufferBytes;
    private readonly ArrowColumn?[] open;
    private readonly EntryLevels? levels;
    private readonly long rows, total;
    private readonly ArrowScratch scratch;
    private ArrowFile? arrow;
    private RowGroupReader? reader;
    private long row;

    /// <summary>Creates a reader; nothing is opened yet.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="columns">Columns to read.</param>
    /// <param name="limits">Memory limits of the reader.</param>
    /// <param name="lists">For a single list column, whose entries count as rows: receives its levels and counts its texts, which the caller
    /// clears; null for plain columns.</param>
    public ArrowRowGroup(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits, (EntryLevels Levels, ReadingMemory Handed)? lists = null)
    {
        levels = lists?.Levels;
        (this.file, this.group, this.columns, held) = (file, group, columns, new ReadingMemory(limits.HeldBytes));
        bufferBytes = (int)Math.Clamp(limits.HeldBytes / 8 / columns.Length, LeastBuffer, LargestBuffer);
        rows = file.Footer.RowGroups[group].Rows;
        total = levels is null ? rows : file.Footer.RowGroups[group].Chunks[columns[0].Chunk].Values;
        open = new ArrowColumn?[columns.Length];
        scratch = new ArrowScratch(new Format.ByteBuffer(), new DistinctTexts(), lists?.Handed ?? new ReadingMemory(limits.SliceBytes));
    }

    public ColumnBlock[] Read(int count, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        var blocks = new ColumnBlock[columns.Length];
        if (levels is null) scratch.Handed.Clear();
        for (var c = 0; c < columns.Length; c++)
        {
            blocks[c] = At(c, column => column.Read(count, recycler, cancellationToken), cancellationToken);
            // A column read to its end no longer holds a page: row groups read whole hold the pages of one column at a time.
            if (row + count < total) continue;
            At(c, column => column.CheckNulls(), cancellationToken);
            Close(c);
            held.Clear();
        }
        row += count;
        return blocks;
    }

    public void Skip(long count, CancellationToken cancellationToken)
    {
        for (var c = 0; c < columns.Length; c++)
        {
            At(c, column =>
            {
                column.Skip(count, cancellationToken);
                return true;
            }, cancellationToken);
        }
        row += count;
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
        catch (Exception e) when (e is not (FlowException or OperationCanceledException))
        {
            throw RowGroupFault.At(file, group, columns[c], ArrowFault.Translate(e));
        }
    }

    private ArrowColumn Open(int c, CancellationToken cancellationToken)
    {
        var chunk = file.Footer.RowGroups[group].Chunks[columns[c].Chunk];
        // The page headers of encrypted files cannot be checked beforehand.
        var (page, nulls) = file.Keys is null
            ? PageWalk.Check(file, chunk, columns[c].Storage.Physical, total, cancellationToken)
            : (ParquetSharpEngine.PageBytes(chunk), null);
        held.Take(bufferBytes + page, "a page");
        arrow ??= new ArrowFile(file.Path, file.Keys, bufferBytes);
        reader ??= arrow.Reader.RowGroup(group);
        if (reader.MetaData.NumRows != rows)
            throw new BrokenFileException($"a row group of {reader.MetaData.NumRows} rows", $"{rows}, as when the file was opened");
        var column = ArrowColumn.For(reader.Column(columns[c].Chunk), columns[c],
            Array.Exists(chunk.Encodings, e => e is PageEncoding.PlainDictionary or PageEncoding.RleDictionary), scratch, levels);
        // Writers differ in whether empty lists count as nulls.
        column.ExpectedNulls = levels is null ? nulls : null;
        return column;
    }
}
