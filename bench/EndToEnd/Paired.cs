using System.Diagnostics;

namespace Pipelines.EndToEnd;

/// <summary>Paired timings: A B A B …, so that the machine's drift hits both alike.</summary>
internal static class Paired
{
    /// <summary>Medians in seconds of both, and of the ratio A / B pair by pair, after one warm-up of each.</summary>
    public static async Task<(double A, double B, double Ratio)> RunAsync(int pairs, Func<Task> a, Func<Task> b)
    {
        await a();
        await b();
        var (ta, tb) = (new double[pairs], new double[pairs]);
        for (var i = 0; i < pairs; i++)
        {
            ta[i] = await TimeAsync(a);
            tb[i] = await TimeAsync(b);
        }
        return (Median(ta), Median(tb), Median([.. ta.Zip(tb, (x, y) => x / y)]));
    }

    public static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        GC.Collect();
        var began = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
