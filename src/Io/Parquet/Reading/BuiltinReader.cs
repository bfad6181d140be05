using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Reads a row group with this library's own decoder. Read whole, its columns are decoded one after the other; in slices, all of them stay open.</summary>
internal sealed class BuiltinReader : IRowGroupReader
{
    // A column's pages in memory: more would not be faster.
    private const long LargestRoom = 1 << 26;
    private readonly PlannedFile file;
    private readonly int group;
    private readonly FileColumn[] columns;
    private readonly ReaderLimits limits;
    private readonly bool useParquetNet;
    private readonly ReadingMemory held, handed;
    private readonly SafeFileHandle handle;
    private readonly ParquetNetDecoder other;
    private readonly Lock otherGate = new();
    private readonly ColumnDecoder[] decoders;
    private readonly ColumnCursor?[] cursors;

    // All rows of the columns that Parquet.Net decodes.
    private readonly ColumnBlock?[] wholes;
    private long row;

    public BuiltinReader(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits, bool useParquetNet = false)
    {
        (this.file, this.group, this.columns, this.limits, this.useParquetNet) = (file, group, columns, limits, useParquetNet);
        (held, handed) = (new ReadingMemory(limits.HeldBytes), new ReadingMemory(limits.SliceBytes));
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
                held.Clear();
                return;
            }
            var cursor = Cursor(c, isWhole);
            slice[c] = cursor.Read(rows, recycler, cancellationToken);
            if (!isWhole) cursor.Rest();
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
            cursor.Rest();
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
        handle, file.Path, Group.Chunks[columns[c].Chunk], Math.Min(LargestRoom, isWhole ? limits.HeldBytes : limits.HeldBytes / columns.Length), held, handed);

    private void Close(int c)
    {
        cursors[c]?.Dispose();
        cursors[c] = null;
        // What was held for a column read whole is part of its block now.
        if (row == 0) held.Clear();
    }

    private ColumnBlock Whole(int c, CancellationToken cancellationToken)
    {
        if (wholes[c] is { } ready) return ready;
        var chunk = Group.Chunks[columns[c].Chunk];
        held.Take(BuiltinEngine.WholeBytes(chunk), useParquetNet ? "a column chunk that must be decoded whole, as the engine does," : "a column chunk that must be decoded whole, for it is delta encoded or split into bytes,");
        lock (otherGate) return wholes[c] = other.Decode(columns[c], group, chunk, (int)Group.Rows, decoders[c], cancellationToken);
    }

    // The error of the first column that has one, whatever the timing.
    private void ForEach(int parallelism, Action<int> work, CancellationToken cancellationToken)
    {
        var faults = new Exception?[columns.Length];
        var first = columns.Length;
        if (parallelism == 1 || columns.Length == 1)
            for (var c = 0; c < first; c++) Run(c);
        else
            Parallel.For(0, columns.Length, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, c =>
            {
                if (c < Volatile.Read(ref first)) Run(c);
            });
        cancellationToken.ThrowIfCancellationRequested();
        if (first == columns.Length) return;
        if (faults[first] is OperationCanceledException cancelled) ExceptionDispatchInfo.Throw(cancelled);
        throw RowGroupFault.At(file, group, columns[first], faults[first]!);

        void Run(int c)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                work(c);
            }
            catch (Exception e)
            {
                faults[c] = e;
                for (var seen = Volatile.Read(ref first); c < seen;)
                    if (Interlocked.CompareExchange(ref first, c, seen) is var now && now == seen) break;
                    else seen = now;
            }
        }
    }
}
