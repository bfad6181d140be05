using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Gives groups of whole sequences out of the cache of features: without a copy where one batch in memory holds them, else put together.</summary>
/// <param name="cache">The features, sealed.</param>
/// <param name="index">Where the sequences begin.</param>
/// <param name="columns">Number of columns that are kept: the features, and the labels if there are any.</param>
/// <param name="labeled">True if the last column holds labels: codes of states, NaN where none is known.</param>
/// <param name="weighted">True if the rows have weights.</param>
internal sealed class SequenceReader(FeatureCache cache, SequenceIndex index, int columns, bool labeled, bool weighted)
{
    // Columns a multiple of 4 KiB apart would fall into the same few cache sets.
    private readonly FeatureLayout room = new(checked((int)index.LargestGroup), columns, weighted);
    private readonly Lazy<AlignedBufferPool> rooms =
        new(() => new AlignedBufferPool(new FeatureLayout(checked((int)index.LargestGroup), columns, weighted).Length));

    /// <summary>Calls <paramref name="use"/> with the sequences of a group.</summary>
    public void Read(int group, Action<FeatureBlock> use)
    {
        var wanted = index.Group(group);
        var isWhole = false;
        AlignedBuffer? buffer = null;
        var done = 0;
        for (var batch = wanted.Batch; !isWhole && done < wanted.Rows; batch++)
        {
            cache.Read(batch, block =>
            {
                var from = done == 0 ? wanted.BatchRow : 0;
                var count = Math.Min(block.Rows - from, wanted.Rows - done);
                if (count == wanted.Rows)
                {
                    isWhole = true;
                    use(
                        Sequences(FeatureBlock.ColumnMajor(block.Values[from..], count, columns, block.ColumnStride,
                            weighted ? block.Weights.Slice(from, count) : default, wanted.FirstRow)));
                    return;
                }
                buffer ??= rooms.Value.Rent();
                var target = buffer.Span;
                for (var c = 0; c < columns; c++) block.Values.Slice((c * block.ColumnStride) + from, count).CopyTo(target[((c * room.Stride) + done)..]);
                if (weighted) block.Weights.Slice(from, count).CopyTo(target[((columns * room.Stride) + done)..]);
                done += count;
            });
        }
        if (!isWhole) use(Sequences(room.View(buffer!.Span, wanted.Rows, wanted.FirstRow)));
        if (buffer is not null) rooms.Value.Return(buffer);

        FeatureBlock Sequences(FeatureBlock rows)
        {
            if (weighted) CheckWeights(wanted, rows.Weights);
            if (!labeled) return rows with { SequenceOffsets = wanted.Offsets, FirstSequence = wanted.FirstSequence };
            var codes = rows.Values.Slice((columns - 1) * rows.ColumnStride, rows.Rows);
            var labels = new int[rows.Rows];
            for (var i = 0; i < labels.Length; i++) labels[i] = double.IsNaN(codes[i]) ? -1 : (int)codes[i];
            return FeatureBlock.ColumnMajor(rows.Values, rows.Rows, columns - 1, rows.ColumnStride, rows.Weights, rows.FirstRow) with
            {
                SequenceOffsets =
                wanted.Offsets,
                FirstSequence = wanted.FirstSequence,
                Labels = labels
            };
        }
    }

    // A sequence weighs as a whole; other weights further on in it would be dropped without a word.
    private static void CheckWeights(SequenceGroup group, ReadOnlySpan<double> weights)
    {
        for (var s = 0; s < group.Offsets.Length - 1; s++)
        {
            var own = weights[group.Offsets[s]..group.Offsets[s + 1]];
            if (own.IsEmpty || own.IndexOfAnyExcept(own[0]) is not (>= 0 and var other)) continue;
            throw new ModelException(ErrorKind.Data, $"sequence {group.FirstSequence + s}",
                string.Create(CultureInfo.InvariantCulture, $"a weight of {own[other]} in its row {other} and {own[0]} in its row 0"),
                "one weight in all rows of a sequence",
                "give the rows of a sequence the same weight; rows to leave out are filtered before")
            { SequenceNumber = group.FirstSequence + s };
        }
    }
}
