using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks.Tests.Running;

/// <summary>The run as a whole, with blocks of the user's in it.</summary>
public sealed class RunSupervisorTests
{
    private static readonly double[][] data = TestData.Random(1000, 2);
    private static readonly PipelineOptions options = new() { MaxDegreeOfParallelism = 2, BatchSize = 10 };

    [Fact]
    public async Task Blocks_of_the_users_work_in_between()
    {
        await using var run = new RunSupervisor(options);
        var (source, sink) = (new SourceBlock(new ArraySource(data), run), new ListSink());
        var mine = run.Watch("mine", new TransformBlock<DataBatch, DataBatch>(b => b.With(b.Schema, b.Columns), new() { BoundedCapacity = 2 }));
        Linking.Link(source, mine);
        Linking.Link(mine, new SinkBlock(sink, run));
        await run.RunAsync();
        Assert.Equal(data, sink.Columns);
        Assert.True(sink.IsCompleted);
    }

    [Fact]
    public async Task Plain_links_with_propagated_completion_work_too()
    {
        await using var run = new RunSupervisor(options);
        var (source, sink) = (new SourceBlock(new ArraySource(data), run), new ListSink());
        var (mine, end) = (new TransformRowsBlock(b => b, run), new SinkBlock(sink, run));
        source.LinkTo(mine, new DataflowLinkOptions { PropagateCompletion = true });
        mine.LinkTo(end, new DataflowLinkOptions { PropagateCompletion = true });
        await run.RunAsync();
        Assert.Equal(data, sink.Columns);
    }

    [Fact]
    public async Task A_fault_of_a_users_block_stops_the_run_although_its_source_waits_to_send()
    {
        var boom = new FormatException("boom");
        await using var run = new RunSupervisor(options with { BoundedCapacity = 2 });
        var (source, sink) = (new SourceBlock(new ArraySource(data), run), new ListSink());
        var mine = run.Watch("mine", new TransformBlock<DataBatch, DataBatch>(b => b.Index == 3 ? throw boom : b, new() { BoundedCapacity = 1 }));
        Linking.Link(source, mine);
        Linking.Link(mine, new SinkBlock(sink, run));
        Assert.Same(boom, await Assert.ThrowsAsync<FormatException>(run.RunAsync));
        Assert.Equal("mine", RunFailure.Of(boom)!.Block);
        Assert.Equal((false, 1), (sink.IsCompleted, sink.Disposed));
    }

    [Fact]
    public async Task A_message_that_a_users_block_loses_is_missed_at_once()
    {
        await using var run = new RunSupervisor(options);
        var (source, sink) = (new SourceBlock(new ArraySource(data), run), new ListSink());
        // Dataflow drops a message whose delegate throws this, and the block ends as if all were well.
        var mine = run.Watch("mine", new TransformBlock<DataBatch, DataBatch>(b => b.Index == 3 ? throw new OperationCanceledException() : b));
        Linking.Link(source, mine);
        Linking.Link(mine, new SinkBlock(sink, run));
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(run.RunAsync);
        Assert.Equal("block 'sink': found batch 4, expected batch 3; a block in between lost it or changed the order", thrown.Message);
        Assert.False(sink.IsCompleted);
    }

    [Fact]
    public async Task Losing_the_last_message_is_missed_before_the_commit()
    {
        await using var run = new RunSupervisor(options);
        var (source, sink) = (new SourceBlock(new ArraySource(data), run), new ListSink());
        var mine = run.Watch("mine", new TransformBlock<DataBatch, DataBatch>(b => b.Index == 99 ? throw new OperationCanceledException() : b));
        Linking.Link(source, mine);
        Linking.Link(mine, new SinkBlock(sink, run));
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(run.RunAsync);
        Assert.Contains("found 990 rows at the end, expected the 1000 that were read", thrown.Message, StringComparison.Ordinal);
        Assert.False(sink.IsCompleted);
    }

    [Fact]
    public async Task The_first_of_many_faults_is_the_one_that_surfaces()
    {
        using var first = new ManualResetEventSlim();
        var boom = new FormatException("first");
        await using var run = new RunSupervisor(options with { MaxDegreeOfParallelism = 2, BoundedCapacity = 8 });
        var sink = new ListSink();
        var transform = new TransformRowsBlock(
            batch =>
            {
                if (batch.Index == 1)
                {
                    run.Token.WaitHandle.WaitOne();
                    throw new FormatException("second");
                }
                throw boom;
            },
            run);
        Linking.Link(new SourceBlock(new ArraySource(data), run), transform);
        Linking.Link(transform, new SinkBlock(sink, run));
        Assert.Same(boom, await Assert.ThrowsAsync<FormatException>(run.RunAsync));
        Assert.Empty(sink.Indexes);
    }

