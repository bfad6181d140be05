using System.Reflection;
using System.Threading.Tasks.Dataflow;
using Pipelines.Blocks;
using Pipelines.Blocks.Tests;
using Pipelines.Blocks.Tests.Contracts;

namespace Pipelines.Campaigns.Faults;

/// <summary>Every public block, found by reflection, fails in every way at the first, a middle and the last batch.</summary>
internal sealed class BlockFaultCampaign : Campaign
{
    private const int Batches = 21;
    private static readonly double[][] data = TestData.Random((20 * BlockFixture.BatchSize) + 17, 2);

    private static readonly (string Name, Func<Exception, Exception> Thrown)[] kinds =
    [
        ("exception", boom => boom),
        ("faulted task", boom => Task.FromException(boom).Exception!),
        ("aggregate of aggregates", boom => new AggregateException(new AggregateException(boom), new FormatException("second"))),
        ("OperationCanceledException", boom => new OperationCanceledException("a time-out of somebody's", boom)),
        ("cancelled task", boom => new AggregateException(new TaskCanceledException("somebody's task", boom))),
    ];

    public override string Name => "faults-in-blocks";

    public override string Title => "Faults in every block";

    public override int Order => 30;

    public override async Task RunAsync(Trials trials)
    {
        trials.Header = ["block", "kinds of fault", "places", "degrees of parallelism", "trials", "ended with the first cause, nothing committed"];
        var fixtures = Assembly.GetExecutingAssembly().GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(BlockFixture)))
            .Select(t => (BlockFixture)Activator.CreateInstance(t)!).ToList();
        foreach (var block in typeof(SourceBlock).Assembly.GetExportedTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IDataflowBlock))))
            if (fixtures.TrueForAll(f => f.BlockType != block)) trials.Finding($"{block.Name} has no fixture");
        int[] places = trials.Pick([0, 10, Batches - 1], Enumerable.Range(0, Batches).ToArray());
        int[] parallelisms = trials.Pick([1, 8], new[] { 1, 2, 3, 8, 64 });
        foreach (var fixture in fixtures)
        {
            var (tried, right) = (0, 0);
            foreach (var (kind, thrown) in kinds)
                foreach (var at in places)
                    foreach (var parallelism in parallelisms)
                    {
                        tried++;
                        if (await TryAsync(fixture, thrown, at, parallelism) is { } wrong)
                            trials.Finding($"{fixture.BlockType.Name}, {kind} at batch {at}, {parallelism} at a time: {wrong}");
                        else right++;
                    }
            trials.Row(fixture.BlockType.Name, kinds.Length, places.Length, string.Join(", ", parallelisms), tried, right);
        }
    }

    private static async Task<string?> TryAsync(BlockFixture fixture, Func<Exception, Exception> thrown, int at, int parallelism)
    {
        var boom = new FormatException("boom");
        var fault = thrown(boom);
        var run = new RunSupervisor(new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = BlockFixture.BatchSize });
        var rig = fixture.Build(run, data, index =>
        {
            if (index == at) throw fault;
        });
        var end = await Watchdog.EndOf(run.RunAsync());
        if (end is TimeoutException) return "the run does not end";
        if (await Watchdog.EndOf(run.DisposeAsync().AsTask()) is { } disposing) return $"disposing the run: {disposing}";
        // A cancellation that nobody asked for becomes an error that says so, with the cancellation inside.
        var root = RunFailure.Unwrap(fault);
        if (root is OperationCanceledException ? end is not InvalidOperationException || end.InnerException != root : end != root)
            return $"it ends with {end?.ToString() ?? "nothing"}";
        if (run.Failure?.Exception != end || RunFailure.Of(end!)?.Block != rig.Block.ToString()) return $"the failure is told as {run.Failure}";
        if (!rig.Block.Completion.IsFaulted || rig.Block.Completion.Exception!.InnerExceptions is not [var inner] || inner != end)
            return $"the block ended as {rig.Block.Completion.Status}";
        if (rig.Order().Any(index => index >= at)) return $"batch {rig.Order().Max()} was handed on";
        if (rig.Sink is { } sink && (sink.IsCompleted || sink.Disposed != 1))
            return $"the sink is {(sink.IsCompleted ? "committed" : "not committed")} and was disposed {sink.Disposed} times";
        return null;
    }
}
