using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks.Tests;

/// <summary>The values of categorical columns are statistics: parts of the data are searched anywhere, in any order.</summary>
public sealed class CategoryStatisticsTests
{
    private static readonly string?[] texts = ["b", "", "Ü", "b", "a", null];
    private static readonly long[] numbers = [3, 3, -(1L << 60), 7, long.MaxValue, 0];
    private static readonly decimal[] prices = [1.5m, 2, 1.25m, 2, -7, decimal.MaxValue];

    [Fact]
    public void Parts_in_any_order_give_the_categories_of_the_whole()
    {
        var whole = Part(0, 6);
        CategoryStatistics[] parts = [Part(0, 1), Part(1, 3), Part(4, 2)];
        var (forward, backward) = (new CategoryStatistics(3), new CategoryStatistics(3));
        foreach (var part in parts) forward.Merge(part);
        foreach (var part in parts.Reverse()) backward.Merge(part.Clone());
        Assert.Equal(whole.ToBytes(), forward.ToBytes());
        Assert.Equal(whole.ToBytes(), backward.ToBytes());
        Assert.Equal(["", "a", "b", "Ü"], forward.Categories(0));
        Assert.Equal(["-1152921504606846976", "0", "3", "7", "9223372036854775807"], forward.Categories(1));
        Assert.Equal((4, 5, 5, 6), (forward.Count(0), forward.Count(1), forward.Count(2), forward.TextBytes));
        // The parts are as they were.
        Assert.Equal(Part(0, 1).ToBytes(), parts[0].ToBytes());
    }

    [Fact]
    public void They_are_read_as_they_were_saved_or_refused()
    {
        var (bytes, read) = (Part(0, 6).ToBytes(), new CategoryStatistics(3));
        read.FromBytes(bytes);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Equal(["-7", "1.25", "1.5", "2", "79228162514264337593543950335"], read.Categories(2));
        Assert.Equal(6, read.TextBytes);
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<ModelException>(() => read.FromBytes(bytes[..length]));
        // The last number of the last column with a scale that no decimal has.
        bytes[^6] = 99;
        Assert.Equal("statistics: found a value that is no category, expected what was saved; they are damaged: restore them from a copy, or compute them "
            + "again", Assert.Throws<ModelException>(() => read.FromBytes(bytes)).Message);
        Assert.Equal(new CategoryStatistics(3).ToBytes(), read.ToBytes());
    }

    private static CategoryStatistics Part(int first, int count)
    {
        var made = new CategoryStatistics(3) { Rows = count };
        var present = texts.Skip(first).Take(count).Select(t => t is not null).ToArray();
        made.Add(0, new BatchColumn<string>(new("text", typeof(string), true), texts.Skip(first).Take(count).Select(t => t ?? "").ToArray(), present));
        made.Add(1, new BatchColumn<long>(new("number", typeof(long), false), numbers.AsMemory(first, count)));
        made.Add(2, new BatchColumn<decimal>(new("price", typeof(decimal), false), prices.AsMemory(first, count)));
        return made;
    }
}
