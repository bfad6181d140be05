using Pipelines.Models.Numerics;

namespace Pipelines.Models.Tests.Numerics;

/// <summary>Order statistics against sorting.</summary>
public sealed class RanksTests
{
    [Theory]
    [InlineData(1, ulong.MaxValue)]
    [InlineData(2, ulong.MaxValue)]
    [InlineData(1000, ulong.MaxValue)]
    [InlineData(1000, 3UL)]
    [InlineData(1000, 1UL)]
    public void The_selected_value_is_that_of_the_sorted_values(int count, ulong below)
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var values = Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64() % below).ToArray();
            // Sorted values, in either direction, are the worst input of a simple choice of the pivot.
            if (round % 3 == 1) Array.Sort(values);
            if (round % 3 == 2) Array.Sort(values, static (a, b) => b.CompareTo(a));
            var rank = random.Next(count);
            var expected = values.Order().ElementAt(rank);
            Assert.Equal(expected, Ranks.Select(values, rank));
        }
    }
}
