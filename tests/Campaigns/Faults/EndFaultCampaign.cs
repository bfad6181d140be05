using System.Runtime.CompilerServices;
using Pipelines.Blocks.Tests;
using Pipelines.Io;

namespace Pipelines.Campaigns.Faults;

/// <summary>Sources and sinks of users that fail in each of their methods, alone and in pairs: the first cause counts, and nothing is committed.</summary>
internal sealed class EndFaultCampaign : Campaign
{
    private static readonly double[][] data = TestData.Random(640, 2);

    public override string Name => "faults-at-the-ends";

    public override string Title => "Faults in sources and sinks";

    public override int Order => 31;

    public override async Task RunAsync(Trials trials)
    {
        trials.Header = ["place of the fault", "and one more when disposing", "trials", "right"];
        foreach (var place in Enum.GetValues<Place>())
        {
            foreach (var alsoDispose in new[] { false, true })
            {
                var (tried, right) = (0, 0);
                foreach (var at in new long[] { 0, 5, 9 })
                    foreach (var parallelism in new[] { 1, 2, 8 })
                    {
                        tried++;
                        if (await TryAsync(place, at, alsoDispose, parallelism) is { } wrong)
                            trials.Finding($"{place}, batch {at}, {parallelism} at a time{(alsoDispose ? ", disposing fails too" : "")}: {wrong}");
                        else right++;
                    }
                trials.Row(place, alsoDispose ? "yes" : "no", tried, right);
            }
        }
    }

    private static async Task<string?> TryAsync(Place place, long at, bool alsoDispose, int parallelism)
    {
        var boom = new FormatException("boom");
        var sink = new FailingSink(place, at, boom, alsoDispose);
        var run = Pipeline.From(new FailingSource(place, at, boom))
            .With(new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = 64 })
            .Transform(b => place == Place.Transform && b.Index == at ? throw boom : b)
            .Score(new SumModel(2), TestData.Two)
            .To(sink).RunAsync();
        var end = await Watchdog.EndOf(run);
        if (end is TimeoutException) return "the run does not end";
        if (end != boom) return $"it ends with {end?.ToString() ?? "nothing"}";
        if (sink.Committed) return "the sink has committed";
        if (sink.Disposed != 1) return $"the sink was disposed {sink.Disposed} times";
        return null;
    }

    private enum Place { SourceOpen, SourceRead, Transform, SinkOpen, SinkWrite, SinkComplete }

    private sealed class FailingSource(Place place, long at, Exception boom) : IBatchSource
    {
        private readonly ArraySource inner = new(data);

        public string Name => "failing";

        public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) =>
            place == Place.SourceOpen ? ValueTask.FromException<SourceInfo>(boom) : inner.OpenAsync(cancellationToken);

        public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var batch in inner.ReadAsync(options, cancellationToken))
            {
                if (place == Place.SourceRead && batch.Index == at) throw boom;
                yield return batch;
            }
        }
    }

    private sealed class FailingSink(Place place, long at, Exception boom, bool alsoDispose) : IBatchSink
    {
        public bool Committed { get; private set; }

        public int Disposed { get; private set; }

        public string Name => "failing";

        public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken) =>
            place == Place.SinkOpen ? ValueTask.FromException(boom) : default;

        public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken) =>
            place == Place.SinkWrite && batch.Index == at ? ValueTask.FromException(boom) : default;

        public ValueTask CompleteAsync(CancellationToken cancellationToken)
        {
            if (place == Place.SinkComplete) return ValueTask.FromException(boom);
            Committed = true;
            return default;
        }

        public ValueTask DisposeAsync()
        {
            Disposed++;
            return alsoDispose ? ValueTask.FromException(new IOException("disposing fails too")) : default;
        }
    }
}
