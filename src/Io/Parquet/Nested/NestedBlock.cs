using System.Runtime.CompilerServices;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Rows of a nested column that were read together, leaf by leaf; <see cref="NestedValue"/> points to one of them.</summary>
/// <param name="schema">The column's schema.</param>
/// <param name="leaves">Shape [leaves of the schema].</param>
/// <param name="rows">Number of rows.</param>
internal sealed class NestedBlock(NestedSchema schema, LeafRows[] leaves, int rows)
{
    // Shape [rows + 1]: total bytes of the preceding rows.
    private long[]? weights;

    /// <summary>The column's schema.</summary>
    public NestedSchema Schema => schema;

    /// <summary>The leaves.</summary>
    public LeafRows[] Leaves => leaves;

    /// <summary>
    /// Bytes that a range of rows takes in memory: the levels and the value of each entry. They depend only on the rows, not on the engine, except
    /// that dictionary values are counted as if each row had its own copy.
    /// </summary>
    public long Bytes(int start, int count)
    {
        var sums = weights ??= Weigh();
        return sums[start + count] - sums[start];
    }

    /// <summary>A column of all rows.</summary>
    public ColumnBlock ToColumn()
    {
        var values = new NestedValue[rows];
        for (var i = 0; i < rows; i++) values[i] = new NestedValue(this, i);
        bool[]? present = null;
        if (schema.IsNullable)
        {
            var first = leaves[0];
            for (var i = 0; i < rows; i++)
            {
                if (first.Definitions[first.Start(i)] > 0) continue;
                if (present is null) Array.Fill(present = new bool[rows], true);
                present[i] = false;
            }
        }
        return new ColumnBlock<NestedValue>(values, null, default, present);
    }

    private long[] Weigh()
    {
        var sums = new long[rows + 1];
        foreach (var leaf in leaves) leaf.Entries.Accept(new Weights(leaf, sums));
        for (var i = 1; i <= rows; i++) sums[i] += sums[i - 1];
        return sums;
    }

    private sealed class Weights(LeafRows leaf, long[] sums) : IColumnVisitor<bool>
    {
        private const int Levels = 2;

        public bool Visit<T>(BatchColumn<T> entries)
        {
            var width = Levels + Unsafe.SizeOf<T>();
            for (var row = 0; row < sums.Length - 1; row++)
            {
                var (start, end) = (leaf.Start(row), leaf.Start(row + 1));
                var bytes = (long)(end - start) * width;
                if (typeof(T) == typeof(ReadOnlyMemory<byte>))
                    for (var i = start; i < end; i++)
                        if (entries.Present is not { } flags || flags[i]) bytes += ColumnDictionary<T>.LengthOf(entries[i]);
                sums[row + 1] += bytes;
            }
            return true;
        }
    }
}

/// <summary>The rows of a leaf: its entries, at least one per row.</summary>
/// <param name="Entries">The values, shape [entries]; null if an entry has none.</param>
/// <param name="Repetitions">Shape [entries]: the repetition levels; empty if all are 0.</param>
/// <param name="Definitions">Shape [entries]: the definition levels.</param>
/// <param name="Starts">Shape [rows + 1]: the entry at which each row begins; null if each row is one entry.</param>
internal sealed record LeafRows(BatchColumn Entries, byte[] Repetitions, byte[] Definitions, int[]? Starts)
{
    /// <summary>The entry at which a row begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Start(int row) => Starts is null ? row : Starts[row];
}
