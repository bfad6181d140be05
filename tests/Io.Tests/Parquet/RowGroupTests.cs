using Parquet;
using Pipelines.Io.Format;

namespace Pipelines.Io.Tests;

/// <summary>Where row groups end, and what is told of them.</summary>
public sealed class RowGroupTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1), InlineData(77), InlineData(1_000), InlineData(5_000)]
    public async Task They_end_at_the_row_that_reaches_the_bytes_whatever_the_batches(int batch)
    {
        const int limit = 1 << 16;
        var random = new Random(5);
        var few = Enumerable.Range(0, 20).Select(i => new string('f', i * 3)).ToArray();
        var (texts, kinds, numbers) = (new string?[5_000], new string[5_000], new double[5_000]);
        for (var i = 0; i < texts.Length; i++)
            (texts[i], kinds[i], numbers[i]) = (random.Next(9) == 0 ? null : new string('t', random.Next(i % 500 == 3 ? 90_000 : 60)), few[random.Next(20)], i);
        // The rule, as it is documented: 8 bytes a number, 4 and its characters a text.
        List<int> expected = [];
        var (rows, bytes) = (0, 0L);
        for (var i = 0; i < texts.Length; i++)
        {
            (rows, bytes) = (rows + 1, bytes + 8 + 4 + (texts[i]?.Length ?? 0) + 4 + kinds[i].Length);
            if (bytes < limit) continue;
            expected.Add(rows);
            (rows, bytes) = (0, 0);
        }
        if (rows > 0) expected.Add(rows);
        Assert.True(expected.Count > 8);

        var options = new ParquetSinkOptions { RowGroupBytes = limit };
        var source = MemorySource.FromArrays(("t", texts), ("k", kinds), ("n", numbers));
        await source.CopyTo(new ParquetSink(folder["a.parquet"], options), batch);
        Assert.Equal(expected, (await ParquetInspection.OfAsync([folder["a.parquet"]])).Single().RowGroups.Select(g => (int)g.Rows));
        // Through dictionaries, which are bounded by their longest text, to the same bytes.
        await new ParquetSource(folder["a.parquet"]).CopyTo(new ParquetSink(folder["b.parquet"], options), batch + 11);
        Assert.Equal(await File.ReadAllBytesAsync(folder["a.parquet"]), await File.ReadAllBytesAsync(folder["b.parquet"]));
    }

    [Fact]
    public async Task Rows_of_plain_numbers_are_cut_by_their_width()
    {
        var source = MemorySource.FromArrays(Enumerable.Range(0, 100).Select(c => ($"c{c}", (Array)new double[250])));
        await source.CopyTo(new ParquetSink(folder["a.parquet"], new ParquetSinkOptions { RowGroupBytes = 80_000 }), 33);
        Assert.Equal([100, 100, 50], (await ParquetInspection.OfAsync([folder["a.parquet"]])).Single().RowGroups.Select(g => (int)g.Rows));
    }

    [Fact]
    public async Task Another_reader_finds_their_least_and_greatest_values()
    {
        var source = MemorySource.FromArrays(
            ("d", new[] { 3.5, double.NaN, -2.25, 7 }), ("nan", new[] { double.NaN, double.NaN, double.NaN, double.NaN }), ("i", new[] { 5, -7, 9, 0 }),
            ("u", new ulong?[] { ulong.MaxValue, null, 3, null }), ("b", new byte[] { 200, 3, 255, 7 }), ("none", new long?[4]),
            ("date", new[] { new DateOnly(2001, 2, 3), new DateOnly(1950, 1, 1), new DateOnly(2020, 1, 1), new DateOnly(2001, 1, 1) }));
        await source.CopyTo(new ParquetSink(folder["a.parquet"]));
        await using var reader = await ParquetReader.CreateAsync(folder["a.parquet"]);
        using var group = reader.OpenRowGroupReader(0);
        var found = reader.Schema.DataFields.ToDictionary(f => f.Name, f => group.GetStatistics(f));
        Assert.Equal((-2.25, 7.0), (found["d"]!.MinValue, found["d"]!.MaxValue));
        Assert.Equal((-7, 9), (found["i"]!.MinValue, found["i"]!.MaxValue));
        Assert.Equal((2L, 4L, 0L), (found["u"]!.NullCount, found["none"]!.NullCount, found["d"]!.NullCount));
        Assert.Null(found["nan"]?.MinValue);
        Assert.Null(found["none"]?.MinValue);
    }

    [Theory]
    [InlineData(new[] { 0.0, 1.0 }, -0.0, 1.0), InlineData(new[] { -0.0, -1.0 }, -1.0, 0.0), InlineData(new[] { -0.0, 0.0 }, -0.0, 0.0)]
    [InlineData(new[] { double.NegativeInfinity, double.NaN, double.PositiveInfinity }, double.NegativeInfinity, double.PositiveInfinity)]
    public void Zeros_are_told_with_the_sign_that_excludes_nothing(double[] values, double min, double max)
    {
        var range = Writing.ColumnRange.Of(new ParquetStorage(PhysicalType.Double), values, new BlittableCodec<double>())!.Value;
        Assert.Equal((BitConverter.DoubleToInt64Bits(min), BitConverter.DoubleToInt64Bits(max)),
            (BitConverter.ToInt64(range.Min), BitConverter.ToInt64(range.Max)));
    }
}
