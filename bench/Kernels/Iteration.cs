using System.Diagnostics;
using Pipelines.Models.Fitting;

namespace Pipelines.Kernels;

/// <summary>One EM iteration over rows in memory, as in a fit: a pass in batches of the default size, then the M step.</summary>
internal sealed class Iteration(MixtureCase data)
{
    private readonly FeatureMatrix matrix = FeatureMatrix.FromColumnMajor(data.Values, data.Rows, data.Dimensions, data.Rows);

    /// <summary>The model after the iteration.</summary>
    public GeneralMixtureModel Fitted { get; private set; } = data.Start;

    /// <summary>Log-likelihood of the initial model.</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>Wall time of one iteration in seconds, the median of <paramref name="repeats"/>.</summary>
    public double Wall(int threads, int repeats) => Median(repeats, () =>
    {
        var start = Stopwatch.GetTimestamp();
        Run(threads);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    /// <summary>Processor time of one iteration on one thread in seconds, the median of <paramref name="repeats"/>.</summary>
    public double Processor(int repeats) => Median(repeats, () =>
    {
        var start = ThreadClock.Now;
        Run(1);
        return ThreadClock.Now - start;
    });

    /// <summary>Runs untimed iterations for the given number of seconds.</summary>
    public void RunFor(double seconds)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;) Run(1);
    }

    /// <summary>The median.</summary>
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
