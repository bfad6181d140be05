using Parquet;
using Parquet.Serialization;

namespace Pipelines.Io.Tests;

/// <summary>Elements of lists as rows: against lists in memory that Parquet.Net wrote, and files of other writers.</summary>
public sealed class ListTests : IDisposable
{
    private readonly TempFolder folder = new();

    public sealed record Row
    {
        public long Id { get; set; }

        public string? Kind { get; set; }

        public List<double?>? X { get; set; }

        public List<string?>? S { get; set; }
    }

    public void Dispose() => folder.Dispose();

    public static TheoryData<int, int, int> Sizes =>
        new() { { 1, 1000, 64 }, { 7, 10, 64 }, { 100, 100, 7 }, { 500, 150, 1 }, { 500, 1000, 100_000 }, { 3, 2, 3 } };

    [Theory, MemberData(nameof(Sizes))]
    public async Task Every_element_is_a_row_with_its_lists_number(int lists, int rowGroup, int batchSize)
    {
        var rows = Rows(lists, 3);
        var source = await SourceAsync(rows, rowGroup);
        var info = await source.OpenAsync(default);
        Assert.Equal("sequence int64, Id int64, Kind string?, X double?, S string?", info.Schema.ToString());
        Assert.Null(info.Rows);
        var (expected, empty) = Elements(rows);
        Assert.Equal(expected, await ReadAsync(source, new ReadOptions { BatchSize = batchSize }));
        var places =
            rows.SelectMany((r, i) => Enumerable.Range(0, r.X?.Count ?? 0).Select(t => $"{folder["lists.parquet"]}, row group {i / rowGroup}, row "
                + $"{i % rowGroup}, element {t}"));
        Assert.Equal(places, await PlacesAsync(source, batchSize));
        Assert.Equal(empty == 0 ? [] : [$"{empty} {(empty == 1 ? "list is" : "lists are")} empty or null: they have no rows"], source.Warnings);
        // From any batch on, and some of the columns, in any order.
        for (var first = 0; first <= expected.Count / batchSize; first += Math.Max(1, expected.Count / batchSize / 5))
            Assert.Equal(expected.Skip(first * batchSize), await ReadAsync(source, new ReadOptions { BatchSize = batchSize, FirstBatch = first }));
        Assert.Equal(expected.Select(e => e.Kind), await ColumnAsync(source, "Kind", batchSize));
        Assert.Equal(expected.Select(e => (object)e.Sequence), await ColumnAsync(source, "sequence", batchSize));
        Assert.Equal(expected.Select(e => (object?)e.S), await ColumnAsync(source, "S", batchSize));
    }

    [Fact]
    public async Task A_long_list_is_read_in_pieces()
    {
        var long1 = new Row
        {
            Id = 1,
            X = [.. Enumerable.Range(0, 200_000).Select(i => (double?)i)],
            S = [.. Enumerable.Range(0, 200_000).Select(i => $"s{i % 5}")]
        };
        var source = await SourceAsync([long1, new Row { Id = 2, X = [7], S = ["t"] }], 10);
        var (expected, _) = Elements([long1, new Row { Id = 2, X = [7], S = ["t"] }]);
        Assert.Equal(expected, await ReadAsync(source, new ReadOptions { BatchSize = 1024 }));
    }

    [Fact]
    public async Task Lists_of_different_lengths_are_named_with_their_row()
    {
        var rows = Rows(90, 5);
        for (var wrong = 0; wrong < 90; wrong += 11)
        {
            var broken = rows.ConvertAll(r => r with { });
            broken[wrong] = broken[wrong] with { S = [.. broken[wrong].S ?? [], "more", "and more"] };
            var source = await SourceAsync(broken, 40);
            var error = await source.FailsReading(new ReadOptions { BatchSize = 16 });
            Assert.Equal(
                ($"{folder["lists.parquet"]}, row group {wrong / 40}, row {wrong % 40}", "lists of different lengths in 'X' and 'S'",
                    "lists of equal length in each row", "correct the row, or read one of the columns alone (ParquetSourceOptions.Lists)"),
                (error.Place, error.Found, error.Expected, error.Remedy));
            // Alone each is right.
            Assert.Equal(broken.Sum(r => r.S?.Count ?? 0),
                (await ColumnAsync(new ParquetSource([folder["lists.parquet"]], new ParquetSourceOptions { Lists = ["S"] }), "S", 16)).Count);
        }
    }

