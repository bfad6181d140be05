namespace Pipelines.Io.Tests;

/// <summary>What every source promises.</summary>
public class SourceContract
{
    private static readonly ISourceFixture[] Fixtures = [.. typeof(SourceContract).Assembly.GetTypes()
        .Where(t => t.IsClass && typeof(ISourceFixture).IsAssignableFrom(t)).SelectMany(t => ((ISourceFixture)Activator.CreateInstance(t)!).Variants)];

    public static TheoryData<string> Sources => [.. Fixtures.Select(f => f.Name)];

    private static ISourceFixture Fixture(string source) => Fixtures.Single(f => f.Name == source);

    [Fact]
    public void Every_source_has_a_fixture()
    {
        var sources = typeof(IBatchSource).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IBatchSource).IsAssignableFrom(t));
        Assert.Equal(sources.OrderBy(t => t.Name), Fixtures.Select(f => f.Source).Distinct().OrderBy(t => t.Name));
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Gives_the_same_rows_for_every_batch_size_and_parallelism(string source)
    {
        using var folder = new TempFolder();
        var table = new TestTable(500).Without(Fixture(source).Drops);
        var made = await Fixture(source).Make(table, folder);
        foreach (var size in (int[])[1, 7, 166, 167, 500, 10_000])
            foreach (var parallelism in (int[])[1, 2, 8, -1])
                await table.ExpectFrom(made, new ReadOptions { BatchSize = size, MaxDegreeOfParallelism = parallelism, ReuseMemory = parallelism != 2 });
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Begins_with_any_batch_as_if_those_before_had_been_read(string source)
    {
        using var folder = new TempFolder();
        var table = new TestTable(500).Without(Fixture(source).Drops);
        var made = await Fixture(source).Make(table, folder);
        foreach (var size in (int[])[7, 100, 166, 167, 500])
            foreach (var first in (long[])[0, 1, 2, 3, (500 / size) - 1, 500 / size, (500 / size) + 1, long.MaxValue])
                foreach (var ahead in (long[])[0, 10_000, 1 << 20])
                    await table.ExpectFrom(made, new ReadOptions
                    {
                        BatchSize = size,
                        FirstBatch = first,
                        ReadAheadBytes = ahead,
                        MaxDegreeOfParallelism = 2,
                        ReuseMemory = ahead > 0
                    });
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task A_batch_that_is_not_released_keeps_its_values_though_memory_is_reused(string source)
    {
        using var folder = new TempFolder();
        var table = new TestTable(500).Without(Fixture(source).Drops);
        var kept = new List<DataBatch>();
        await foreach (var batch in (await Fixture(source).Make(table, folder)).ReadAsync(new ReadOptions { BatchSize = 30, ReuseMemory = true }, default))
        {
            if (batch.Index % 3 == 0) kept.Add(batch);
            else batch.Release();
        }
        foreach (var batch in kept)
            for (var c = 0; c < table.Columns.Count; c++)
                for (var i = 0; i < batch.Rows; i++)
                    TestTable.AssertSame(table.Columns[c].Values.GetValue(batch.FirstRow + i), batch.Columns[c].GetValue(i), table.Columns[c].Name);
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Says_what_it_holds(string source)
    {
        using var folder = new TempFolder();
        var table = new TestTable(100).Without(Fixture(source).Drops);
        var info = await (await Fixture(source).Make(table, folder)).OpenAsync(default);
        Assert.Equal(Fixture(source).KnowsRows ? 100 : null, info.Rows);
        Assert.Equal(table.Columns.Select(c => c.Name), info.Schema.Fields.Select(f => f.Name));
        Assert.Equal(table.Columns.Select(c => c.Values.GetType().GetElementType()!).Select(t => Nullable.GetUnderlyingType(t) ?? t),
            info.Schema.Fields.Select(f => f.ValueType));
        Assert.All(info.Schema.Fields.Where(f => f.Name.EndsWith('?')), f => Assert.True(f.IsNullable));
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Gives_the_columns_asked_for_in_that_order(string source)
    {
        using var folder = new TempFolder();
        var table = new TestTable(100);
        await table.ExpectFrom(await Fixture(source).Make(table.Without(Fixture(source).Drops), folder),
            new ReadOptions { BatchSize = 33, Columns = ["string", "double?", "int"] });
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Refuses_wrong_options_and_columns(string source)
    {
        using var folder = new TempFolder();
        var made = await Fixture(source).Make(new TestTable(10).Without(Fixture(source).Drops), folder);
        var wrong = await made.FailsReading(new ReadOptions { BatchSize = 0, MaxDegreeOfParallelism = -2, ReadAheadBytes = -1 });
        Assert.Equal(ErrorKind.Usage, wrong.Kind);
        Assert.Equal("BatchSize 0 (1 to 16777216), MaxDegreeOfParallelism -2 (-1 or at least 1), ReadAheadBytes -1 (at least 0)", wrong.Found);
        var absent = await made.FailsReading(new ReadOptions { Columns = ["dubble"] });
        Assert.Equal(ErrorKind.Data, absent.Kind);
        Assert.Equal("no column 'dubble'", absent.Found);
        Assert.Equal("the name of one of its columns", absent.Expected);
        Assert.Equal("the column 'int' asked for twice", (await made.FailsReading(new ReadOptions { Columns = ["int", "int"] })).Found);
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Stops_when_cancelled(string source)
    {
        using var folder = new TempFolder();
        var made = await Fixture(source).Make(new TestTable(100).Without(Fixture(source).Drops), folder);
        using var stop = new CancellationTokenSource();
        await using var batches = made.ReadAsync(new ReadOptions { BatchSize = 10 }, stop.Token).GetAsyncEnumerator();
        Assert.True(await batches.MoveNextAsync());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await batches.MoveNextAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in made.ReadAsync(new ReadOptions(), new CancellationToken(true))) Assert.Fail("a batch after the cancellation");
        });
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Takes_a_credit_before_each_batch_and_waits_for_it(string source)
    {
        using var folder = new TempFolder();
        var made = await Fixture(source).Make(new TestTable(100).Without(Fixture(source).Drops), folder);
        var credits = new ManualCredits();
        using var stop = new CancellationTokenSource();
        await using var batches = made.ReadAsync(new ReadOptions { BatchSize = 30, Credits = credits, MaxDegreeOfParallelism = 2 }, stop.Token)
            .GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            var next = batches.MoveNextAsync().AsTask();
            var request = await credits.Requested(next);
            Assert.False(next.IsCompleted);
            request.SetResult(credits);
            Assert.True(await next);
            Assert.Equal(i, credits.Released);
            batches.Current.Release();
            batches.Current.Release();
        }
        // Cancelling ends the wait for a credit.
        var last = batches.MoveNextAsync().AsTask();
        await credits.Requested(last);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => last);
        Assert.Equal(3, credits.Released);
    }

    [Theory, MemberData(nameof(Sources))]
    public async Task Lets_go_of_everything_when_the_reader_stops_early(string source)
    {
        using var folder = new TempFolder();
        var made = await Fixture(source).Make(new TestTable(300).Without(Fixture(source).Drops), folder);
        await foreach (var _ in made.ReadAsync(new ReadOptions { BatchSize = 10, MaxDegreeOfParallelism = 4 }, default)) break;
        if (OperatingSystem.IsLinux()) Assert.DoesNotContain(OpenFiles(), f => f.StartsWith(folder.Path, StringComparison.Ordinal));
    }

    /// <summary>The files that this process holds open.</summary>
    internal static IEnumerable<string> OpenFiles() => Directory.GetFiles("/proc/self/fd").Select(Target);

    private static string Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, false)?.FullName ?? "";
        }
        catch (IOException)
        {
            // Closed by another test meanwhile.
            return "";
        }
    }

    /// <summary>Credits that the test grants one by one.</summary>
    private sealed class ManualCredits : IBatchCredits, IBatchCredit
    {
        private readonly SemaphoreSlim arrived = new(0);
        private readonly Queue<TaskCompletionSource<IBatchCredit?>> requests = new();

        public int Released { get; private set; }

        /// <summary>The next request for a credit; fails with <paramref name="reader"/> if that ends before.</summary>
        public async Task<TaskCompletionSource<IBatchCredit?>> Requested(Task<bool> reader)
        {
            var arrival = arrived.WaitAsync();
            if (await Task.WhenAny(arrival, reader) == reader) Assert.Fail($"no credit was asked for; reading ended with {await reader}");
            lock (requests) return requests.Dequeue();
        }

        public void Release() => Released++;

        public ValueTask<IBatchCredit?> TakeAsync(CancellationToken cancellationToken)
        {
            var request = new TaskCompletionSource<IBatchCredit?>(TaskCreationOptions.RunContinuationsAsynchronously);
            cancellationToken.Register(() => request.TrySetCanceled(cancellationToken));
            lock (requests) requests.Enqueue(request);
            arrived.Release();
            return new(request.Task);
        }
    }
}
