using System.Text;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Tests.Checkpoints;

/// <summary>A classifier's fit that was interrupted anywhere, with or without notice, ends with the bytes of a fit that was not.</summary>
public sealed class ClassifierCheckpointTests : IDisposable
{
    private const int BatchSize = 128;
    private const int Batches = 12;
    private const int Rows = (Batches * BatchSize) - 5;
    private static readonly double[][] data = TestData.Random(Rows, 2);
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-checkpoints-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Folder => Path.Combine(root, "checkpoints");

    public static TheoryData<string, bool, int, int> Interruptions
    {
        get
        {
            var cases = new TheoryData<string, bool, int, int>();
            foreach (var kind in (string[])["naive-bayes", "mixtures"])
            {
                foreach (var isSemiSupervised in (bool[])[false, true])
                {
                    // Steps that meet each place of a pass.
                    for (var batches = 1; batches <= 4 * Batches; batches += 7) cases.Add(kind, isSemiSupervised, batches, batches % 2 == 0 ? 1 : 3);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Asked_to_end_anywhere_the_bytes_are_the_same(string kind, bool isSemiSupervised, int batches, int parallelism)
    {
        var expected = await FitAsync(kind, isSemiSupervised, null, int.MaxValue, 1);
        var runs = 0;
        byte[]? model;
        while ((model = await FitAsync(kind, isSemiSupervised, Kept(resume: true), batches, parallelism)) is null) Assert.True(++runs < 200);
        Assert.Equal(Encoding.UTF8.GetString(expected!), Encoding.UTF8.GetString(model));
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Stopped_at_once_anywhere_the_bytes_are_the_same(string kind, bool isSemiSupervised, int batches, int parallelism)
    {
        var expected = await FitAsync(kind, isSemiSupervised, null, int.MaxValue, 1);
        // The second interruption hits the resumed fit.
        foreach (var after in (int[])[batches, batches + 2]) await FitAsync(kind, isSemiSupervised, Kept(after > batches), after, parallelism, atOnce: true);
        var model = await FitAsync(kind, isSemiSupervised, Kept(resume: true), int.MaxValue, parallelism);
        Assert.Equal(Encoding.UTF8.GetString(expected!), Encoding.UTF8.GetString(model!));
    }

    /// <summary>Sums of the labeled rows are not computed again.</summary>
    [Fact]
    public async Task A_finished_pass_is_not_read_again()
    {
        // In the middle of the start's log-likelihood, after the categories and the sums of the labeled rows.
        Assert.Null(await FitAsync("naive-bayes", true, Kept(resume: false), (2 * Batches) + 6, 1));
        var read = 0;
        Assert.NotNull(await FitAsync("naive-bayes", true, Kept(resume: true), int.MaxValue, 1, seen: () => read++));
        // The categories, the rest of the start's log-likelihood, and four updates.
        Assert.InRange(read, (5 * Batches) + 1, 6 * Batches);
    }

    private CheckpointOptions Kept(bool resume) => new() { Folder = Folder, Resume = resume, EveryBatches = 3 };

    /// <summary>Fits; ends after some batches. Null = it ended before its end.</summary>
    private static async Task<byte[]?> FitAsync(string kind, bool isSemiSupervised, CheckpointOptions? checkpoints, int endAfter, int parallelism,
        bool atOnce = false, Action? seen = null)
    {
        using var stop = new CancellationTokenSource();
        var count = 0;
        var options = new PipelineOptions
        {
            BatchSize = BatchSize,
            MaxDegreeOfParallelism = parallelism,
            Checkpoints = checkpoints,
            WindDown = atOnce ? CancellationToken.None : stop.Token,
            Progress = new Seen(() =>
            {
                seen?.Invoke();
                if (Interlocked.Increment(ref count) == endAfter) stop.Cancel();
            }),
        };
        var labels = Enumerable.Range(0, Rows).Select(i => isSemiSupervised && i % 3 == 0 ? null : data[1][i] > 0.3 ? "high" : "low").ToArray();
        var source = MemorySource.FromArrays([("x0", data[0]), ("x1", data[1]), ("class", labels)]);
        var pipeline = Pipeline.From(source).With(options).Features("x0", "x1").Labels("class");
        var fit = new FitOptions { MaxIterations = 4, StopThreshold = double.NegativeInfinity, InitializationRows = 100 };
        var token = atOnce ? stop.Token : CancellationToken.None;
        try
        {
            return kind == "naive-bayes"
                ? (await pipeline.FitAsync(new NaiveBayesEstimator(ModelFormat.Family("normal")), fit, token)).Saved.ToJson()
                : (await pipeline.FitAsync(BayesClassifierEstimator.Of(Mixture.Of<NormalDistribution>(2)), fit with { MinVariance = 1e-6 }, token)).Saved
                    .ToJson();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private sealed class Seen(Action act) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => act();
    }
}
