namespace Pipelines.Blocks.Tests.Running;

/// <summary>Nothing else runs while garbage collections are counted.</summary>
[CollectionDefinition(nameof(HostHeapTests), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>A run in a process with a large heap of its own leaves the collector alone.</summary>
[Collection(nameof(HostHeapTests))]
public sealed class HostHeapTests
{
    [Theory]
    [InlineData(false, 0), InlineData(true, 20)]
    public async Task Only_a_run_that_owns_the_process_forces_collections(bool ownsProcess, int forced)
    {
        // Three times the budget, alive all the time.
        var host = Enumerable.Range(0, 48).Select(_ => new byte[1 << 20]).ToArray();
        var options = new PipelineOptions { MemoryBudget = new MemorySize(16L << 20), BatchSize = 64, MaxDegreeOfParallelism = 1, OwnsProcess = ownsProcess };
        var source = new ArraySource(TestData.Random(200, 2));
        await RunAsync();

        // Collections that the collector starts by itself are concurrent, and are not counted here; forced ones wait until they are done.
        var before = GC.GetGCMemoryInfo(GCKind.FullBlocking).Index;
        var collections = 0;
        for (var run = 0; run < 20; run++)
        {
            await RunAsync();
            var index = GC.GetGCMemoryInfo(GCKind.FullBlocking).Index;
            if (index != before) collections++;
            before = index;
        }
        Assert.Equal(forced, collections);
        GC.KeepAlive(host);

        Task RunAsync() => Pipeline.From(source).With(options).Score(TestData.Mixture(), TestData.Two).To(new ListSink()).RunAsync();
    }
}