    /// <summary>Batch 7 fails first; batch 4 fails only when it has. The run names batch 4, as a run of one thread does.</summary>
    [Fact]
    public async Task Of_several_batches_that_fail_the_first_in_row_order_is_named()
    {
        using var seventh = new ManualResetEventSlim();
        await using var run = new RunSupervisor(options with { MaxDegreeOfParallelism = 4, BoundedCapacity = 8 });
        var sink = new ListSink();
        var transform = new TransformRowsBlock(
            batch =>
            {
                if (batch.Index is >= 4 and < 7) seventh.Wait();
                if (batch.Index == 7) seventh.Set();
                return batch.Index is 4 or 6 or 7 ? throw new FormatException($"batch {batch.Index}") : batch;
            },
            run);
        Linking.Link(new SourceBlock(new ArraySource(data), run), transform);
        Linking.Link(transform, new SinkBlock(sink, run));
        Assert.Equal("batch 4", (await Assert.ThrowsAsync<FormatException>(run.RunAsync)).Message);
        Assert.DoesNotContain(sink.Indexes, i => i >= 4);
    }

    /// <summary>The source's own fault lies behind the batches that it has handed on: one of those is named if it fails too.</summary>
    [Fact]
    public async Task A_fault_in_a_batch_comes_before_one_in_reading_further()
    {
        using var failed = new ManualResetEventSlim();
        await using var run = new RunSupervisor(options);
        var source = new ArraySource(data)
        {
            Before = index =>
            {
                if (index != 3) return;
                failed.Set();
                throw new FormatException("reading");
            },
        };
        var transform = new TransformRowsBlock(
            batch =>
            {
                if (batch.Index == 2) failed.Wait();
                return batch.Index == 2 ? throw new FormatException("batch 2") : batch;
            },
            run);
        Linking.Link(new SourceBlock(source, run), transform);
        Linking.Link(transform, new SinkBlock(new ListSink(), run));
        Assert.Equal("batch 2", (await Assert.ThrowsAsync<FormatException>(run.RunAsync)).Message);
    }

    [Fact]
    public async Task The_place_of_a_fault_names_file_row_group_and_row()
    {
        await using var run = new RunSupervisor(options);
        var transform = new TransformRowsBlock(b => b.Index == 12 ? throw new FormatException("boom") : b, run, "mine");
        Linking.Link(new SourceBlock(new ArraySource(data, "flights.parquet", rowGroup: 50), run), transform);
        Linking.Link(transform, new SinkBlock(new ListSink(), run));
        var thrown = await Assert.ThrowsAsync<FormatException>(run.RunAsync);
        Assert.Equal("block 'mine', batch 12 (from flights.parquet, row group 2, row 20): boom", RunFailure.Of(thrown)!.ToString());
    }

