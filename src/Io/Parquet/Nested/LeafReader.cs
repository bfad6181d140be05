using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Reads the rows of a leaf of a nested column. A row's end is known only when the next row starts, so entries are read ahead in chunks.
/// </summary>
/// <param name="leaf">The leaf.</param>
/// <param name="group">Its row group.</param>
/// <param name="levels">The levels that the cursor fills.</param>
/// <param name="cursor">Reads the entries; disposed with this.</param>
/// <param name="handed">Counts the bytes of the entries before they are read.</param>
internal sealed class LeafReader(FileColumn leaf, RowGroupInfo group, EntryLevels levels, IListCursor cursor, ReadingMemory handed) : IDisposable
{
    private const int LeastPiece = 1 << 10;
    private const int LargestPiece = 1 << 28;
    private const int SkipRows = 1 << 12;
    private readonly long entryBytes = DecodedSize.EntryBytes(group, leaf);
    private readonly bool repeats = levels.MostRepetitions > 0;
    private ColumnBlock? piece;
    private int at, count;
    private long left = group.Chunks[leaf.Chunk].Values, rowsLeft = group.Rows;

    /// <summary>Reads the next rows.</summary>
    public LeafRows Read(int rows, CancellationToken cancellationToken)
    {
        var parts = new List<(ColumnBlock Column, int Start, int Count)>();
        var (repetitions, definitions) = (new Levels(), new Levels());
        var starts = repeats ? new int[rows + 1] : null;
        var row = 0;
        while (Next(rows - row, cancellationToken))
        {
            var end = repeats ? EndOf(rows, ref row, starts!, definitions.Count) : Math.Min(count, at + rows - row);
            if (!repeats) row += end - at;
            if (end == at) break;
            parts.Add((piece!, at, end - at));
            if (repeats) repetitions.Add(levels.Repetitions.AsSpan(at, end - at));
            definitions.Add(levels.Definitions.AsSpan(at, end - at));
            at = end;
            if (!repeats && row == rows) break;
        }
        Pass(row, rows);
        if (starts is not null) starts[rows] = definitions.Count;
        return new LeafRows(ColumnBlock.Join(leaf.Field!, parts), repetitions.Finish(), definitions.Finish(), starts);
    }

    /// <summary>Skips rows.</summary>
    public void Skip(long rows, CancellationToken cancellationToken)
    {
        var passed = 0L;
        while (Next(Math.Min(rows - passed, SkipRows), cancellationToken))
        {
            for (; at < count && (passed < rows || levels.Repetitions[at] > 0); at++)
                if (levels.Repetitions[at] == 0) passed++;
            if (at < count) break;
            // Nothing of a skipped chunk is kept.
            handed.Clear();
        }
        Pass(passed, rows);
    }

    public void Dispose() => cursor.Dispose();

    // Finds the end of the requested rows: the next row's first entry.
    private int EndOf(int rows, ref int row, int[] starts, int before)
    {
        var begins = levels.Repetitions.AsSpan(0, count);
        for (var i = at; i < count; i++)
        {
            if (begins[i] != 0) continue;
            if (row == rows) return i;
            starts[row++] = before + i - at;
        }
        return count;
    }

    // Reads a chunk if none is left; false at the end.
    private bool Next(long rows, CancellationToken cancellationToken)
    {
        if (at < count) return true;
        if (left == 0) return false;
        var isFirst = left == group.Chunks[leaf.Chunk].Values;
        // The expected number of entries of these rows, from the average.
        var wanted = !repeats ? rows : rows >= rowsLeft ? left : (long)Math.Ceiling((double)left / Math.Max(1, rowsLeft) * rows);
        if (repeats) wanted = Math.Max(wanted, LeastPiece);
        (at, count) = (0, (int)Math.Min(Math.Min(Math.Max(1, wanted), left), LargestPiece));
        handed.Take(count * entryBytes, "values");
        levels.Clear();
        piece = cursor.Read(count, cancellationToken);
        left -= count;
        if (isFirst && levels.Repetitions[0] != 0) throw new BrokenFileException("a first entry that continues a list", "a list's start");
        return true;
    }

    private void Pass(long row, long rows)
    {
        if (row < rows) throw new BrokenFileException($"entries of {group.Rows - rowsLeft + row} rows", $"{group.Rows}, the row group's rows");
        rowsLeft -= rows;
        if (rowsLeft == 0 && (at < count || left > 0)) throw new BrokenFileException($"entries of more than {group.Rows} rows",
            $"{group.Rows}, the row group's rows");
        if (at == count) piece = null;
    }

    /// <summary>Levels collected from several chunks.</summary>
    private sealed class Levels
    {
        private byte[] bytes = [];

        public int Count { get; private set; }

        public void Add(ReadOnlySpan<byte> more)
        {
            if (bytes.Length < Count + more.Length) Array.Resize(ref bytes, Count + more.Length);
            more.CopyTo(bytes.AsSpan(Count));
            Count += more.Length;
        }

        public byte[] Finish() => bytes;
    }
}
