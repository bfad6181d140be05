using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Reads a row group with this library's own decoder. If it is read whole, columns are decoded one after the other; in slices, all columns stay open.
/// </summary>
internal sealed class BuiltinReader : IRowGroupReader
{
    // Memory for a column's pages: more would not be faster.
    private const long MaxPages = 1 << 26;
    private readonly PlannedFile file;
    private readonly int group;
    private readonly FileColumn[] columns;
    private readonly ReaderLimits limits;
    private readonly bool useParquetNet;
    private readonly ReadingMemory held, chunks, handed;
    private readonly SafeFileHandle handle;
    private readonly ParquetNetDecoder other;
    private readonly Lock otherGate = new();
    private readonly ColumnDecoder[] decoders;
    private readonly ColumnCursor?[] cursors;

    // All rows of columns that Parquet.Net decodes.
    private readonly ColumnBlock?[] wholes;
    private long row;

    public BuiltinReader(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits, bool useParquetNet = false)
    {
        (this.file, this.group, this.columns, this.limits, this.useParquetNet) = (file, group, columns, limits, useParquetNet);
        // Dictionaries and chunks that must be decoded whole may use the batches' memory: they cannot be made smaller.
        held = new ReadingMemory(Math.Max(limits.HeldBytes, limits.SliceBytes / 2));
        (chunks, handed) = (new ReadingMemory(Math.Max(limits.HeldBytes, limits.SliceBytes)), new ReadingMemory(limits.SliceBytes));
        decoders = Array.ConvertAll(columns, ColumnDecoder.For);
        (cursors, wholes) = (new ColumnCursor?[columns.Length], new ColumnBlock?[columns.Length]);
        handle = FooterFile.Open(file.Path);
        other = new ParquetNetDecoder(handle, file.Path);
    }

    private RowGroupInfo Group => file.Footer.RowGroups[group];

    private bool IsWhole(int column) => useParquetNet || ParquetNetDecoder.IsNeededFor(Group.Chunks[columns[column].Chunk]);

    public ColumnBlock[] Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        handed.Clear();
        var slice = new ColumnBlock[columns.Length];
        var isWhole = row == 0 && rows == Group.Rows;
        ForEach(isWhole ? 1 : limits.Parallelism, Work, cancellationToken);
        row += rows;
        return slice;

        void Work(int c)
        {
            if (IsWhole(c))
            {
                var whole = Whole(c, cancellationToken);
                slice[c] = isWhole ? whole : whole.Part((int)row, rows);
                if (!isWhole) return;
                wholes[c] = null;
                chunks.Clear();
                return;
            }
            var cursor = Cursor(c, isWhole);
            slice[c] = cursor.Read(rows, recycler, cancellationToken);
            if (!isWhole) cursor.SkipRest();
            else Close(c);
        }
    }

    public void Skip(long rows, CancellationToken cancellationToken)
    {
        ForEach(limits.Parallelism, Work, cancellationToken);
        row += rows;

        void Work(int c)
        {
            if (IsWhole(c)) return;
            var cursor = Cursor(c, false);
            cursor.Skip(rows, cancellationToken);
            cursor.SkipRest();
        }
    }

    public void Dispose()
    {
        for (var c = 0; c < cursors.Length; c++) Close(c);
        Array.Clear(wholes);
        other.Dispose();
        handle.Dispose();
    }

    private ColumnCursor Cursor(int c, bool isWhole) => cursors[c] ??= decoders[c].Open(
        handle, file.Path, Group.Chunks[columns[c].Chunk], Math.Min(MaxPages, isWhole ? limits.HeldBytes : limits.HeldBytes / columns.Length), held, handed);

    private void Close(int c)
    {
        cursors[c]?.Dispose();
        cursors[c] = null;
        // The memory of a column that was read whole is now part of its block.
        if (row == 0) held.Clear();
    }

    private ColumnBlock Whole(int c, CancellationToken cancellationToken)
    {
        if (wholes[c] is { } ready) return ready;
        var chunk = Group.Chunks[columns[c].Chunk];
        chunks.Take(BuiltinEngine.WholeBytes(chunk), useParquetNet
            ? "a column chunk that this engine decodes whole,"
            : "a column chunk that must be decoded whole because it is delta encoded or split into bytes,");
        lock (otherGate) return wholes[c] = other.Decode(columns[c], group, chunk, (int)Group.Rows, decoders[c], cancellationToken);
    }

    private void ForEach(int parallelism, Action<int> work, CancellationToken cancellationToken) =>
        ColumnLoop.Run(columns.Length, parallelism, work, (c, fault) => RowGroupFault.At(file, group, columns[c], fault), cancellationToken);
}
