using System.Diagnostics;
using Pipelines.Io;
using Pipelines.Io.Reading;

namespace Pipelines.Campaigns.Parquet;

/// <summary>What came of reading a file.</summary>
internal enum Outcome { Right, Refused, Wrong, Fault }

/// <summary>Reads a perhaps damaged file as a source and through a scoring run, and says what came of it.</summary>
/// <param name="trials">Where findings go.</param>
/// <param name="engine">Name of the engine that decodes; null = the automatic choice.</param>
internal sealed class DamagedReader(Trials trials, string? engine = null)
{
    /// <summary>The engines that can run here.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. ParquetEngine.All.Where(e => e.IsAvailable).Select(e => e.Name)];

    /// <summary>The least budget there is, so that what exceeds it shows.</summary>
    public const long Budget = 16L << 20;

    // A backstop for hangs, not a measurement: nothing here works for longer than some milliseconds.
    private static readonly TimeSpan watchdog = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(2);
    private static readonly SavedModelOfTwo model = new();

    /// <summary>Most bytes that one reading allocated in all: its peak cannot have been more.</summary>
    public long MostAllocated { get; private set; }

    /// <summary>The longest reading; measured in the long form only.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>
    /// Most bytes by which a reading raised the memory of the whole process, native code included; measured in the long form only, where the system tells it.
    /// </summary>
    public long MostResident { get; private set; }

    /// <summary>The columns that the last reading of <see cref="ReadAsync"/> gave: an engine leaves those out that it cannot read.</summary>
    public string Columns { get; private set; } = "";

    /// <summary>Digest of what the last reading of <see cref="ReadAsync"/> gave; meaningful if it was read.</summary>
    public int Digest { get; private set; }

    private ParquetSource Source(string path) => new([path], new ParquetSourceOptions { Engine = engine });

    /// <summary>Reads every column of every row.</summary>
    public Task<(Outcome Outcome, string Detail)> ReadAsync(string path, string what) => WatchAsync(what, async token =>
    {
        var source = Source(path);
        Columns = (await source.OpenAsync(token).ConfigureAwait(false)).Schema.ToString();
        var comparison = new Comparison(Specimen.Values);
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 256, ReadAheadBytes = Budget / 8 }, token).ConfigureAwait(false))
        {
            comparison.Add(batch);
            batch.Release();
        }
        Digest = comparison.Digest;
        return comparison.Difference();
    });

    /// <summary>Scores every row, as <c>pipelines score</c> does.</summary>
    public Task<(Outcome Outcome, string Detail)> ScoreAsync(string path, string what) => WatchAsync(what, async token =>
    {
        var sink = new MemorySink();
        await Pipeline.From(Source(path))
            .With(new PipelineOptions { MemoryBudget = new MemorySize(Budget), BatchSize = 256, MaxDegreeOfParallelism = 2 })
            .Score(model.Model, Specimen.Features)
            .To(sink).RunAsync(cancellationToken: token).ConfigureAwait(false);
        var comparison = new Comparison([.. Specimen.Values, .. model.Scores]);
        comparison.Add(sink.ToBatch());
        return comparison.Difference();
    });

    /// <summary>Reads every column of every row of a file whose values are not known here.</summary>
    public async Task<(Outcome Outcome, long Rows, string Why)> CountAsync(string path, string what)
    {
        var rows = 0L;
        var (outcome, why) = await WatchAsync(what, async token =>
        {
            rows = 0;
            await foreach (var batch in Source(path).ReadAsync(new ReadOptions { BatchSize = 4096, ReadAheadBytes = Budget / 8 }, token).ConfigureAwait(false))
            {
                // Values are looked at, not only decoded.
                foreach (var column in batch.Columns)
                    for (var i = 0; i < batch.Rows; i += 97) _ = column.GetValue(i);
                rows += batch.Rows;
                batch.Release();
            }
            return null;
        }).ConfigureAwait(false);
        return (outcome, rows, why.Replace(path, "", StringComparison.Ordinal).TrimStart(',', ' ', ':'));
    }

    private async Task<(Outcome, string)> WatchAsync(string what, Func<CancellationToken, Task<string?>> read)
    {
        for (var round = 0; ; round++)
        {
            var clock = Stopwatch.StartNew();
            var before = GC.GetTotalAllocatedBytes();
            var resident = trials.IsLong ? PeakMemory.Begin() : 0;
            var result = await OnceAsync(read).ConfigureAwait(false);
            var allocated = GC.GetTotalAllocatedBytes() - before;
            var time = clock.Elapsed;
            MostAllocated = Math.Max(MostAllocated, allocated);
            if (resident > 0) MostResident = Math.Max(MostResident, PeakMemory.Now() - resident);
            // What was allocated in all bounds the peak; where the peak itself is measured, that counts.
            if (resident > 0 && PeakMemory.Now() - resident > 2 * Budget)
                trials.Finding($"{what}: the process grew by {MostResident >> 20} MiB with a budget of {Budget >> 20} MiB");
            // A busy machine is slow now and then; a file that is slow three times is slow.
            if (trials.IsLong && time > limit && round < 2) continue;
            if (trials.IsLong && time > limit) trials.Finding($"{what}: took {time.TotalSeconds:F1} s three times");
            if (trials.IsLong && time > Longest) Longest = time;
            if (resident == 0 && allocated > 2 * Budget)
                trials.Finding($"{what}: allocated {allocated >> 20} MiB with a budget of {Budget >> 20} MiB ({result.Item2})");
            if (result.Item1 == Outcome.Fault) trials.Finding($"{what}: {result.Item2}");
            return result;
        }
    }

    private static async Task<(Outcome, string)> OnceAsync(Func<CancellationToken, Task<string?>> read)
    {
        using var stop = new CancellationTokenSource();
        var task = Task.Run(() => read(stop.Token));
        try
        {
            var difference = await task.WaitAsync(watchdog).ConfigureAwait(false);
            return difference is null ? (Outcome.Right, "") : (Outcome.Wrong, difference);
        }
        catch (Exception e) when (e is FlowException or ModelException)
        {
            return (Outcome.Refused, e.Message);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            return (Outcome.Fault, $"still reading after {watchdog.TotalSeconds} s");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (Outcome.Fault, $"{e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
        }
    }

    private sealed class SavedModelOfTwo
    {
        public SavedModelOfTwo()
        {
            var data = new double[Specimen.Rows, 2];
            for (var j = 0; j < 2; j++)
            {
                var column = (double[])Specimen.Values.Single(v => v.Name == Specimen.Features[j]).Values;
                for (var i = 0; i < Specimen.Rows; i++) data[i, j] = column[i];
            }
            Scores = [("log_probability", Model.LogProbability(data)), ("label", Model.Predict(data))];
        }

        public GeneralMixtureModel Model { get; } = new([
            new MultivariateGaussianDistribution([0.5, 1], new double[,] { { 1, 0.2 }, { 0.2, 2 } }),
            new MultivariateGaussianDistribution([0.2, 4], new double[,] { { 2, 0.1 }, { 0.1, 1 } })]);

        public (string, Array)[] Scores { get; }
    }
}
