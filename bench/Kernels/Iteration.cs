using System.Diagnostics;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Kernels;

/// <summary>One iteration of EM over rows in memory, as a fit does it: a pass in batches of the default size, then the M step.</summary>
internal sealed class Iteration(MixtureCase data)
{
    private readonly FeatureMatrix matrix = FeatureMatrix.FromColumnMajor(data.Values, data.Rows, data.Dimensions, data.Rows);

    /// <summary>The model the iteration led to.</summary>
    public GeneralMixtureModel Fitted { get; private set; } = data.Start;

    /// <summary>Log-likelihood of the start.</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>Seconds on the wall of one iteration, the median of <paramref name="repeats"/>.</summary>
    public double Wall(int threads, int repeats) => Median(repeats, () =>
    {
        var start = Stopwatch.GetTimestamp();
        Run(threads);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    /// <summary>Processor seconds of one iteration on one thread, the median of <paramref name="repeats"/>.</summary>
    public double Processor(int repeats) => Median(repeats, () =>
    {
        var start = ThreadClock.Now;
        Run(1);
        return ThreadClock.Now - start;
    });

    /// <summary>Runs iterations untimed until so many seconds have passed.</summary>
    public void RunFor(double seconds)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;) Run(1);
    }

    /// <summary>The middle one of some numbers.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static double Median(int repeats, Func<double> run) => Median(Enumerable.Range(0, repeats).Select(_ => run()).ToArray());

    private void Run(int threads)
    {
        var pass = new InMemoryPass(matrix, maxDegreeOfParallelism: threads);
        var statistics = pass.RunAsync(data.Start, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        LogLikelihood = statistics.Objective;
        Fitted = data.Start.Maximize(statistics, default);
    }
}