    [Fact]
    public async Task Lists_of_an_older_writer_are_read()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "corpus", "list_columns.parquet");
        async Task<List<object?>> Values(string column) =>
            await ColumnAsync(new ParquetSource([path], new ParquetSourceOptions { Lists = [column], ListKey = "row" }), column, 2);
        // What its writer's documentation says is in it: [1, 2, 3], [null, 1], [4] and [abc, efg, hij], null, [efg, null, hij, xyz].
        Assert.Equal([1L, 2L, 3L, null, 1L, 4L], await Values("int64_list"));
        Assert.Equal(["abc", "efg", "hij", "efg", null, "hij", "xyz"], await Values("utf8_list"));
        Assert.Equal([0L, 0L, 0L, 2L, 2L, 2L, 2L],
            await ColumnAsync(new ParquetSource([path], new ParquetSourceOptions { Lists = ["utf8_list"], ListKey = "row" }), "row", 100));
        var error = await new ParquetSource([path], new ParquetSourceOptions { Lists = ["int64_list", "utf8_list"] }).FailsReading(new ReadOptions());
        Assert.EndsWith("list_columns.parquet, row group 0, row 1: found lists of different lengths in 'int64_list' and 'utf8_list', expected lists of "
            + "equal length in each row; correct the row, or read one of the columns alone (ParquetSourceOptions.Lists)", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_list_is_refused()
    {
        await SourceAsync(Rows(3, 1), 10);
        async Task<string> Refused(ParquetSourceOptions options) =>
            (await Assert.ThrowsAsync<FlowException>(
                async () => await new ParquetSource([folder["lists.parquet"]], options).OpenAsync(default))).Message.Replace(folder["lists.parquet"], "~",
                    StringComparison.Ordinal);
        Assert.Equal("~, column 'Id': found a plain column, expected a column of lists of numbers, booleans, texts or times; correct the name "
            + "(ParquetSourceOptions.Lists)", await Refused(new() { Lists = ["Id"] }));
        Assert.Equal("~, column 'no': found no such column, expected a column of lists of numbers, booleans, texts or times; correct the name "
            + "(ParquetSourceOptions.Lists)", await Refused(new() { Lists = ["no"] }));
        Assert.Equal("~, column 'Id': found a column with the name of the list key, expected another name; give the key another name "
            + "(ParquetSourceOptions.ListKey)", await Refused(new() { Lists = ["X"], ListKey = "Id" }));
        Assert.Equal("ParquetSourceOptions.Lists: found the lists X, X and the key 'sequence', expected each name once; correct the names",
            Assert.Throws<FlowException>(() => new ParquetSource(["x"], new ParquetSourceOptions { Lists = ["X", "X"] })).Message);
        var plain = (await new ParquetSource(folder["lists.parquet"]).OpenAsync(default)).Schema;
        Assert.Equal("it is a list; its elements can be read as rows (ParquetSourceOptions.Lists)", plain.Fields[plain.IndexOf("X")].Obstacle);
    }

    /// <summary>A changed bit is refused, or changes values of the one column of the one row group that it lies in: this file has no checksums.</summary>
    [Fact]
    public async Task A_damaged_file_gives_an_error_or_the_elements_that_the_damage_spared()
    {
        const int rowGroup = 30;
        await SourceAsync(Rows(60, 9), rowGroup);
        var (expected, _) = Elements(Rows(60, 9));
        var bytes = await File.ReadAllBytesAsync(folder["lists.parquet"]);
        var chunks = await ChunksAsync(folder["lists.parquet"]);
        var random = new Random(4);
        var (refused, accepted) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var damaged = bytes.ToArray();
            var at = random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            var path = folder[$"damaged-{i}.parquet"];
            await File.WriteAllBytesAsync(path, damaged);
            try
            {
                var source = new ParquetSource([path], new ParquetSourceOptions { Lists = ["X", "S"] });
                var found = await ReadAsync(source, new ReadOptions { BatchSize = 64, LargestBatchBytes = 1 << 24, DecoderBytes = 1 << 24 });
                var hit = chunks.SingleOrDefault(c => c.From <= at && at < c.To);
                Assert.Equal(expected.Select(e => Spared(e, hit)), found.Select(e => Spared(e, hit)));
                accepted++;
            }
            catch (FlowException)
            {
                // Refused, with its place.
                refused++;
            }
            File.Delete(path);
        }
        Assert.True(refused > 0 && accepted > 0, $"{refused} refused, {accepted} accepted");

        // Without the values that the damage may have changed.
        static (long, long, string?, double?, string?) Spared((long Sequence, long Id, string? Kind, double? X, string? S) e,
            (int Group, string Column, long From, long To) hit) =>
            hit.Column is not null && e.Sequence / rowGroup != hit.Group ? e : hit.Column switch
            {
                // The footer: a plain column may have got another name.
                null => (e.Sequence, 0, null, e.X, e.S),
                "Id" => (e.Sequence, 0, e.Kind, e.X, e.S),
                "Kind" => (e.Sequence, e.Id, null, e.X, e.S),
                "X" => (e.Sequence, e.Id, e.Kind, null, e.S),
                _ => (e.Sequence, e.Id, e.Kind, e.X, null),
            };
    }

    /// <summary>Where each column of each row group lies in a file, as Parquet.Net reads its footer.</summary>
    private static async Task<(int Group, string Column, long From, long To)[]> ChunksAsync(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path);
        return [.. reader.Metadata!.RowGroups.SelectMany((g, i) => g.Columns.Select(c =>
        {
            var from = Math.Min(c.MetaData!.DataPageOffset, c.MetaData.DictionaryPageOffset ?? long.MaxValue);
            return (i, c.MetaData.PathInSchema[0], from, from + c.MetaData.TotalCompressedSize);
        }))];
    }

    private static List<Row> Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var length = random.Next(4) == 0 ? 0 : random.Next(40);
            return new Row
            {
                Id = i * 10,
                Kind = random.Next(5) == 0 ? null : $"kind {random.Next(3)}",
                X = length == 0 && random.Next(2) == 0
                    ? null
                    : [.. Enumerable.Range(0, length).Select(_ => random.Next(6) == 0 ? null : (double?)random.NextDouble())],
                S = length == 0 && random.Next(2) == 0 ? null : [.. Enumerable.Range(0, length).Select(_ => random.Next(6) == 0 ? null : $"s{random.Next(4)}")],
            };
        })];
    }

    private async Task<ParquetSource> SourceAsync(List<Row> rows, int rowGroup)
    {
        var path = folder["lists.parquet"];
        await using (var stream = File.Create(path)) await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { RowGroupSize = rowGroup });
        return new ParquetSource([path], new ParquetSourceOptions { Lists = ["X", "S"] });
    }

    private static (List<(long Sequence, long Id, string? Kind, double? X, string? S)> Elements, int Empty) Elements(List<Row> rows) =>
        ([.. rows.SelectMany((r, i) => Enumerable.Range(0, r.X?.Count ?? 0).Select(t => ((long)i, r.Id, r.Kind, r.X![t], r.S![t])))],
            rows.Count(r => (r.X?.Count ?? 0) == 0));

    private static async Task<List<(long Sequence, long Id, string? Kind, double? X, string? S)>> ReadAsync(ParquetSource source, ReadOptions options)
    {
        var found = new List<(long, long, string?, double?, string?)>();
        await foreach (var batch in source.ReadAsync(options, default))
        {
            Assert.Equal((long)(options.FirstBatch * options.BatchSize) + found.Count, batch.FirstRow);
            for (var r = 0; r < batch.Rows; r++)
                found.Add(((long)batch["sequence"].GetValue(r)!, batch.Schema.IndexOf("Id") < 0 ? 0 : (long)batch["Id"].GetValue(r)!,
                    (string?)batch["Kind"].GetValue(r), (double?)batch["X"].GetValue(r), (string?)batch["S"].GetValue(r)));
        }
        return found;
    }

    private static async Task<List<string>> PlacesAsync(ParquetSource source, int batchSize)
    {
        var found = new List<string>();
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = batchSize }, default))
            found.AddRange(Enumerable.Range(0, batch.Rows).Select(batch.Locate));
        return found;
    }

    private static async Task<List<object?>> ColumnAsync(ParquetSource source, string column, int batchSize)
    {
        var found = new List<object?>();
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = batchSize, Columns = [column] }, default))
            found.AddRange(Enumerable.Range(0, batch.Rows).Select(batch.Columns[0].GetValue));
        return found;
    }
}
