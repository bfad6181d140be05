using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>The windows of rows read by the tables of a Markov chain, in tiles: first table 0 for all sequences, then table 1, and so on.</summary>
internal ref struct ChainWindows
{
    private readonly FeatureBlock block;
    private readonly int order;
    private readonly Span<double> values;
    private readonly int[] sequences = new int[FeatureTile.Capacity];
    private int table;
    private int sequence;
    private int position;
    private int rows;

    public ChainWindows(in FeatureBlock block, int order, Scratch scratch)
    {
        this.block = block;
        this.order = order;
        values = scratch.Take((order + 1) * FeatureTile.Capacity);
        values.Clear();
        table = 0;
    }

    /// <summary>Windows of one table.</summary>
    public readonly ref struct Windows(int table, FeatureTile tile, ReadOnlySpan<int> sequences)
    {
        /// <summary>Number of the table.</summary>
        public int Table { get; } = table;

        /// <summary>The windows, shape [rows, table + 1], earlier rows first.</summary>
        public FeatureTile Tile { get; } = tile;

        /// <summary>Sequence of each window in the block.</summary>
        public ReadOnlySpan<int> Sequences { get; } = sequences;
    }

    public readonly Windows Current => new(table, new(values, rows, table + 1, hasMissing: true), sequences);

    public readonly ChainWindows GetEnumerator() => this;

    public bool MoveNext()
    {
        for (; table <= order; table++, sequence = 0, position = 0)
        {
            rows = 0;
            for (; sequence < block.SequenceCount; sequence++, position = 0)
            {
                var first = block.SequenceOffsets[sequence];
                var length = block.SequenceOffsets[sequence + 1] - first;
                var windows = table < order ? Math.Min(1, length - table) : length - table;
                for (; position < windows && rows < FeatureTile.Capacity; position++, rows++)
                {
                    for (var j = 0; j <= table; j++) values[(j * FeatureTile.Capacity) + rows] = block[first + position + j, 0];
                    sequences[rows] = sequence;
                }
                if (rows == FeatureTile.Capacity) return true;
            }
            if (rows > 0) return true;
        }
        return false;
    }
}
