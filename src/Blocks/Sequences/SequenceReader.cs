using System.Globalization;

namespace Pipelines.Blocks;

/// <summary>
/// Reads groups of whole sequences from the feature cache: without copying if a single batch in memory contains them, otherwise assembled in a buffer.
/// </summary>
/// <param name="cache">The features, sealed.</param>
/// <param name="index">Where the sequences start.</param>
internal sealed class SequenceReader(FeatureCache cache, SequenceIndex index) : IFeatureStore
{
    // Columns a multiple of 4 KiB apart would map to the same few cache sets.
    private readonly FeatureLayout layout = cache.Layout.OfBatches(checked((int)index.LargestGroup));
    private readonly AlignedBufferPool buffers = new(cache.Layout.OfBatches(checked((int)index.LargestGroup)).Length);

    public long Count => index.Groups;

    public FeatureBatch Open(long item, long number)
    {
        var group = index.Group((int)item);
        return new FeatureBatch(number, group.Rows, layout.Columns, group.FirstRow,
            (ref AlignedBuffer? held) =>
            {
                var rows = Read(group, ref held);
                if (layout.Weighted) CheckWeights(group, rows.Weights);
                return rows with { SequenceOffsets = group.Offsets, FirstSequence = group.FirstSequence };
            },
            buffers);
    }

    private FeatureBlock Read(SequenceGroup group, ref AlignedBuffer? held)
    {
        var stored = cache.Layout;
        if (cache.InMemory(group.Batch) is var (whole, own) && own - group.BatchRow >= group.Rows)
            return stored.View(whole.Span, group.Rows, group.FirstRow, group.BatchRow);
        var target = held ??= buffers.Rent();
        var done = 0;
        for (var batch = group.Batch; done < group.Rows; batch++)
        {
            cache.Read(batch, (values, rows, _) =>
            {
                var from = done == 0 ? group.BatchRow : 0;
                var count = Math.Min(rows - from, group.Rows - done);
                for (var c = 0; c < layout.AllColumns; c++)
                    values.Slice((c * stored.Stride) + from, count).CopyTo(target.Span[((c * layout.Stride) + done)..]);
                done += count;
            });
        }
        return layout.View(target.Span, group.Rows, group.FirstRow);
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
