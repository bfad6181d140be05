using Pipelines.Blocks;
using Pipelines.Blocks.Tests;

namespace Pipelines.Campaigns.Faults;

/// <summary>
/// A sink that takes a batch only when it is told to, and a source that stalls: what is under way stays bounded, and a fault ends the run all the same.
/// </summary>
internal sealed class SlowEndCampaign : Campaign
{
    private const int Batches = 400;
    private static readonly double[][] data = TestData.Random(64 * Batches, 2);

    public override string Name => "slow-ends";

    public override string Title => "A sink that hardly moves, a source that stalls";

    public override int Order => 32;

    public override async Task RunAsync(Trials trials)
    {
        trials.Header = ["what", "degree of parallelism", "batches written before the fault", "most batches under way", "allowed", "ended"];
        foreach (var parallelism in trials.Pick([1, 8], new[] { 1, 2, 3, 8, 64 }))
        {
            foreach (var written in trials.Pick([0, 7], new[] { 0, 1, 7, 20, 38 }))
                foreach (var faulty in new[] { "transform", "sink", "cancelled" }) await SlowSinkAsync(trials, parallelism, written, faulty);
            foreach (var blocksThread in new[] { false, true })
                foreach (var faulty in new[] { "transform", "sink", "cancelled" }) await StalledSourceAsync(trials, parallelism, blocksThread, faulty);
        }
        trials.Note("The sink waits at a gate that the trial opens for one batch at a time; the source's read does not return and looks at no token. The clock "
            + "is the trial's own: the run is told that its patience is over.");
    }

    private static async Task SlowSinkAsync(Trials trials, int parallelism, int written, string faulty)
    {
        var what = $"slow sink, {parallelism} at a time, {faulty} after {written} batches";
        using var gate = new SemaphoreSlim(0);
        using var cancel = new CancellationTokenSource();
        var boom = new FormatException("boom");
        var isFaulty = false;
        var arrived = -1L;
        var run = new RunSupervisor(new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = 64 }, cancel.Token);
        var array = new ArraySource(data);
        var source = new SourceBlock(array, run);
        var sink = new ListSink
        {
            Before = async batch =>
            {
                Volatile.Write(ref arrived, batch.Index);
                await gate.WaitAsync(run.Token).ConfigureAwait(false);
                if (Volatile.Read(ref isFaulty) && faulty == "sink") throw boom;
            },
        };
        var transform = new TransformRowsBlock(b => Volatile.Read(ref isFaulty) && faulty == "transform" ? throw boom : b, run);
        var score = new ScoreBlock(new SumModel(2), TestData.Two, run);
        Linking.Link(source, transform);
        Linking.Link(transform, score);
        Linking.Link(score, new SinkBlock(sink, run));
        var ended = run.RunAsync();
        var most = 0L;
        for (var k = 0; k <= written; k++)
        {
            // Until every place is taken: the source waits for a credit, or has no more rows.
            if (!await Watchdog.UntilAsync(() => Volatile.Read(ref arrived) == k && (source.Credits?.Waiting > 0 || Volatile.Read(ref array.Made) == Batches)))
                trials.Finding($"{what}: it does not fill up");
            most = Math.Max(most, Volatile.Read(ref array.Made) - k);
            if (k < written) gate.Release();
        }
        var allowed = source.Credits!.Count;
        if (most > allowed || source.Credits.HighestInUse > allowed) trials.Finding($"{what}: {most} batches under way, {allowed} allowed");
        Volatile.Write(ref isFaulty, true);
        if (faulty == "cancelled") await cancel.CancelAsync();
        else gate.Release(faulty == "sink" ? 1 : Batches);
        await ExpectAsync(trials, what, ended, run, sink, faulty == "cancelled" ? null : boom, faulty == "sink" ? written : null);
        trials.Row($"slow sink, fault: {faulty}", parallelism, written, most, allowed, "yes");
    }

    private static async Task StalledSourceAsync(Trials trials, int parallelism, bool blocksThread, string faulty)
    {
        var what = $"stalled source ({(blocksThread ? "its thread" : "its task")} hangs), {parallelism} at a time, {faulty}";
        using var cancel = new CancellationTokenSource();
        var boom = new FormatException("boom");
        var time = new ManualTime();
        var source = new StalledSource(data, stallAt: 2, blocksThread);
        var run = new RunSupervisor(new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = 64, TimeProvider = time }, cancel.Token);
        var sink = new ListSink
        {
            Before = async batch =>
            {
                // The first batch waits until the source has stalled, so that the fault comes after.
                await source.Stalled.ConfigureAwait(false);
                if (faulty == "sink" && batch.Index == 1) throw boom;
            },
        };
        var score = new ScoreBlock(new SumModel(2), TestData.Two, run);
        var transform = new TransformRowsBlock(
            b =>
            {
                if (faulty == "transform" && b.Index == 1)
                {
                    source.Stalled.Wait();
                    throw boom;
                }
                return b;
            },
            run);
        Linking.Link(new SourceBlock(source, run), transform);
        Linking.Link(transform, score);
        Linking.Link(score, new SinkBlock(sink, run));
        var ended = run.RunAsync();
        if (await Watchdog.EndOf(source.Stalled) is not null) trials.Finding($"{what}: the source is not read");
        if (faulty == "cancelled") await cancel.CancelAsync();
        if (await Watchdog.EndOf(time.TimerMade) is not null) trials.Finding($"{what}: the run is not stopped");
        time.Advance(run.Options.Patience);
        await ExpectAsync(trials, what, ended, run, sink, faulty == "cancelled" ? null : boom, null);
        source.Resume();
        if (await Watchdog.EndOf(source.Closed) is not null) trials.Finding($"{what}: the source is not closed after its read has returned");
        if (sink.IsCompleted) trials.Finding($"{what}: committed after the source went on");
        trials.Row($"stalled source ({(blocksThread ? "thread" : "task")}), fault: {faulty}", parallelism, sink.Indexes.Count, "-", "-", "yes");
    }

    private static async Task ExpectAsync(Trials trials, string what, Task ended, RunSupervisor run, ListSink sink, Exception? cause, int? written)
    {
        var end = await Watchdog.EndOf(ended);
        if (end is TimeoutException)
        {
            trials.Finding($"{what}: the run does not end");
            return;
        }
        if (cause is null ? end is not OperationCanceledException : end != cause) trials.Finding($"{what}: it ends with {end?.ToString() ?? "nothing"}");
        if (await Watchdog.EndOf(run.DisposeAsync().AsTask()) is { } disposing) trials.Finding($"{what}: disposing: {disposing}");
        if (sink.IsCompleted || sink.Disposed != 1)
            trials.Finding($"{what}: the sink was {(sink.IsCompleted ? "committed" : "not committed")}, disposed {sink.Disposed} times");
        if (written is { } w && sink.Indexes.Count != w) trials.Finding($"{what}: {sink.Indexes.Count} batches written, {w} before the fault");
    }
}
