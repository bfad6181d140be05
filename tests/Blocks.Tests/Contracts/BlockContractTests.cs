using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks.Tests.Contracts;

/// <summary>What every public block promises.</summary>
public sealed class BlockContractTests
{
    private static readonly double[][] data = TestData.Random((20 * BlockFixture.BatchSize) + 17, 2);

    public static IEnumerable<Type> Blocks =>
        typeof(SourceBlock).Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IDataflowBlock)));

    public static TheoryData<BlockFixture> Fixtures => [.. All];

    /// <summary>The blocks that take messages: all but sources.</summary>
    public static TheoryData<BlockFixture> Targets => [.. All.Where(IsTarget)];

    /// <summary>The blocks that take messages and work on several at a time.</summary>
    public static TheoryData<BlockFixture> ParallelTargets => [.. All.Where(f => f.IsParallel && IsTarget(f))];

    private static IEnumerable<BlockFixture> All =>
        typeof(BlockFixture).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(BlockFixture)))
            .Select(t => (BlockFixture)Activator.CreateInstance(t)!);

    [Fact]
    public void Every_public_block_has_a_fixture()
    {
        var covered = All.Select(f => f.BlockType).ToHashSet();
        Assert.DoesNotContain(Blocks, b => !covered.Contains(b));
        Assert.True(covered.Count >= 7);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task Completes_with_every_row_in_order_and_the_same_bits_at_any_parallelism(BlockFixture fixture)
    {
        foreach (var parallelism in (int[])[1, 2, 3, 8, 64])
        {
            await using var run = new RunSupervisor(Options(parallelism));
            var rig = fixture.Build(run, data, _ => { });
            await run.RunAsync();
            Assert.True(rig.Block.Completion.IsCompletedSuccessfully);
            Assert.Equal(fixture.Expected(data), rig.Output());
            Assert.Equal(Enumerable.Range(0, rig.Order().Count).Select(i => (long)i), rig.Order());
            Assert.Equal((data[0].Length, data[0].Length), (run.Accounts.RowsIn, run.Accounts.RowsOut));
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task Keeps_the_order_when_a_later_batch_is_done_first(BlockFixture fixture)
    {
        using var third = new ManualResetEventSlim();
        await using var run = new RunSupervisor(Options(4));
        var rig = fixture.Build(run, data, index =>
        {
            if (index == 3) third.Set();
            if (index == 0 && fixture.IsParallel) third.Wait();
        });
        await run.RunAsync();
        Assert.Equal(fixture.Expected(data), rig.Output());
        Assert.Equal(Enumerable.Range(0, rig.Order().Count).Select(i => (long)i), rig.Order());
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task A_fault_surfaces_once_as_it_was_thrown_with_the_blocks_name_and_nothing_is_handed_on_after_it(BlockFixture fixture)
    {
        foreach (var parallelism in (int[])[1, 8])
        {
            var boom = new FormatException("boom");
            await using var run = new RunSupervisor(Options(parallelism));
            var rig = fixture.Build(run, data, index =>
            {
                if (index == 5) throw boom;
            });
            var thrown = await Assert.ThrowsAsync<FormatException>(run.RunAsync);
            Assert.Same(boom, thrown);
            Assert.Equal(rig.Block.ToString(), RunFailure.Of(thrown)!.Block);
            Assert.Same(boom, Assert.Single(rig.Block.Completion.Exception!.InnerExceptions));
            Assert.Same(boom, run.Failure!.Exception);
            Assert.DoesNotContain(rig.Order(), index => index >= 5);
            if (rig.Sink is { } sink) Assert.Equal((false, 1), (sink.IsCompleted, sink.Disposed));
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task A_cancellation_that_nobody_asked_for_is_a_fault(BlockFixture fixture)
    {
        await using var run = new RunSupervisor(Options(2));
        var rig = fixture.Build(run, data, index =>
        {
            if (index == 5) throw new TaskCanceledException("a time-out of somebody's");
        });
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(run.RunAsync);
        Assert.Contains($"block '{rig.Block}'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("found TaskCanceledException (a time-out of somebody's), expected a result", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Order(), index => index >= 5);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task Cancels(BlockFixture fixture)
    {
        using var cancel = new CancellationTokenSource();
        await using var run = new RunSupervisor(Options(2), cancel.Token);
        var rig = fixture.Build(run, data, index =>
        {
            if (index == 5) cancel.Cancel();
        });
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(run.RunAsync);
        Assert.Equal(cancel.Token, thrown.CancellationToken);
        Assert.True(rig.Block.Completion.IsCanceled);
        Assert.Null(run.Failure);
        Assert.DoesNotContain(rig.Order(), index => index > 5);
        if (rig.Sink is { } sink) Assert.Equal((false, 1), (sink.IsCompleted, sink.Disposed));
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task A_run_that_is_cancelled_before_it_starts_ends(BlockFixture fixture)
    {
        await using var run = new RunSupervisor(Options(2), new CancellationToken(canceled: true));
        var rig = fixture.Build(run, data, _ => { });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(run.RunAsync);
        Assert.True(rig.Block.Completion.IsCanceled);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Takes_no_more_than_its_capacity(BlockFixture fixture)
    {
        using var gate = new ManualResetEventSlim();
        await using var run = new RunSupervisor(Options(2) with { BoundedCapacity = 3 });
        var post = fixture.Feed(run, data, _ => gate.Wait());
        Assert.NotNull(post);
        // Post says at once whether a block takes a message: the first batches wait at the gate, so nothing leaves.
        var taken = Enumerable.Range(0, 10).Count(post);
        gate.Set();
        Assert.Equal(3, taken);
    }

    [Theory]
    [MemberData(nameof(ParallelTargets))]
    public async Task A_slow_first_batch_does_not_let_the_later_ones_pile_up(BlockFixture fixture)
    {
        using var gate = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        await using var run = new RunSupervisor(Options(2) with { BoundedCapacity = 3 });
        var post = fixture.Feed(run, data, index =>
        {
            if (index == 1) second.Set();
            if (index == 0) gate.Wait();
        });
        Assert.NotNull(post);
        var before = Enumerable.Range(0, 3).Count(post);
        if (before == 3) second.Wait();
        // The second batch is done or nearly so, and waits for the first: its place is not free.
        var after = Enumerable.Range(3, 7).Count(post);
        gate.Set();
        Assert.Equal((3, 0), (before, after));
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public async Task A_fault_from_outside_ends_the_run_with_it(BlockFixture fixture)
    {
        var boom = new FormatException("from outside");
        await using var run = new RunSupervisor(Options(2));
        var rig = fixture.Build(run, data, _ => { });
        rig.Block.Fault(new AggregateException(new AggregateException(boom)));
        Assert.Same(boom, await Assert.ThrowsAsync<FormatException>(run.RunAsync));
    }

    private static bool IsTarget(BlockFixture fixture) =>
        fixture.BlockType.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITargetBlock<>));

    private static PipelineOptions Options(int parallelism) => new() { MaxDegreeOfParallelism = parallelism, BatchSize = BlockFixture.BatchSize };
}
