namespace Pipelines.Io.Tests;

public class CreditTests
{
    [Fact]
    public async Task Who_waits_is_served_in_order_and_each_credit_counts_once()
    {
        var credits = new BatchCredits(2);
        var first = await credits.TakeAsync(default);
        var second = await credits.TakeAsync(default);
        var waiting = Enumerable.Range(0, 3).Select(_ => credits.TakeAsync(default).AsTask()).ToArray();
        Assert.Equal((2, 3), (credits.InUse, credits.Waiting));
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        first!.Release();
        first.Release();
        first.Release();
        var third = await waiting[0];
        Assert.False(waiting[1].IsCompleted);
        second!.Release();
        third!.Release();
        (await waiting[1])!.Release();
        (await waiting[2])!.Release();
        Assert.Equal((0, 0, 2), (credits.InUse, credits.Waiting, credits.HighestInUse));
    }

    [Fact]
    public async Task A_cancelled_wait_takes_no_credit()
    {
        var credits = new BatchCredits(1);
        var held = await credits.TakeAsync(default);
        using var stop = new CancellationTokenSource();
        var cancelled = credits.TakeAsync(stop.Token).AsTask();
        var patient = credits.TakeAsync(default).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        held!.Release();
        (await patient)!.Release();
        Assert.Equal(0, credits.InUse);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await credits.TakeAsync(stop.Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchCredits(0));
    }

    [Fact]
    public async Task Many_takers_at_once_never_exceed_the_number()
    {
        var credits = new BatchCredits(3);
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var credit = await credits.TakeAsync(default);
            await Task.Yield();
            credit!.Release();
        });
        Assert.Equal((0, 0), (credits.InUse, credits.Waiting));
        Assert.InRange(credits.HighestInUse, 1, 3);
    }

    [Fact]
    public async Task Bytes_are_taken_by_weight_and_one_batch_is_always_admitted()
    {
        var credits = new ByteCredits(100);
        var large = await credits.TakeAsync(1000, default);
        var next = credits.TakeAsync(60, default).AsTask();
        Assert.False(next.IsCompleted);
        large.Release();
        large.Release();
        var first = await next;
        var second = await credits.TakeAsync(40, default);
        using var stop = new CancellationTokenSource();
        var third = credits.TakeAsync(1, stop.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await credits.TakeAsync(1, default));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.Equal((100, 1000), (credits.InUse, credits.HighestInUse));
        var fourth = credits.TakeAsync(50, default).AsTask();
        second.Release();
        Assert.False(fourth.IsCompleted);
        first.Release();
        (await fourth).Release();
        Assert.Equal(0, credits.InUse);
    }

    [Fact]
    public void A_batch_weighs_what_its_values_take()
    {
        var batch = new DataBatch(
            new BatchSchema([new("d", typeof(double), true), new("s", typeof(string), true), new("b", typeof(byte[]), false), new("k", typeof(string), false)]),
            [
                new BatchColumn<double>(new("d", typeof(double), true), new double[3], [true, false, true]),
                new BatchColumn<string>(new("s", typeof(string), true), new[] { "four", null!, "" }),
                new BatchColumn<byte[]>(new("b", typeof(byte[]), false), new[] { new byte[10], [], [] }),
                new BatchColumn<string>(new("k", typeof(string), false), new ColumnDictionary<string>(["a", "b"]), new int[3]),
            ],
            3, 0, 0);
        // 3 x 8 + 3 flags; references and objects of 22 bytes and two a character; references and arrays of 24 bytes; indexes of 4 bytes.
        Assert.Equal(27 + (3 * 8) + (22 + 8) + 22 + (3 * 8) + (3 * 24) + 10 + 12, batch.MemoryBytes);
    }

    [Theory]
    [InlineData("0", 0), InlineData("123456", 123456), InlineData("256MB", 256_000_000), InlineData("2GB", 2_000_000_000), InlineData("512KiB", 524_288)]
    [InlineData("1.5 GiB", 1_610_612_736), InlineData("3tb", 3_000_000_000_000), InlineData("10 B", 10), InlineData("7M", 7_000_000),
        InlineData("1mib", 1_048_576)]
    public void Sizes_are_read(string text, long bytes)
    {
        Assert.Equal(bytes, MemorySize.Parse(text).Bytes);
        MemorySize size = text;
        Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData(""), InlineData("MB"), InlineData("-1MB"), InlineData("1XB"), InlineData("1e3"), InlineData("99999999TB"), InlineData("1,5GB")]
    public void Other_texts_are_refused(string text)
    {
        var error = Assert.Throws<FlowException>(() => MemorySize.Parse(text));
        Assert.Equal($"memory size: found '{text}', expected a number with KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 256MB; correct the size",
            error.Message);
    }

    [Theory]
    [InlineData(0, "0B"), InlineData(999, "999B"), InlineData(256_000_000, "256MB"), InlineData(1_500_000_000, "1.5GB"), InlineData(999_999, "1000KB")]
    public void Sizes_are_shown(long bytes, string text) => Assert.Equal(text, new MemorySize(bytes).ToString());

    [Fact]
    public void The_default_limit_is_a_quarter() => Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, MemoryLimit.Default().Bytes);
}
