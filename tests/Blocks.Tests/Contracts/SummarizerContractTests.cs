using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Tests;

/// <summary>The summarizers of blocks can be sent to another process, or say why not.</summary>
public sealed class SummarizerContractTests
{
    [Fact]
    public void Every_summarizer_is_tested() => SummarizerContract.Covers(typeof(Pipeline).Assembly, [typeof(SequenceScorer)]);

    [Fact]
    public void Scores_of_sequences_are_rows()
    {
        using var scorer = new SequenceScorer(new ScorePlan(new SumModel(1), ["x0"], new ScoreOptions()), () => null!, 0, () => null!);
        var error = Assert.Throws<ModelException>(() => SummarizerFormat.ToJson(scorer));
        Assert.Equal("sequence scores: found a pass that gives a result for each row, expected one that gives statistics, which can be sent; "
            + "score in the process that writes the rows", error.Message);
    }

    [Fact]
    public void Totals_of_sequences_are_statistics()
    {
        var (first, second, read) = (new SequenceTotals(), new SequenceTotals(), new SequenceTotals());
        foreach (var number in (long[])[2, 3, 5]) first.Add(number);
        foreach (var number in (long[])[7, 11, 13]) second.Add(number);
        (first.Sequences, second.Sequences, second.LogLikelihood) = (20, 30, -2.5);
        first.Merge(second);
        read.FromBytes(first.ToBytes());
        Assert.Equal((6, 50, -2.5), (read.Impossible, read.Sequences, read.LogLikelihood));
        Assert.Equal([2, 3, 5, 7, 11], read.First);
        Assert.Equal(read.MaxBytes(0, []), Models.Fitting.StatisticsSize.Of(read) + sizeof(int));
        read.Merge(first.Clone());
        Assert.Equal((12, 100, -5), (read.Impossible, read.Sequences, read.LogLikelihood));
        Assert.Equal([2, 3, 5, 7, 11], read.First);
        read.Clear();
        Assert.Equal(new SequenceTotals().ToBytes(), read.ToBytes());
    }
}
