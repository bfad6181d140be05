using Pipelines.Blocks;
using Pipelines.Models.Fitting;

namespace Pipelines.EndToEnd;

/// <summary>One EM iteration from the spilled decode-once cache compared with one over the same rows in memory; full covariance, D = 10, K = 8.</summary>
internal static class CacheSection
{
    private const int Rows = 4_000_000;

    public static async Task RunAsync()
    {
        var model = SyntheticSource.Start;
        var memory = SyntheticSource.Matrix(Rows);
        foreach (var threads in new[] { 1, -1 })
        {
            var options = new PipelineOptions { MaxDegreeOfParallelism = threads, MemoryBudget = MemorySize.Parse("64MB") };
            await using var cached = new FeaturePass(new SyntheticSource(Rows), [.. Enumerable.Range(0, SyntheticSource.Columns).Select(j => $"x{j}")],
                null, options);
            var expected = (await new InMemoryPass(memory, options.BatchSize, threads).RunAsync(model, default)).Objective;
            var found = (await cached.RunAsync(model, default)).Objective;
            if (!expected.Equals(found)) throw new InvalidOperationException($"log-likelihood {found:R}, expected {expected:R}");
            var (a, b, ratio) = await Paired.RunAsync(7, async () => await cached.RunAsync(model, default),
                async () => await new InMemoryPass(memory, options.BatchSize, threads).RunAsync(model, default));
            Console.WriteLine($"| EM iteration from the cache ({cached.SpilledBytes >> 20} of {(long)Rows * SyntheticSource.Columns * 8 >> 20} MiB spilled), "
                + $"{Name(threads)} | {a:F3} s | in memory {b:F3} s | {ratio:F3} times | at most 1.15 |");
        }
    }

    private static string Name(int threads) => threads == 1 ? "one thread" : $"{Environment.ProcessorCount} threads";
}
