using System.Collections.Concurrent;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>A pass that scores groups of sequences, several at a time, and keeps their scores by row.</summary>
/// <param name="plan">What to score.</param>
/// <param name="index">Where the sequences begin; asked once they are known.</param>
/// <param name="createSpill">Opens the temporary file.</param>
internal sealed class SequenceScorer(ScorePlan plan, Func<SequenceIndex> index, Func<SpillFile> createSpill) : ISummarizer, IDisposable
{
    private readonly ConcurrentBag<ScoreBatch> rooms = [];
    private readonly Lazy<SequenceScores> scores = new(() => new SequenceScores(index(), [.. ScoreBatch.Resolve(plan.Model, plan.Options.Columns).SelectMany(k => k.Columns)], createSpill()));

    /// <summary>The scores, once the pass has ended well.</summary>
    public SequenceScores Scores => scores.Value;

    public Statistics CreateStatistics() => new SumStatistics(0);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        if (!rooms.TryTake(out var room)) room = new ScoreBatch(plan.Model, plan.Options.Columns, checked((int)index().LargestGroup));
        plan.Model.Score(block, room);
        Scores.Write(block.FirstRow, block.Rows, room);
        rooms.Add(room);
        statistics.Rows += block.Rows;
    }

    public void Dispose()
    {
        if (scores.IsValueCreated) scores.Value.Dispose();
    }
}
