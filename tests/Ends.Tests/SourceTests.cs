using System.Data;
using System.Data.Common;
using System.Threading.Channels;
using Pipelines.Io;

namespace Pipelines.Ends.Tests;

/// <summary>Sources from what one has, and sources that do not keep their promise.</summary>
public sealed class SourceTests
{
    private static readonly BatchSchema Numbers = new([new ColumnField("x", typeof(double), false)]);

    private static readonly PipelineOptions Options = new() { BatchSize = 10, MaxDegreeOfParallelism = 1 };

    [Theory]
    [InlineData(10, 0, "wrong: found a block of rows 0 to 4, expected one that begins with row 15; hand over each row once, in order (DataBatch.FirstRow)")]
    [InlineData(10, 12, "wrong: found a block of rows 12 to 16, expected one that begins with row 15; hand over each row once, in order (DataBatch.FirstRow)")]
    [InlineData(10, 16, "wrong: found a block of rows 16 to 20, expected one that begins with row 15; leave no row out (DataBatch.FirstRow)")]
    [InlineData(3, 3, "wrong: found a block of rows 5 to 9, expected one that begins with row 0 or before it; leave no row out (DataBatch.FirstRow)")]
    public async Task Rows_that_are_left_out_or_come_twice_are_refused(int first, int second, string message)
    {
        var source = new ListedSource([Block(0, 5), Block(5, 5), Block(first, 5), Block(second, 5)], first == 3 ? 3 : 0);
        Assert.Equal(message, (await RefusedAsync(source)).Message);
    }

    [Fact]
    public async Task A_schema_that_changes_midway_is_refused()
    {
        var other = new BatchSchema([new ColumnField("x", typeof(int), false)]);
        var typed = new DataBatch(other, [new BatchColumn<int>(other.Fields[0], new[] { 1, 2 })], 2, 0, 5);
        Assert.Equal("wrong, from row 5: found column 'x' of int32, expected double as when the source was opened; keep the columns of a source as they are "
            + "while it is read", (await RefusedAsync(new ListedSource([Block(0, 5), typed]))).Message);
        var renamed = new BatchSchema([new ColumnField("y", typeof(double), false)]);
        var without = new DataBatch(renamed, [new BatchColumn<double>(renamed.Fields[0], new[] { 1.0 })], 1, 0, 5);
        Assert.Equal("no column 'x' any more", (await RefusedAsync(new ListedSource([Block(0, 5), without]))).Found);
    }

    [Theory]
    [InlineData(4, 10, "wrong: found batch 1 of the 10 rows from 4, expected batch 1 of at most 10 rows from 10, as all batches but the last hold 10; derive "
        + "the source from BatchSourceBase, which cuts blocks of any size")]
    [InlineData(11, 1, "wrong: found batch 0 of the 11 rows from 0, expected batch 0 of at most 10 rows from 0, as all batches but the last hold 10; derive "
        + "the source from BatchSourceBase, which cuts blocks of any size")]
    public async Task Uneven_batches_are_refused(int one, int two, string message)
    {
        var batches = new[] { Block(0, one), new DataBatch(Numbers, [new BatchColumn<double>(Numbers.Fields[0], new double[two])], two, 1, one) };
        Assert.Equal(message, (await RefusedAsync(new UncutSource(batches))).Message);
    }

    [Fact]
    public async Task A_database_reader_is_read_in_blocks_of_any_size()
    {
        using var table = Table();
        var expected = new MemorySink();
        await Pipeline.From(MemorySource.FromArrays(("id", new long?[] { 1, 2, null, 4, 5 }), ("name", new[] { "a", null, "c", "d", "e" }),
            ("at", new DateTime?[] { new(2026, 1, 1), null, new(2026, 1, 3), new(2026, 1, 4), new(2026, 1, 5) }))).With(Options with { BatchSize = 2 })
            .To(expected).RunAsync();
        foreach (var block in new[] { 1, 2, 3, 100 })
        {
            var found = new MemorySink();
            await Pipeline.From(BatchSource.FromDataReader("query", _ => new(table.CreateDataReader()), block)).With(Options with { BatchSize = 2 })
                .To(found).RunAsync();
            foreach (var name in new[] { "id", "name", "at" })
                for (var row = 0; row < 5; row++) Assert.Equal(expected[name].GetValue(row), found[name].GetValue(row));
        }
    }

