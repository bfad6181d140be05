using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// Reads groups of whole sequences from the feature cache: without copying if a single batch in memory contains them, otherwise assembled in a buffer.
/// </summary>
/// <param name="cache">The features, sealed.</param>
/// <param name="index">Where the sequences start.</param>
/// <param name="columns">Number of cached columns: the features, and the labels if there are any.</param>
/// <param name="labeled">True if the last column holds labels: state codes, NaN where unknown.</param>
/// <param name="weighted">True if the rows have weights.</param>
internal sealed class SequenceReader(FeatureCache cache, SequenceIndex index, int columns, bool labeled, bool weighted)
{
    // Columns a multiple of 4 KiB apart would map to the same few cache sets.
    private readonly FeatureLayout layout = new(checked((int)index.LargestGroup), columns, weighted);
    private readonly Lazy<AlignedBufferPool> buffers =
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
                buffer ??= buffers.Value.Rent();
                var target = buffer.Span;
                for (var c = 0; c < columns; c++) block.Values.Slice((c * block.ColumnStride) + from, count).CopyTo(target[((c * layout.Stride) + done)..]);
                if (weighted) block.Weights.Slice(from, count).CopyTo(target[((columns * layout.Stride) + done)..]);
                done += count;
            });
        }
        if (!isWhole) use(Sequences(layout.View(buffer!.Span, wanted.Rows, wanted.FirstRow)));
        if (buffer is not null) buffers.Value.Return(buffer);

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

    // A sequence has a single weight; different weights in later rows would be ignored silently.
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
