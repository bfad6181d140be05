using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Features;

/// <summary>Codes of a column with a dictionary against those of its plain values, and both against codes written down here.</summary>
public sealed class CategoryCodesTests
{
    private static readonly bool[] Present = [true, true, false, true, true];
    private static readonly double[] Expected = [1, 0, double.NaN, CategoryMap.Unknown, 1];

    [Fact]
    public void IntegersWithADictionary() => Check([20, 10, 99], [0, 1, 2, 2, 0], ["10", "20"]);

    [Fact]
    public void LongIntegersBeyondTheExactDoubles() =>
        Check([9007199254740993L, 10L, 9007199254740992L], [0, 1, 2, 2, 0], ["10", "9007199254740993"]);

    [Fact]
    public void TextsWithANullInTheDictionary() => Check<string?>(["b", "a", "c", null], [0, 1, 3, 2, 0], ["a", "b"], marked: false);

    [Fact]
    public void InfinityIsKeptAndNotCounted()
    {
        var codes = new CategoryCodes(new(["1"]));
        var target = new double[3];
        codes.Write(new BatchColumn<double>(Field<double>(), new ColumnDictionary<double>([1, double.PositiveInfinity]), new[] { 1, 0, 1 }), target);
        Assert.Equal([double.PositiveInfinity, 0, double.PositiveInfinity], target);
        Assert.Equal(0, codes.UnknownRows);
    }

    private static void Check<T>(T[] dictionary, int[] indexes, string[] categories, bool marked = true)
    {
        var (codes, present, rows) = (new CategoryCodes(new(categories)), marked ? Present : null, 0);
        var values = new ColumnDictionary<T>(dictionary);
        var plain = indexes.Select(i => dictionary[i]).ToArray();
        // The second column shares the dictionary, whose codes are known by then.
        foreach (var column in new[]
        {
            new BatchColumn<T>(Field<T>(), values, indexes, present),
            new BatchColumn<T>(Field<T>(), values, indexes, present),
            new BatchColumn<T>(Field<T>(), plain, present),
        })
        {
            // Longer than the column: what lies behind its rows is not touched.
            var target = Enumerable.Repeat(7.0, indexes.Length + 1).ToArray();
            codes.Write(column, target);
            Assert.Equal([.. Expected, 7], target);
            Assert.Equal(++rows, codes.UnknownRows);
        }
    }

    private static ColumnField Field<T>() => new("x", typeof(T), true);
}
