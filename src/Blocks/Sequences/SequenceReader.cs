using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// Reads groups of whole sequences from the feature cache: without copying if a single batch in memory contains them, otherwise assembled in a buffer.
/// </summary>
/// <param name="cache">The features, sealed.</param>
/// <param name="index">Where the sequences start.</param>
internal sealed class SequenceReader(FeatureCache cache, SequenceIndex index)
{
    // Columns a multiple of 4 KiB apart would map to the same few cache sets.
    private readonly FeatureLayout layout = new(checked((int)index.LargestGroup), cache.Layout.Columns, cache.Layout.Weighted, cache.Layout.Labeled);
    private readonly Lazy<AlignedBufferPool> buffers = new(() => new AlignedBufferPool(
        new FeatureLayout(checked((int)index.LargestGroup), cache.Layout.Columns, cache.Layout.Weighted, cache.Layout.Labeled).Length));

    /// <summary>Calls <paramref name="use"/> with the sequences of a group.</summary>
    public void Read(int group, Action<FeatureBlock> use)
    {
        var wanted = index.Group(group);
        var stored = cache.Layout;
        var isWhole = false;
        AlignedBuffer? buffer = null;
        var done = 0;
        for (var batch = wanted.Batch; !isWhole && done < wanted.Rows; batch++)
        {
            cache.Read(batch, (values, rows, _) =>
            {
                var from = done == 0 ? wanted.BatchRow : 0;
                var count = Math.Min(rows - from, wanted.Rows - done);
                if (count == wanted.Rows)
                {
                    isWhole = true;
                    use(Sequences(stored.View(values, count, wanted.FirstRow, from)));
                    return;
                }
                buffer ??= buffers.Value.Rent();
                for (var c = 0; c < layout.AllColumns; c++)
                    values.Slice((c * stored.Stride) + from, count).CopyTo(buffer.Span[((c * layout.Stride) + done)..]);
                done += count;
            });
        }
        if (!isWhole) use(Sequences(layout.View(buffer!.Span, wanted.Rows, wanted.FirstRow)));
        if (buffer is not null) buffers.Value.Return(buffer);

        FeatureBlock Sequences(FeatureBlock rows)
        {
            if (layout.Weighted) CheckWeights(wanted, rows.Weights);
            return rows with { SequenceOffsets = wanted.Offsets, FirstSequence = wanted.FirstSequence };
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