    /// <summary>The sink writes its k-th batch only when the source has made as many more as the run may hold; one more would be one too many.</summary>
    [Fact]
    public async Task A_slow_sink_holds_the_source_back()
    {
        var limit = MemoryPlan.For(options, new BatchSchema([]), null).Credits;
        var (made, written, most) = (0L, 0L, 0L);
        var total = 100;
        var reached = new SemaphoreSlim(0);
        await using var run = new RunSupervisor(options);
        var source = new SourceBlock(
            new ArraySource(data)
            {
                Before = _ =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref made) - Interlocked.Read(ref written));
                    reached.Release();
                },
            },
            run);
        var sink = new ListSink
        {
            Before = async batch =>
            {
                if (batch.Index == 0)
                    for (var i = 0; i < limit; i++) await reached.WaitAsync();
                else if (batch.Index + limit <= total) await reached.WaitAsync();
                Assert.True(Interlocked.Read(ref made) <= batch.Index + limit);
                Interlocked.Increment(ref written);
            },
        };
        var transform = new TransformRowsBlock(b => b, run);
        var buffer = run.Watch("buffer without bound", new BufferBlock<DataBatch>());
        Linking.Link(source, buffer);
        Linking.Link(buffer, transform);
        Linking.Link(transform, new SinkBlock(sink, run));
        await run.RunAsync();
        Assert.Equal(limit, most);
        Assert.Equal(0, source.Credits!.InUse);
    }

    [Fact]
    public void Buffers_that_a_fault_leaves_in_queues_are_not_kept_alive()
    {
        var seen = Enumerable.Range(0, 20).SelectMany(_ => Fail()).ToList();
        GC.Collect();
        Assert.True(seen.Count >= 20);
        // Idle threads may still hold the run they worked on last, but queues that leak would hold all of them.
        Assert.InRange(seen.Count(buffer => buffer.IsAlive), 0, seen.Count / 2);

        // A method of its own, so that nothing of the run is on this one's stack.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference[] Fail()
        {
            var seen = new ConcurrentBag<WeakReference>();
            var summarizer = new SumSummarizer(2, row => _ = row == 50 ? throw new FormatException() : row);
            var run = new RunSupervisor(options);
            var features = new FeatureExtractionBlock(TestData.Two, run, null, (_, buffer) => seen.Add(new WeakReference(buffer)), "features");
            var summarize = new SummarizeBlock(summarizer, run);
            Linking.Link(new SourceBlock(new ArraySource(data), run), features);
            Linking.Link(features, summarize);
            Linking.Link(summarize, new FoldBlock(summarizer, run));
            Assert.Throws<FormatException>(() => run.RunAsync().GetAwaiter().GetResult());
            run.DisposeAsync().AsTask().Wait();
            return [.. seen];
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_whose_read_does_not_return_is_waited_for_as_long_as_patience_says(bool isCancelled)
    {
        using var cancel = new CancellationTokenSource();
        var time = new ManualTime();
        var source = new StalledSource(data, stallAt: 3);
        var run = new RunSupervisor(options with { TimeProvider = time, Patience = TimeSpan.FromSeconds(7) }, cancel.Token);
        var boom = new FormatException("boom");
        var sink = new ListSink { Before = batch => batch.Index == 2 && !isCancelled ? throw boom : Task.CompletedTask };
        Linking.Link(new SourceBlock(source, run), new SinkBlock(sink, run));
        var ended = run.RunAsync();
        await source.Stalled;
        if (isCancelled) await cancel.CancelAsync();
        await time.TimerMade;
        Assert.False(ended.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(ended.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        if (isCancelled) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);
        else Assert.Same(boom, await Assert.ThrowsAsync<FormatException>(() => ended));
        Assert.Equal((false, 1), (sink.IsCompleted, sink.Disposed));
        await run.DisposeAsync();
        // The read returns at last: nothing comes of it, and the source is closed.
        source.Resume();
        await source.Closed;
        Assert.False(sink.IsCompleted);
        Assert.DoesNotContain(sink.Indexes, index => index >= 3);
    }

    [Fact]
    public async Task A_fold_refuses_a_gap()
    {
        await using var run = new RunSupervisor(options);
        var summarizer = new SumSummarizer(1);
        var fold = new FoldBlock(summarizer, run);
        Assert.True(fold.Post(new BatchStatistics(0, 10, summarizer.CreateStatistics())));
        Assert.True(fold.Post(new BatchStatistics(2, 10, summarizer.CreateStatistics())));
        fold.Complete();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => fold.Result);
        Assert.Equal("block 'fold': found batch 2, expected batch 1; a block in between lost it or changed the order", thrown.Message);
    }

    [Fact]
    public void The_budget_sets_what_a_run_may_hold()
    {
        var schema = new BatchSchema([.. Enumerable.Range(0, 10).Select(i => new ColumnField($"x{i}", typeof(double), false))]);
        var plan = MemoryPlan.For(new PipelineOptions { MaxDegreeOfParallelism = 8, MemoryBudget = "256MB" }, schema, null);
        Assert.Equal(
            (18, 64_000_000, 128_000_000, 32_000_000, 32_000_000, 96_000_000, 256_000_000),
            (plan.Credits, plan.FlightBytes, plan.BatchBytes, plan.ReadAheadBytes, plan.DecoderBytes, plan.CacheBytes, plan.HeapBytes));
        // Features of ten columns beside them.
        Assert.Equal(14, MemoryPlan.For(new PipelineOptions { MaxDegreeOfParallelism = 8, MemoryBudget = "256MB" }, schema, null, extraRowBytes: 80).Credits);
        // 16 MiB hold one batch of 16,384 rows of 186 bytes in a quarter: two are the least.
        Assert.Equal(2, MemoryPlan.For(new PipelineOptions { MaxDegreeOfParallelism = 8, MemoryBudget = "16MiB" }, schema, null).Credits);
    }

    [Fact]
    public void Options_are_checked_together_before_anything_is_read()
    {
        var thrown =
            Assert.Throws<ModelException>(() => new RunSupervisor(new PipelineOptions
            {
                MaxDegreeOfParallelism = 8,
                BoundedCapacity = 4,
                BatchSize = 0,
                MemoryBudget = "1KB",
                SpillFolder = "no such folder"
            }));
        Assert.Equal(
            "options: found PipelineOptions.BoundedCapacity is 4, expected null (derived) or 8 (the degree of parallelism) … 65536; PipelineOptions.BatchSize "
                + "is 0, expected 1 … 16777216 rows; "
            + "and 2 more, expected values in range; correct the options and run again",
            thrown.Message);
        Assert.Equal(ErrorKind.Usage, thrown.Kind);
    }
}
