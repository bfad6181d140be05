using System.Globalization;
using System.Numerics;
using Parquet.Serialization;

namespace Pipelines.Io.Tests;

/// <summary>Columns of several files, united by name.</summary>
public sealed class ColumnUnionTests : IDisposable
{
    private static readonly Type[] numbers =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double)];

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Batch size, bytes read ahead, parallelism, whether memory is used again.</summary>
    public static TheoryData<int, long, int, bool> Readings =>
        new() { { 1000, 1 << 20, 1, true }, { 7, 0, 2, true }, { 64, 3000, 3, false }, { 60, 1 << 20, 2, true }, { 1, 500, 1, true } };

    [Theory, MemberData(nameof(Readings))]
    public async Task Every_type_is_null_where_a_file_lacks_it(int batchSize, long readAhead, int parallelism, bool reuses)
    {
        var all = new TestTable(60);
        // Every third column is absent from the second file; the third holds the columns in the other order.
        var absent = all.Columns.Select(c => c.Name).Where((_, i) => i % 3 == 1).ToHashSet();
        await all.ToSource().CopyTo(new ParquetSink(folder["a.parquet"]));
        await all.Without(absent.Contains).ToSource().CopyTo(new ParquetSink(folder["b.parquet"]));
        await MemorySource.FromArrays(all.Columns.AsEnumerable().Reverse()).CopyTo(new ParquetSink(folder["c.parquet"]));
        var source = new ParquetSource(folder.Path);
        var schema = (await source.OpenAsync(default)).Schema;
        Assert.Equal(all.Columns.Select(c => c.Name), schema.Fields.Select(f => f.Name));
        Assert.All(absent, name => Assert.True(schema.Fields[schema.IndexOf(name)].IsNullable));
        var options = new ReadOptions { BatchSize = batchSize, ReadAheadBytes = readAhead, MaxDegreeOfParallelism = parallelism, ReuseMemory = reuses };
        // Also of columns of which the second file has none.
        foreach (var columns in new[] { null, absent.ToArray(), [.. all.Columns.Select(c => c.Name).Reverse()] })
        {
            var row = 0;
            await foreach (var batch in source.ReadAsync(options with { Columns = columns }, default))
            {
                for (var i = 0; i < batch.Rows; i++, row++)
                    foreach (var column in batch.Columns)
                    {
                        var expected = row / 60 == 1 && absent.Contains(column.Field.Name)
                            ? null
                            : all.Columns.Single(c => c.Name == column.Field.Name).Values.GetValue(row % 60);
                        TestTable.AssertSame(expected, column.GetValue(i), $"{column.Field.Name} row {row}");
                    }
                batch.Release();
            }
            Assert.Equal(180, row);
        }
    }

    [Fact]
    public async Task Numbers_of_two_types_are_read_in_one_that_holds_both()
    {
        foreach (var a in numbers)
        {
            foreach (var b in numbers)
            {
                await MemorySource.FromArrays(("v", Extremes(a)), ("w", new int[4])).CopyTo(new ParquetSink(folder["a.parquet"]));
                await MemorySource.FromArrays(("v", Extremes(b))).CopyTo(new ParquetSink(folder["b.parquet"]));
                var source = new ParquetSource(folder.Path);
                // The smallest type that the two files' numbers fit into without a change; none beyond 64 bits.
                var expected = numbers.Where(t => Holds(t, a) && Holds(t, b)).OrderBy(t => t == a || t == b ? 0 : 1)
                    .ThenBy(t => System.Runtime.InteropServices.Marshal.SizeOf(t)).ThenBy(t => Array.IndexOf(numbers, t)).FirstOrDefault();
                if (expected is null)
                {
                    // The second extreme of a 64-bit integer is its largest value.
                    var isFirst = a == typeof(long) || a == typeof(ulong);
                    var error = await source.FailsReading(new ReadOptions { Columns = ["v"] });
                    Assert.StartsWith($"{folder[isFirst ? "a.parquet" : "b.parquet"]}, row group 0, row 1, column 'v': found "
                        + $"{Extremes(isFirst ? a : b).GetValue(1)}, expected a number that a double holds (",
                        error.Message, StringComparison.Ordinal);
                    Assert.EndsWith($" in {folder[isFirst ? "b.parquet" : "a.parquet"]}); leave the column out (ScoreOptions.Keep), or rewrite the files with "
                        + "one type", error.Message, StringComparison.Ordinal);
                    Assert.Equal(ErrorKind.Data, error.Kind);
                    var rounded = 0;
                    await foreach (var batch in source.ReadAsync(new ReadOptions { Columns = ["v"], Rounded = ["v"] }, default))
                    {
                        Assert.Equal(typeof(double), batch.Schema.Fields[0].ValueType);
                        rounded += batch.Rows;
                    }
                    Assert.Equal(8, rounded);
                    continue;
                }
                var sink = new MemorySink();
                await source.CopyTo(sink, 3);
                Assert.Equal(["v", "w"], sink.Schema.Fields.Select(f => f.Name));
                Assert.Equal([expected, typeof(int)], sink.Schema.Fields.Select(f => f.ValueType));
                Assert.Equal([false, true], sink.Schema.Fields.Select(f => f.IsNullable));
                var row = 0;
                foreach (var value in Extremes(a).Cast<object>().Concat(Extremes(b).Cast<object>()))
                    Assert.Equal(Exact(value), Exact(sink["v"].GetValue(row++)!));
            }
        }
    }

    [Fact]
    public async Task Values_of_other_types_are_read_as_text()
    {
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        (Array Values, string[] Texts)[] kinds =
        [
            (new[] { 1, -2 }, ["1", "-2"]), (new[] { true, false }, ["true", "false"]), (new[] { 0.1, double.NegativeInfinity }, ["0.1", "-Infinity"]),
            (new[] { 1.50m, -2m }, ["1.5000000000", "-2.0000000000"]), (new[] { id, Guid.Empty }, [$"{id}", $"{Guid.Empty}"]),
            (new[] { new DateOnly(2024, 2, 29), DateOnly.MinValue }, ["2024-02-29", "0001-01-01"]),
            (new[] { new TimeOnly(1, 2, 3), new TimeOnly(12_345_670) }, ["01:02:03", "00:00:01.234567"]),
            (new[] { new DateTime(2024, 2, 29, 1, 2, 3), DateTime.UnixEpoch.AddTicks(10) }, ["2024-02-29T01:02:03", "1970-01-01T00:00:00.000001"]),
            (new[] { "ä", "" }, ["ä", ""]),
        ];
        foreach (var (first, texts) in kinds)
            foreach (var (second, others) in kinds.Where(k => Single(k.Values) != Single(first)))
            {
                await MemorySource.FromArrays(("x", new int[2]), ("v", first)).CopyTo(new ParquetSink(folder["a.parquet"]));
                await MemorySource.FromArrays(("x", new int[2]), ("v", second)).CopyTo(new ParquetSink(folder["b.parquet"]));
                var source = new ParquetSource(folder.Path).ForRun();
                var sink = new MemorySink();
                await source.CopyTo(sink, 3);
                Assert.Equal([.. texts, .. others], Enumerable.Range(0, 4).Select(r => (string)sink["v"].GetValue(r)!));
                Assert.Single(source.Warnings);
            }

        // Numbers are numbers, and another test is theirs.
        static string Single(Array values) => (values is int[] or double[] or decimal[]) ? "number" : values.GetType().Name;
    }

    [Fact]
    public async Task Binary_values_and_others_are_refused_where_they_are_read()
    {
        await MemorySource.FromArrays(("x", new int[1]), ("v", new[] { 1 })).CopyTo(new ParquetSink(folder["a.parquet"]));
        await MemorySource.FromArrays(("x", new int[1]), ("v", new[] { new byte[] { 0, 255 } })).CopyTo(new ParquetSink(folder["b.parquet"]));
        var source = new ParquetSource(folder.Path);
        Assert.Equal($"{folder["b.parquet"]}, column 'v': found BYTE_ARRAY, expected INT32, as in {folder["a.parquet"]}; leave the column out "
            + "(ScoreOptions.Keep), or rewrite the files with one type", (await source.FailsReading()).Message);
        var rows = 0;
        await foreach (var batch in source.ReadAsync(new ReadOptions { Columns = ["x"] }, default)) rows += batch.Rows;
        Assert.Equal(2, rows);
    }

    [Fact]
    public async Task Nested_columns_and_plain_ones_of_a_name_do_not_fit_and_the_others_are_read()
    {
        ListFiles.Write(folder["a.parquet"], "v", "three levels", ListFiles.Kinds["int"], [[1], [2, 3]], 10);
        await MemorySource.FromArrays(("id", new long[3]), ("v", new[] { 1, 2, 3 })).CopyTo(new ParquetSink(folder["b.parquet"]));
        var source = new ParquetSource(folder.Path);
        Assert.StartsWith($"{folder["b.parquet"]}, column 'v': found INT32, expected LIST(INT32?), as in {folder["a.parquet"]};",
            (await source.FailsReading()).Message, StringComparison.Ordinal);
        var rows = 0;
        await foreach (var batch in source.ReadAsync(new ReadOptions { Columns = ["id"] }, default)) rows += batch.Rows;
        Assert.Equal(5, rows);
    }

    [Fact]
    public async Task Beside_lists_plain_columns_are_united()
    {
        ListFiles.Write(folder["a.parquet"], "v", "three levels", ListFiles.Kinds["int"], [[1], [2, 3], []], 2);
        // The column of the row's number is not there, and another one is.
        await using (var stream = File.Create(folder["b.parquet"]))
            await ParquetSerializer.SerializeAsync<Row>([new() { v = [4_004], more = "p" }, new() { v = [5_005, 6_006], more = "q" }], stream);
        var source = new ParquetSource([folder.Path], new ParquetSourceOptions { Lists = ["v"] });
        for (var batch = 1; batch < 8; batch++)
        {
            var sink = new MemorySink();
            await source.CopyTo(sink, batch);
            Assert.Equal("sequence int64, id int64?, more string?, v int32?", sink.Schema.ToString());
            Assert.Equal(
                ["0 0  1001", "1 1  2002", "1 1  3003", "3  p 4004", "4  q 5005", "4  q 6006"],
                Enumerable.Range(0, sink.Rows)
                    .Select(
                        r =>
                            FormattableString.Invariant(
                                $"{sink["sequence"].GetValue(r)} {sink["id"].GetValue(r)} {sink["more"].GetValue(r)} {sink["v"].GetValue(r)}")));
        }
    }

    public sealed record Row
    {
        public List<int>? v { get; set; }

        public string? more { get; set; }
    }

    private static Array Extremes(Type type)
    {
        // A real is filled with a number that uses all of its digits.
        object[] values = type == typeof(float) ? [float.MinValue, 1 + MathF.BitIncrement(0), float.Epsilon, 16_777_215f]
            : type == typeof(double) ? [double.MaxValue, Math.BitIncrement(1), double.Epsilon, 9_007_199_254_740_991d]
            : [type.GetField("MinValue")!.GetValue(null)!, type.GetField("MaxValue")!.GetValue(null)!,
                Convert.ChangeType(1, type, CultureInfo.InvariantCulture), Convert.ChangeType(100, type, CultureInfo.InvariantCulture)];
        var array = Array.CreateInstance(type, values.Length);
        for (var i = 0; i < values.Length; i++) array.SetValue(values[i], i);
        return array;
    }

    // By rounding every extreme to the type and back.
    private static bool Holds(Type target, Type source) => Extremes(source).Cast<object>().All(value =>
    {
        try
        {
            return Exact(Convert.ChangeType(value, target, CultureInfo.InvariantCulture)) == Exact(value);
        }
        catch (OverflowException)
        {
            return false;
        }
    });

    // A number as an integer and a power of two: no rounding hides a difference.
    private static (BigInteger Digits, int Exponent) Exact(object value)
    {
        if (value is not (float or double))
            return Normal(BigInteger.Parse(Convert.ToString(value, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture), 0);
        var bits = BitConverter.DoubleToInt64Bits(Convert.ToDouble(value, CultureInfo.InvariantCulture));
        var exponent = (int)((bits >> 52) & 0x7FF);
        var digits = (bits & 0xFFFFFFFFFFFFF) | (exponent > 0 ? 1L << 52 : 0);
        return Normal(bits < 0 ? -digits : digits, Math.Max(exponent, 1) - 1075);
    }

    private static (BigInteger Digits, int Exponent) Normal(BigInteger digits, int exponent)
    {
        if (digits.IsZero) return (digits, 0);
        while (digits.IsEven) (digits, exponent) = (digits / 2, exponent + 1);
        return (digits, exponent);
    }
}
