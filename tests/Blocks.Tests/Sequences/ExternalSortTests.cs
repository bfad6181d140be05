using System.Buffers.Binary;

namespace Pipelines.Blocks.Tests;

public sealed class ExternalSortTests
{
    [Theory]
    [InlineData(0, 1 << 20), InlineData(1, 1), InlineData(1_000, 1 << 20), InlineData(5_000, 700), InlineData(20_000, 40_000)]
    public void Gives_the_order_of_a_plain_sort_with_and_without_spilling(int records, int memory)
    {
        var random = new SeededRandom(3);
        var values = Enumerable.Range(0, records).Select(i => (Key: (uint)(random.NextDouble() * 50), Row: (uint)i)).ToArray();
        var opened = 0;
        using var sort = new ExternalSort(12, 8, memory, () =>
        {
            opened++;
            return SpillFile.Create(null);
        });
        foreach (var (key, row) in values)
        {
            var record = sort.Add();
            BinaryPrimitives.WriteUInt32BigEndian(record, key);
            BinaryPrimitives.WriteUInt32BigEndian(record[4..], row);
            BinaryPrimitives.WriteUInt32BigEndian(record[8..], ~row);
        }
        Assert.Equal(records, sort.Count);
        var sorted = sort.Sorted().Select(r => (Key: Read(r, 0), Row: Read(r, 4), Check: Read(r, 8))).ToArray();
        Assert.Equal(values.OrderBy(v => v.Key).ThenBy(v => v.Row), sorted.Select(s => (s.Key, s.Row)));
        Assert.All(sorted, s => Assert.Equal(~s.Row, s.Check));
        Assert.Equal(records > 1_000 && memory < 1 << 20 ? 1 : 0, opened);

        static uint Read(ReadOnlyMemory<byte> record, int at) => BinaryPrimitives.ReadUInt32BigEndian(record.Span[at..]);
    }
}
