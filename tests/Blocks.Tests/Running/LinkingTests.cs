using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks.Tests.Running;

public sealed class LinkingTests
{
    [Fact]
    public async Task Completion_is_propagated()
    {
        var (source, target) = (new BufferBlock<int>(), new List<int>());
        var end = new ActionBlock<int>(target.Add);
        Linking.Link(source, end);
        for (var i = 0; i < 3; i++) Assert.True(source.Post(i));
        source.Complete();
        await end.Completion;
        Assert.Equal([0, 1, 2], target);
    }

    [Fact]
    public async Task A_target_of_several_sources_completes_after_the_last()
    {
        var (first, second, target) = (new BufferBlock<int>(), new BufferBlock<int>(), new List<int>());
        var end = new ActionBlock<int>(target.Add);
        Linking.LinkAll([first, second], end);
        Assert.True(first.Post(1));
        first.Complete();
        await first.Completion;
        // Dataflow's own propagation would have closed the target here.
        Assert.True(await second.SendAsync(2));
        second.Complete();
        await end.Completion;
        Assert.Equal([1, 2], target.Order());
    }

    [Fact]
    public void A_second_link_to_a_target_is_refused()
    {
        var end = new ActionBlock<int>(_ => { });
        Linking.Link(new BufferBlock<int>(), end);
        var thrown = Assert.Throws<InvalidOperationException>(() => Linking.Link(new BufferBlock<int>(), end));
        Assert.EndsWith("found an existing link to it, expected none; pass all sources of a block to one call of LinkAll", thrown.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_stays_one_exception_over_any_number_of_links()
    {
        var boom = new FormatException("boom");
        var first = new TransformBlock<int, int>(i => i > 0 ? throw boom : i);
        ISourceBlock<int> last = first;
        for (var i = 0; i < 4; i++)
        {
            var next = new TransformBlock<int, int>(x => x);
            Linking.Link(last, next);
            last = next;
        }
        var end = new ActionBlock<int>(_ => { });
        Linking.Link(last, end);
        Assert.True(first.Post(1));
        Assert.Same(boom, await Assert.ThrowsAsync<FormatException>(() => end.Completion));
        Assert.Same(boom, Assert.Single(end.Completion.Exception!.InnerExceptions));
    }

    [Fact]
    public async Task The_target_of_a_cancelled_source_does_not_end_well()
    {
        using var cancel = new CancellationTokenSource();
        var source = new BufferBlock<int>(new DataflowBlockOptions { CancellationToken = cancel.Token });
        var end = new ActionBlock<int>(_ => { });
        Linking.Link(source, end);
        await cancel.CancelAsync();
        // Dataflow's own propagation would complete the target.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end.Completion);
    }

    [Fact]
    public void No_link_takes_a_predicate_that_could_leave_messages_behind() =>
        Assert.DoesNotContain(typeof(Linking).GetMethods().SelectMany(m => m.GetParameters()), p => p.ParameterType.IsAssignableTo(typeof(Delegate)));
}
