using System.Diagnostics;

namespace Pipelines.EndToEnd;

/// <summary>Paired timings: A B A B …, so that drift of the machine affects both equally.</summary>
internal static class Paired
{
    /// <summary>Processor time used by all threads of this process, in seconds; hardly affected by other programs on the machine.</summary>
    public static double ProcessorSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>Median times of both in seconds and the median of the pairwise ratio A / B, after one warm-up of each.</summary>
    /// <param name="pairs">Number of pairs.</param>
    /// <param name="a">The first method.</param>
    /// <param name="b">The second method.</param>
    /// <param name="clock">A clock in seconds with an arbitrary origin; null = wall time.</param>
    public static async Task<(double A, double B, double Ratio)> RunAsync(int pairs, Func<Task> a, Func<Task> b, Func<double>? clock = null)
    {
        clock ??= () => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        await a();
        await b();
        var (ta, tb) = (new double[pairs], new double[pairs]);
        for (var i = 0; i < pairs; i++)
        {
            ta[i] = await TimeAsync(a, clock);
            tb[i] = await TimeAsync(b, clock);
        }
        return (Median(ta), Median(tb), Median([.. ta.Zip(tb, (x, y) => x / y)]));
    }

    public static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static async Task<double> TimeAsync(Func<Task> work, Func<double> clock)
    {
        GC.Collect();
        var began = clock();
        await work();
        return clock() - began;
    }
}
