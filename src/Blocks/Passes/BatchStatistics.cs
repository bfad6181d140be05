using System.Collections.Concurrent;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>The statistics of one batch on their way to the fold block.</summary>
/// <param name="Index">Number of the batch, from 0, without gaps.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Statistics">Their statistics.</param>
public sealed record BatchStatistics(long Index, int Rows, Statistics Statistics)
{
    /// <summary>Rows of the batch that were rejected and are not in the statistics; null if none.</summary>
    public RejectedRows? Rejected { get; init; }

    /// <summary>Runs of equal keys, if rows form sequences; otherwise null.</summary>
    internal BatchRuns? Runs { get; init; }

    /// <summary>What the first pass recorded about the batch; null in other passes.</summary>
    internal SeenData? Seen { get; init; }

    /// <summary>The statistics of the next batch, in the same message; null = none.</summary>
    internal BatchStatistics? Next { get; set; }

    internal StatisticsPool? Pool { get; init; }

    /// <summary>Releases the statistics for reuse by another batch.</summary>
    public void Release() => Pool?.Return(Statistics);
}

/// <summary>A pool of one summarizer's statistics: those of a large model take megabytes.</summary>
internal sealed class StatisticsPool(ISummarizer summarizer)
{
    private readonly ConcurrentBag<Statistics> free = [];

    public Statistics Rent() => free.TryTake(out var statistics) ? statistics : summarizer.CreateStatistics();

    public void Return(Statistics statistics)
    {
        statistics.Clear();
        free.Add(statistics);
    }
}
