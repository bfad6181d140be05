using Pipelines.Models;

namespace Pipelines.Blocks.Tests;

/// <summary>What the first pass records beside its result is statistics too: merged in any order, saved and read.</summary>
public sealed class SeenDataTests
{
    [Fact]
    public void Batches_in_any_order_give_the_same_ranges_and_counts()
    {
        SeenData[] batches = [Batch(2, new(-1, 4), ValueRange.None), Batch(0, new(0.0, 5), ValueRange.None), Batch(3, new(-1, -0.0), ValueRange.None)];
        var (forward, backward) = (new SeenData(2), new SeenData(2));
        foreach (var batch in batches) forward.Merge(batch);
        foreach (var batch in batches.Reverse()) backward.Merge(batch.Clone());
        Assert.Equal(forward.ToBytes(), backward.ToBytes());
        Assert.Equal((5, new ValueRange(-1, 5), null), (forward.RowsRejected, forward[0], forward[1]));
        Assert.False(double.IsNegative(batches[2][0]!.Value.Maximum));
    }

    [Fact]
    public void They_are_read_as_they_were_saved_or_refused()
    {
        var seen = Batch(7, new(-1, 4), new(double.MinValue, double.Epsilon));
        seen.IsWhole = true;
        var read = new SeenData(2);
        read.FromBytes(seen.ToBytes());
        Assert.Equal(seen.ToBytes(), read.ToBytes());
        Assert.Equal((7, true, seen[1]), (read.RowsRejected, read.IsWhole, read[1]));
        var error = Assert.Throws<ModelException>(() => new SeenData(3).FromBytes(seen.ToBytes()));
        Assert.Equal("statistics: found those of 'seen[2]', expected those of 'seen[3]'; use them with the model that they were computed with", error.Message);
        read.Clear();
        Assert.Equal(new SeenData(2).ToBytes(), read.ToBytes());
    }

    [Fact]
    public void Missing_values_are_counted_and_the_others_averaged()
    {
        // Longer than a vector, with missing values in the vectors and after them.
        double[] values = [.. Enumerable.Range(0, 19).Select(i => i % 6 == 5 || i == 18 ? double.NaN : i)];
        var present = values.Where(v => !double.IsNaN(v)).ToArray();
        var (total, batch) = (new SeenData(2), new SeenData(2) { Rows = values.Length });
        batch.Ranges[0] = ValueRange.Of(values);
        batch.Add(0, values);
        total.Merge(batch);
        total.Merge(batch.Clone());
        var read = new SeenData(2);
        read.FromBytes(total.ToBytes());
        var profile = read.Profile(0, "x", isOfCodes: false);
        Assert.Equal(new("x", 2 * (values.Length - present.Length), 0, 16, present.Average(), null), profile with { Deviation = null });
        // Two orders of summation.
        Assert.Equal(Math.Sqrt(present.Average(v => Math.Pow(v - present.Average(), 2))), profile.Deviation!.Value, 1e-12);
        Assert.Equal(new("c", 2 * (values.Length - present.Length), null, null, null, null), read.Profile(0, "c", isOfCodes: true));
    }

    [Fact]
    public void Deviations_keep_their_digits_far_from_0()
    {
        // 1e9 - 1, 1e9 + 1, then 1e9 + 3 twice: the mean is 1e9 + 1.5, the deviation the root of (6.25 + 0.25 + 2.25 + 2.25) / 4.
        var total = new SeenData(1);
        foreach (var rows in new double[][] { [1e9 - 1, 1e9 + 1], [double.NaN], [1e9 + 3, 1e9 + 3] })
        {
            var batch = new SeenData(1) { Rows = rows.Length };
            batch.Ranges[0] = ValueRange.Of(rows);
            batch.Add(0, rows);
            total.Merge(batch);
        }
        Assert.Equal(Math.Sqrt(11 / 4.0), total.Profile(0, "x", isOfCodes: false).Deviation!.Value, 1e-12);
    }

    private static SeenData Batch(long rejected, params ReadOnlySpan<ValueRange> ranges)
    {
        var made = new SeenData(ranges.Length) { RowsRejected = rejected };
        ranges.CopyTo(made.Ranges);
        return made;
    }
}
