using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Reads a row group with nested columns: the plain columns together with one engine, and each leaf of a nested column separately.</summary>
internal sealed class NestedReader : IRowGroupReader
{
    private readonly IReadOnlyList<ParquetEngine> engines;
    private readonly PlannedFile file;
    private readonly int group;
    private readonly FileColumn[] columns, plain, leaves;
    private readonly ReaderLimits limits;
    private readonly ReadingMemory held, handed;
    private readonly LeafReader?[] readers;
    private IRowGroupReader? plainReader;
    private long row;

    /// <summary>Creates a reader; nothing is opened yet.</summary>
    /// <param name="engines">The engines that may read it.</param>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="columns">Columns to read.</param>
    /// <param name="limits">Memory limits of the reader.</param>
    public NestedReader(IReadOnlyList<ParquetEngine> engines, PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits)
    {
        (this.engines, this.file, this.group, this.columns, this.limits) = (engines, file, group, columns, limits);
        plain = Array.FindAll(columns, c => c.Nested is null);
        leaves = [.. columns.Where(c => c.Nested is not null).SelectMany(c => c.Leaves)];
        readers = new LeafReader?[leaves.Length];
        (held, handed) = (new ReadingMemory(Math.Max(limits.HeldBytes, limits.SliceBytes / 2)), new ReadingMemory(limits.SliceBytes));
    }

    private RowGroupInfo Group => file.Footer.RowGroups[group];

    public ColumnBlock[] Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        handed.Clear();
        var isWhole = row == 0 && rows == Group.Rows;
        var read = Plain(isWhole)?.Read(rows, recycler, cancellationToken) ?? [];
        var entries = new LeafRows[leaves.Length];
        ForEach(isWhole ? 1 : limits.Parallelism, Work, cancellationToken);
        row += rows;
        var (made, p, l) = (new ColumnBlock[columns.Length], 0, 0);
        for (var c = 0; c < made.Length; c++)
        {
            if (columns[c].Nested is not { } schema)
            {
                made[c] = read[p++];
                continue;
            }
            made[c] = new NestedBlock(schema, entries[l..(l + schema.Leaves.Length)], rows).ToColumn();
            l += schema.Leaves.Length;
        }
        return made;

        void Work(int leaf)
        {
            entries[leaf] = Leaf(leaf, isWhole).Read(rows, cancellationToken);
            if (!isWhole) return;
            Close(leaf);
            held.Clear();
        }
    }

    public void Skip(long rows, CancellationToken cancellationToken)
    {
        Plain(isWhole: false)?.Skip(rows, cancellationToken);
        ForEach(1, leaf =>
        {
            Leaf(leaf, isWhole: false).Skip(rows, cancellationToken);
            handed.Clear();
        }, cancellationToken);
        row += rows;
    }

    public void Dispose()
    {
        plainReader?.Dispose();
        for (var leaf = 0; leaf < readers.Length; leaf++) Close(leaf);
    }

    private IRowGroupReader? Plain(bool isWhole)
    {
        if (plain.Length == 0 || plainReader is not null) return plainReader;
        // If the row group is read whole, the plain columns are finished before a leaf is opened.
        var share = isWhole ? limits.HeldBytes : limits.HeldBytes / (plain.Length + leaves.Length) * plain.Length;
        return plainReader = EngineChoice.Choose(engines, file, group, plain, share).Open(file, group, plain, limits with { HeldBytes = share });
    }

    private LeafReader Leaf(int leaf, bool isWhole)
    {
        if (readers[leaf] is { } open) return open;
        var column = leaves[leaf];
        var budget = new ListBudget(isWhole ? limits.HeldBytes : limits.HeldBytes / (plain.Length + leaves.Length), held, handed);
        var levels = new EntryLevels(column.Levels!);
        var cursor = ((IListEngine)EngineChoice.Choose(engines, file, group, [column], budget.PageBytes)).OpenList(file, group, column, budget, levels);
        return readers[leaf] = new LeafReader(column, Group, levels, cursor, handed);
    }

    private void Close(int leaf)
    {
        readers[leaf]?.Dispose();
        readers[leaf] = null;
    }

    private void ForEach(int parallelism, Action<int> work, CancellationToken cancellationToken) =>
        ColumnLoop.Run(leaves.Length, parallelism, work, (leaf, fault) => RowGroupFault.At(file, group, leaves[leaf], fault), cancellationToken);
}
