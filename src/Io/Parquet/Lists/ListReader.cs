using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Reads the elements of lists as rows, incrementally: a list may be larger than memory.</summary>
/// <param name="plan">The files, with their lists.</param>
/// <param name="schema">The requested columns.</param>
/// <param name="options">The read options.</param>
internal sealed class ListReader(ParquetPlan plan, BatchSchema schema, ReadOptions options) : IDisposable
{
    private const int LargestSlice = 1 << 16;

    // The list that determines where rows begin is always read.
    private readonly string[] lists = [plan.Lists!.Names[0], .. schema.Fields.Select(f => f.Name).Where(n => plan.Lists!.Names.Skip(1).Contains(n))];
    private readonly BatchSchema plain = new(schema.Fields.Where(f => f.Name != plan.Lists!.Key && !plan.Lists!.Names.Contains(f.Name)));
    private readonly ReadingMemory handed = new(SliceBytes(options));
    private int file, group;
    private long rowsBefore, delivered, lastElements;
    private OpenGroup? open;

    /// <summary>Number of empty or null lists read so far.</summary>
    public long EmptyLists { get; private set; }

    /// <summary>The next elements; null at the end.</summary>
    public RowBlock? Next(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (open is null)
            {
                if (!plan.Find(ref file, ref group)) return null;
                open = Open(plan.Files[file]);
            }
            if (open.Left == 0)
            {
                open.End();
                open.Dispose();
                open = null;
                rowsBefore += plan.Files[file].Footer.RowGroups[group++].Rows;
                continue;
            }
            if (Slice(open, cancellationToken) is { } block) return block;
        }
    }

    public void Dispose() => open?.Dispose();

    private RowBlock? Slice(OpenGroup from, CancellationToken cancellationToken)
    {
        var entries = (int)Math.Min(Math.Min(options.BatchSize, LargestSlice), from.Left);
        // The texts of a batch are held until it is full.
        if (delivered == 0 || delivered / options.BatchSize != (delivered - lastElements) / options.BatchSize) handed.Clear();
        var decoded = from.Read(entries, cancellationToken);
        var levels = from.Levels[0];
        var picks = new int[entries];
        var rows = new int[entries];
        var keys = new long[entries];
        var (starts, places) = (new List<int>(), new List<long>());
        var (elements, row, last) = (0, -1, -2);
        for (var i = 0; i < entries; i++)
        {
            if (levels.Begins(i)) row++;
            if (!levels.HasElement(i))
            {
                EmptyLists++;
                continue;
            }
            if (row != last)
            {
                starts.Add(elements);
                places.Add(from.Rows + row);
                last = row;
            }
            (picks[elements], rows[elements], keys[elements]) = (i, row, rowsBefore + from.Rows + row);
            elements++;
        }
        // Slices are held until they fill a batch: many slices if most lists are empty.
        if (elements < entries) Array.Resize(ref keys, elements);
        var first = from.Elements;
        var beside = from.ReadPlain(row + 1, rows.AsSpan(0, elements), cancellationToken);
        var before = levels.Begins(0) ? 0 : from.InLast;
        from.Pass(entries, row + 1, elements, row < 0 ? from.InLast + elements : row == last ? elements - starts[^1] : 0);
        (delivered, lastElements) = (delivered + elements, elements);
        if (elements == 0) return null;
        var columns = new ColumnBlock[schema.Fields.Count];
        for (var c = 0; c < columns.Length; c++)
        {
            var name = schema.Fields[c].Name;
            var list = Array.IndexOf(lists, name);
            columns[c] = name == plan.Lists!.Key ? new ColumnBlock<long>(keys, null, default, null)
                : list < 0 ? beside[plain.IndexOf(name)]
                : elements == entries ? decoded[list] : decoded[list].Pick(null, picks.AsSpan(0, elements));
        }
        return new RowBlock(plan.Files[file].Name, group, elements, columns, null, first, new ListPlaces(first, [.. starts], [.. places], before));
    }

    private static long SliceBytes(ReadOptions options) => Math.Max(options.LargestBatchBytes ?? long.MaxValue, options.ReadAheadBytes);

    private OpenGroup Open(PlannedFile from)
    {
        var columns = Array.ConvertAll(lists, n => ListColumns.Find(from, n));
        var others = new FileProjection(from, plain, options.Rounded);
        DecodedSize.CheckRows(from, group, [.. columns, .. others.Stored], options.BatchSize, options);
        var share = options.DecoderBytes is { } bytes ? bytes / 2 : long.MaxValue;
        var limits = new ReaderLimits(share, SliceBytes(options));
        from.CheckUnchanged();
        return new OpenGroup(from, group, columns,
            plain.Fields.Count == 0 ? null : (others, EngineChoice.Open(plan.Engines, from, group, others.Stored, limits)), plan.Engines, limits, handed);
    }

    /// <summary>A row group being read.</summary>
    private sealed class OpenGroup : IDisposable
    {
        private readonly PlannedFile from;
        private readonly int number;
        private readonly FileColumn[] columns;
        private readonly (FileProjection Columns, IRowGroupReader Reader)? plain;
        private readonly IListCursor?[] cursors;
        private readonly long[] left;
        private ColumnBlock[] last = [];

        public OpenGroup(PlannedFile from, int number, FileColumn[] columns, (FileProjection Columns, IRowGroupReader Reader)? plain,
            IReadOnlyList<ParquetEngine> engines, ReaderLimits limits, ReadingMemory handed)
        {
            (this.from, this.number, this.columns, this.plain) = (from, number, columns, plain);
            var info = from.Footer.RowGroups[number];
            var budget = new ListBudget(limits.HeldBytes / columns.Length, new ReadingMemory(Math.Max(limits.HeldBytes, limits.SliceBytes / 2)), handed);
            Levels = Array.ConvertAll(columns, c => new EntryLevels(c.Levels!));
            cursors = new IListCursor?[columns.Length];
            try
            {
                for (var c = 0; c < columns.Length; c++)
                    cursors[c] = ((IListEngine)EngineChoice.Choose(engines, from, number, [columns[c]], budget.PageBytes)).OpenList(from, number, columns[c],
                        budget, Levels[c]);
            }
            catch
            {
                Dispose();
                throw;
            }
            left = Array.ConvertAll(columns, c => info.Chunks[c.Chunk].Values);
        }

        /// <summary>Each column's levels in the slice.</summary>
        public EntryLevels[] Levels { get; }

        /// <summary>Number of rows before the slice.</summary>
        public long Rows { get; private set; }

        /// <summary>Number of elements before the slice.</summary>
        public long Elements { get; private set; }

        /// <summary>Number of elements of the last row before the slice.</summary>
        public long InLast { get; private set; }

        /// <summary>Remaining entries of the first column.</summary>
        public long Left => left[0];

        /// <summary>Reads the given number of entries of all lists, whose lengths must agree in each row.</summary>
        public ColumnBlock[] Read(int entries, CancellationToken cancellationToken)
        {
            var decoded = new ColumnBlock[columns.Length];
            for (var c = 0; c < columns.Length; c++)
            {
                try
                {
                    Levels[c].Clear();
                    if (left[c] > 0) decoded[c] = cursors[c]!.Read((int)Math.Min(entries, left[c]), cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    throw RowGroupFault.At(from, number, columns[c], e);
                }
                if (Rows == 0 && Levels[c].Count > 0 && !Levels[c].Begins(0)) throw Broken(columns[c], "a first entry that continues a list", "a list's start");
            }
            if (columns.Length > 1) Compare(entries);
            return decoded;
        }

        private void Compare(int entries)
        {
            var rows = -1;
            for (var i = 0; i < entries; i++)
            {
                var begins = Levels[0].Begins(i);
                if (begins) rows++;
                for (var c = 1; c < columns.Length; c++)
                {
                    var isOver = i >= Levels[c].Count;
                    // If only the first column begins a row, the previous row continues in the other column.
                    if (!isOver && begins && !Levels[c].Begins(i)) throw Uneven(c, rows - 1);
                    if (isOver || Levels[c].Begins(i) != begins || Levels[c].HasElement(i) != Levels[0].HasElement(i)) throw Uneven(c, rows);
                }
            }
        }

        /// <summary>The plain columns of the slice's rows, one value per element.</summary>
        /// <param name="count">Rows that begin in the slice.</param>
        /// <param name="rows">Shape [elements]: the row of each, -1 for the row that continues from the previous slice.</param>
        /// <param name="cancellationToken">Cancels it.</param>
        public ColumnBlock[] ReadPlain(int count, ReadOnlySpan<int> rows, CancellationToken cancellationToken)
        {
            if (plain is not var (beside, reader)) return [];
            var info = from.Footer.RowGroups[number];
            if (Rows + count > info.Rows) throw Broken(columns[0], $"{Rows + count} lists or more", $"{info.Rows}, the row group's rows");
            var read = count == 0 ? last : beside.Complete(reader.Read(count, null, cancellationToken), count, number, Rows);
            var made = new ColumnBlock[read.Length];
            // If no row begins, all elements belong to the last one.
            for (var c = 0; c < made.Length; c++)
                made[c] = count == 0 ? read[c].Pick(null, new int[rows.Length]) : read[c].Pick(last.Length == 0 ? null : last[c], rows);
            if (count > 0) last = Array.ConvertAll(read, b => b.Pick(null, [count - 1]));
            return made;
        }

        /// <summary>Advances past the slice.</summary>
        public void Pass(int entries, int rows, int elements, long inLast)
        {
            (Rows, Elements, InLast) = (Rows + rows, Elements + elements, inLast);
            for (var c = 0; c < left.Length; c++) left[c] -= entries;
        }

        /// <summary>Checks that the lists end with the row group.</summary>
        public void End()
        {
            var info = from.Footer.RowGroups[number];
            for (var c = 1; c < left.Length; c++)
                if (left[c] > 0) throw Uneven(c, Math.Max(0, Rows - 1), isEnd: true);
            if (Rows != info.Rows) throw Broken(columns[0], $"{Rows} lists", $"{info.Rows}, the row group's rows");
        }

        public void Dispose()
        {
            foreach (var cursor in cursors) cursor?.Dispose();
            plain?.Reader.Dispose();
        }

        private FlowException Broken(FileColumn column, string found, string expected) =>
            RowGroupFault.At(from, number, column, new BrokenFileException(found, expected));

        private FlowException Uneven(int column, long row, bool isEnd = false) => new(
            ErrorKind.Data, $"{from.Name}, row group {number}, row {(isEnd ? row : Rows + row)}",
            $"lists of different lengths in '{columns[0].Name}' and '{columns[column].Name}'", "lists of equal length in each row",
            "correct the row, or read one of the columns alone (ParquetSourceOptions.Lists)");
    }
}
