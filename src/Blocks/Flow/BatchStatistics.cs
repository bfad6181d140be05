using System.Collections.Concurrent;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>The statistics of one batch, on their way to the fold.</summary>
/// <param name="Index">Number of the batch, from 0, without a gap.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Statistics">Their statistics.</param>
public sealed record BatchStatistics(long Index, int Rows, Statistics Statistics)
{
    /// <summary>Rows of the batch that were refused and are not in the statistics; null if none.</summary>
    public RejectedRows? Rejected { get; init; }

    /// <summary>Runs of equal keys, where rows make sequences; else null.</summary>
    internal BatchRuns? Runs { get; init; }

    internal StatisticsPool? Pool { get; init; }

    /// <summary>Lets the statistics be used for another batch.</summary>
    public void Release() => Pool?.Return(Statistics);
}

/// <summary>Statistics of one summarizer, used again and again: a large model's are megabytes.</summary>
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
