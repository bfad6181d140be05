using System.Diagnostics;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Kernels;

/// <summary>One iteration of EM over rows in memory: statistics of batches on one or more threads, merged in batch order, then the M step.</summary>
internal sealed class Iteration(MixtureCase data, int batchRows = 16384)
{
    private readonly Statistics[] batches = [.. Enumerable.Range(0, (data.Rows + batchRows - 1) / batchRows).Select(_ => data.Start.CreateStatistics())];
    private readonly Statistics total = data.Start.CreateStatistics();

    /// <summary>Seconds of one iteration.</summary>
    public double Run(int threads) => Run(threads, out _, out _);

    /// <summary>Seconds of one iteration, the model it leads to and the log-likelihood of the start.</summary>
    public double Run(int threads, out GeneralMixtureModel fitted, out double logLikelihood)
    {
        var start = Stopwatch.GetTimestamp();
        var next = -1;
        void Work()
        {
            for (var b = Interlocked.Increment(ref next); b < batches.Length; b = Interlocked.Increment(ref next))
            {
                var first = b * batchRows;
                var rows = Math.Min(batchRows, data.Rows - first);
                batches[b].Clear();
                data.Start.Summarize(FeatureBlock.ColumnMajor(data.Values.AsSpan(first), rows, data.Dimensions, data.Rows), batches[b]);
            }
        }
        var others = new Thread[threads - 1];
        for (var t = 0; t < others.Length; t++) (others[t] = new Thread(Work)).Start();
        Work();
        foreach (var thread in others) thread.Join();
        total.Clear();
        foreach (var batch in batches) total.Merge(batch);
        fitted = data.Start.Maximize(total, default);
        logLikelihood = total.Objective;
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