    [Fact]
    public async Task A_query_can_be_fitted_with_the_bits_of_the_same_rows_in_memory()
    {
        using var table = new DataTable();
        table.Columns.Add("x", typeof(double));
        var values = Enumerable.Range(0, 500).Select(i => Math.Sin(i) * i).ToArray();
        foreach (var value in values) table.Rows.Add(value);
        var query = BatchSource.FromDataReader("query", _ => new ValueTask<DbDataReader>(table.CreateDataReader()), 7);
        var fits = new List<string>();
        foreach (var source in new[] { query, MemorySource.FromArrays(("x", values)) })
        {
            var fit = await Pipeline.From(source).With(Options).Features(["x"]).FitAsync(new ModelEstimator<NormalDistribution>(new NormalDistribution(0, 1)));
            fits.Add($"{fit.Model}");
        }
        Assert.Equal(fits[1], fits[0]);
    }

    [Fact]
    public async Task A_query_with_values_of_another_kind_is_refused()
    {
        using var table = new DataTable();
        table.Columns.Add("t", typeof(DateTimeOffset));
        var source = BatchSource.FromDataReader("query", _ => new(table.CreateDataReader()));
        Assert.Equal("query, column 't': found values of type datetimeoffset, expected numbers, booleans, texts, dates, times, uuids or bytes; cast the column "
            + "in the query, or leave it out", (await RefusedAsync(source)).Message);
        Assert.Equal("query: found blocks of 0 rows, expected 1 to 16777216 rows; correct blockRows",
            Assert.Throws<FlowException>(() => BatchSource.FromDataReader("query", _ => new(table.CreateDataReader()), 0)).Message);
    }

    [Fact]
    public async Task A_channel_can_be_scored_and_is_read_once()
    {
        var channel = Channel.CreateBounded<DataBatch>(1);
        var source = BatchSource.FromChannel("arrivals", Numbers, channel.Reader);
        var found = new MemorySink();
        var run = Pipeline.From(source).With(Options).Score(new NormalDistribution(0, 1), ["x"]).To(found).RunAsync();
        for (var i = 0; i < 9; i++) await channel.Writer.WriteAsync(Block(0, 5));
        channel.Writer.Complete();
        Assert.Equal((45, 45), ((await run).RowsIn, found.Rows));
        Assert.Equal("arrivals: found a channel that has been read, expected one pass over its rows; score it, or collect the rows first "
            + "(MemorySource.FromBatches)", (await RefusedAsync(source)).Message);
    }

    [Fact]
    public async Task The_failure_of_a_channels_writer_is_the_failure_of_the_run()
    {
        var channel = Channel.CreateUnbounded<DataBatch>();
        await channel.Writer.WriteAsync(Block(0, 5));
        channel.Writer.Complete(new InvalidDataException("the feed is gone"));
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => Pipeline.From(BatchSource.FromChannel("arrivals", Numbers, channel.Reader)).With(Options).To(new MemorySink()).RunAsync());
        Assert.Contains("the feed is gone", $"{error.Message}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_of_a_sequence_starts_in_the_middle()
    {
        var source = BatchSource.FromAsyncEnumerable("sequence", Numbers, _ => new[] { Block(0, 7), Block(0, 8), Block(0, 9) }.ToAsyncEnumerable(), 24);
        var rows = new List<(long, long, int)>();
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 10, FirstBatch = 1 }, default))
            rows.Add((batch.Index, batch.FirstRow, batch.Rows));
        Assert.Equal([(1, 10, 10), (2, 20, 4)], rows);
    }

    private static DataTable Table()
    {
        var table = new DataTable();
        table.Columns.Add("id", typeof(long));
        table.Columns.Add("name", typeof(string));
        table.Columns.Add("at", typeof(DateTime));
        for (var i = 1; i <= 5; i++)
            table.Rows.Add(i == 3 ? DBNull.Value : (long)i, i == 2 ? DBNull.Value : $"{(char)('a' + i - 1)}", i == 2 ? DBNull.Value : new DateTime(2026, 1, i));
        return table;
    }

    private static DataBatch Block(long first, int rows) =>
        new(Numbers, [new BatchColumn<double>(Numbers.Fields[0], Enumerable.Range(0, rows).Select(i => (double)(first + i)).ToArray())], rows, 0, first);

    private static Task<FlowException> RefusedAsync(IBatchSource source) =>
        Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source).With(Options).To(new MemorySink()).RunAsync());

    private sealed class ListedSource(DataBatch[] blocks, int from = 0) : BatchSourceBase("wrong")
    {
        public override ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => new(new SourceInfo(Numbers, null));

        protected override IAsyncEnumerable<DataBatch> ReadBlocksAsync(IReadOnlyList<string> columns, long firstRow, CancellationToken cancellationToken) =>
            blocks.Where(b => b.FirstRow >= from).ToAsyncEnumerable();
    }

    private sealed class UncutSource(DataBatch[] batches) : IBatchSource
    {
        public string Name => "wrong";

        public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => new(new SourceInfo(Numbers, null));

        public IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, CancellationToken cancellationToken) => batches.ToAsyncEnumerable();
    }
}
