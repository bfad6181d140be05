namespace Pipelines.Io.Tests;

/// <summary>What every sink promises.</summary>
public class SinkContract
{
    private static readonly ISinkFixture[] Fixtures = [.. typeof(SinkContract).Assembly.GetTypes()
        .Where(t => t.IsClass && typeof(ISinkFixture).IsAssignableFrom(t)).Select(t => (ISinkFixture)Activator.CreateInstance(t)!)];

    public static TheoryData<string> Sinks => [.. Fixtures.Select(f => f.Sink.Name)];

    private static ISinkFixture Fixture(string sink) => Fixtures.Single(f => f.Sink.Name == sink);

    [Fact]
    public void Every_sink_has_a_fixture()
    {
        var sinks = typeof(IBatchSink).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IBatchSink).IsAssignableFrom(t));
        Assert.Equal(sinks.OrderBy(t => t.Name), Fixtures.Select(f => f.Sink).OrderBy(t => t.Name));
    }

    [Theory, MemberData(nameof(Sinks))]
    public async Task Keeps_every_value_of_every_type_whatever_the_batches(string sink)
    {
        var table = new TestTable(300).Without(Fixture(sink).Drops);
        foreach (var size in (int[])[1, 64, 300])
        {
            using var folder = new TempFolder();
            var made = Fixture(sink).Make(folder);
            await table.ToSource().CopyTo(made, size);
            await table.ExpectFrom(Fixture(sink).Read(made, folder), new ReadOptions { BatchSize = 111 });
        }
    }

    [Theory, MemberData(nameof(Sinks))]
    public async Task Keeps_no_rows_too(string sink)
    {
        using var folder = new TempFolder();
        var table = new TestTable(0).Without(Fixture(sink).Drops);
        var made = Fixture(sink).Make(folder);
        await table.ToSource().CopyTo(made);
        await table.ExpectFrom(Fixture(sink).Read(made, folder), new ReadOptions());
    }

    [Theory, MemberData(nameof(Sinks))]
    public async Task Leaves_nothing_when_it_is_not_completed(string sink)
    {
        using var folder = new TempFolder();
        var source = new TestTable(300).Without(Fixture(sink).Drops).ToSource();
        var made = Fixture(sink).Make(folder);
        await made.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 100 }, default)) await made.WriteAsync(batch, default);
        await made.DisposeAsync();
        Assert.Empty(folder.Entries);
        Assert.ThrowsAny<Exception>(() => Fixture(sink).Read(made, folder).OpenAsync(default).AsTask().GetAwaiter().GetResult());
    }

    [Theory, MemberData(nameof(Sinks))]
    public async Task Shows_nothing_before_it_is_completed(string sink)
    {
        using var folder = new TempFolder();
        var source = new TestTable(300).Without(Fixture(sink).Drops).ToSource();
        await using var made = Fixture(sink).Make(folder);
        await made.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 100 }, default)) await made.WriteAsync(batch, default);
        Assert.DoesNotContain(folder.Entries, e => e.EndsWith(".parquet", StringComparison.Ordinal));
        Assert.ThrowsAny<Exception>(() => Fixture(sink).Read(made, folder).OpenAsync(default).AsTask().GetAwaiter().GetResult());
        await made.CompleteAsync(default);
        Assert.Equal(300, (await Fixture(sink).Read(made, folder).OpenAsync(default)).Rows);
    }

    [Theory, MemberData(nameof(Sinks))]
    public async Task Refuses_batches_of_another_schema(string sink)
    {
        using var folder = new TempFolder();
        await using var made = Fixture(sink).Make(folder);
        await made.OpenAsync(new BatchSchema([new ColumnField("a", typeof(int), false)]), default);
        var other = new BatchSchema([new ColumnField("a", typeof(long), false)]);
        var error = await Assert.ThrowsAsync<FlowException>(
            async () => await made.WriteAsync(new DataBatch(other, [new BatchColumn<long>(other.Fields[0], new long[3])], 3, 0, 0), default));
        Assert.Equal("the columns a int64", error.Found);
        Assert.Equal("the columns a int32", error.Expected);
    }

    [Theory, MemberData(nameof(Sinks))]
    public async Task Stops_when_cancelled(string sink)
    {
        using var folder = new TempFolder();
        await using var made = Fixture(sink).Make(folder);
        var schema = new BatchSchema([new ColumnField("a", typeof(int), false)]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await made.OpenAsync(schema, new CancellationToken(true)));
        await made.OpenAsync(schema, default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await made.WriteAsync(new DataBatch(schema, [new BatchColumn<int>(schema.Fields[0], new int[3])], 3, 0, 0),
                new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await made.CompleteAsync(new CancellationToken(true)));
    }
}
