using Pipelines.Io;
using Pipelines.Models.Sequences;

namespace Pipelines.Blocks.Tests;

/// <summary>Where sequences begin, held against a plain walk over all rows.</summary>
public sealed class SequenceIndexTests
{
    private static readonly SequenceColumns columns = new("k", "t");

    [Theory]
    [InlineData(1), InlineData(2), InlineData(7), InlineData(64), InlineData(1_000)]
    public void Sequences_are_those_of_a_walk_over_all_rows_wherever_batches_are_cut(int batchSize)
    {
        var random = new SeededRandom(7);
        var (keys, order) = (new List<string>(), new List<int>());
        for (var s = 0; s < 60; s++)
        {
            var length = 1 + (int)(random.NextDouble() * (s % 10 == 0 ? 100 : 6));
            for (var t = 0; t < length; t++)
            {
                keys.Add($"key {s * 7919 % 61}");
                order.Add(t / 2);
            }
        }
        var expected = Enumerable.Range(0, keys.Count).Where(r => r == 0 || keys[r] != keys[r - 1]).Select(r => (long)r).ToArray();

        var index = new SequenceIndex(columns, batchSize, 1 << 20);
        foreach (var batch in Batches([.. keys], [.. order], batchSize)) index.Add(BatchRuns.Find(batch, columns));
        index.Seal();

        Assert.Equal((expected.Length, keys.Count), (index.Count, index.Batches.Rows));
        // The groups are those of the same rows in memory.
        var groups = SequenceGroups.Cut(new SequenceSet(new double[keys.Count, 1], [.. expected.Append(keys.Count).Select(s => (int)s)]), batchSize);
        Assert.Equal(groups.Length - 1, index.Groups);
        for (var g = 0; g < index.Groups; g++)
        {
            var group = index.Group(g);
            Assert.Equal(groups[g], group.FirstSequence);
            Assert.Equal(expected.Append(keys.Count).Skip(groups[g]).Take(groups[g + 1] - groups[g] + 1), group.Offsets.Select(o => group.FirstRow + o));
            Assert.Equal((group.FirstRow / batchSize, group.FirstRow % batchSize), (group.Batch, group.BatchRow));
            Assert.True(group.Rows <= index.LargestGroup);
        }
    }

    [Theory]
    [InlineData(3), InlineData(2), InlineData(8)]
    public void A_key_that_comes_back_is_named_with_its_place(int batchSize) => Assert.Equal(
        "data, row 5, column 'k': found key a again, after other keys, expected consecutive rows for each key; sort the files by key, or let rows be "
            + "regrouped (SequenceColumns.Regroup)",
        Refused(["a", "a", "b", "b", "c", "a"], [1, 2, 1, 2, 1, 3], batchSize));

    [Theory]
    [InlineData(4), InlineData(3), InlineData(1)]
    public void An_order_that_falls_is_named_with_its_place(int batchSize) => Assert.Equal(
        "data, row 3, column 't': found 1 after 2 in one sequence, expected values that do not decrease within a sequence; sort the file by key and "
            + "order, or let rows be regrouped (SequenceColumns.Regroup)",
        Refused(["a", "b", "b", "b"], [9, 2, 2, 1], batchSize));

    [Fact]
    public void A_missing_key_and_a_missing_order_are_named()
    {
        Assert.Equal("data, row 2, column 'k': found null, expected a sequence's key in every row; leave such rows out of the file, or choose another column",
            Refused(["a", "a", null, "b"], [1, 2, 3, 4], 2));
        Assert.Equal("data, row 1, column 't': found null, expected a value of the order column in every row; leave such rows out of the file, or choose "
            + "another column", Refused(["a", "a"], [1, null], 2));
    }

    [Fact]
    public void Days_are_named_as_everybody_sorts_them()
    {
        var days = new DateOnly[] { new(2020, 1, 2), new(2020, 1, 3), new(2020, 1, 2) };
        var field = new ColumnField("k", typeof(DateOnly), false);
        var batch = new DataBatch(new BatchSchema([field]), [new BatchColumn<DateOnly>(field, days)], 3, 0, 0);
        var index = new SequenceIndex(new SequenceColumns("k"), 3, 1 << 20);
        var error = Assert.Throws<FlowException>(() => index.Add(BatchRuns.Find(batch, new SequenceColumns("k"))));
        Assert.StartsWith("key 2020-01-02 again", error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void More_sequences_than_the_budget_holds_are_refused() => Assert.Equal(
        "data, row 2, column 'k': found more than 2 sequences, expected at most 2, an eighth of the memory budget; give more memory "
            + "(PipelineOptions.MemoryBudget), or fit fewer sequences",
        Refused(["a", "b", "c"], [1, 1, 1], 2, 200));

    private static string Refused(string?[] keys, int?[] order, int batchSize, long mostBytes = 1 << 20)
    {
        var index = new SequenceIndex(columns, batchSize, mostBytes);
        return Assert.Throws<FlowException>(() =>
        {
            foreach (var batch in Batches(keys, order, batchSize)) index.Add(BatchRuns.Find(batch, columns));
        }).Message;
    }

    private static IEnumerable<DataBatch> Batches(string?[] keys, int?[] order, int batchSize)
    {
        var schema = new BatchSchema([new ColumnField("k", typeof(string), true), new ColumnField("t", typeof(int), true)]);
        for (var b = 0; b * batchSize < keys.Length; b++)
        {
            var first = b * batchSize;
            var rows = Math.Min(batchSize, keys.Length - first);
            var present = Enumerable.Range(first, rows).Select(r => order[r] is not null).ToArray();
            yield return new DataBatch(
                schema,
                [
                    new BatchColumn<string>(schema.Fields[0], keys.Skip(first).Take(rows).ToArray()!),
                    new BatchColumn<int>(schema.Fields[1], order.Skip(first).Take(rows).Select(t => t ?? 0).ToArray(), present),
                ],
                rows, b, first, [new BatchOrigin(0, "data", -1, first)]);
        }
    }

    private static IEnumerable<DataBatch> Batches(string[] keys, int[] order, int batchSize) => Batches(keys, Array.ConvertAll(order, t => (int?)t), batchSize);
}
