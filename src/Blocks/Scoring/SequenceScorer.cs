using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// A pass that scores groups of sequences, several at a time, and stores their scores by row, in the order of the source. Its statistics are the
/// <see cref="SequenceTotals"/>.
/// </summary>
/// <param name="plan">What to score.</param>
/// <param name="found">Returns where the sequences start; called once that is known.</param>
/// <param name="memoryBytes">Bytes of scores in memory while regrouped rows are brought back into their original order.</param>
/// <param name="createSpill">Opens temporary files.</param>
internal sealed class SequenceScorer(ScorePlan plan, Func<SequenceFilling> found, long memoryBytes, Func<SpillFile> createSpill) : ISummarizer, IDisposable
{
    private readonly ConcurrentBag<ScoreBatch> scratch = [];
    private readonly ScoreColumn[] columns = [.. ScoreBatch.Resolve(plan.Model, plan.Options.Columns).SelectMany(k => k.Columns)];
    private readonly Lock gate = new();
    private SequenceScores? scores;
    private ExternalSort? sort;

    /// <summary>The scores, once the pass has succeeded. The caller that takes them disposes them.</summary>
    public SequenceScores Take()
    {
        var made = Scores();
        if (sort is not null) Restore(made);
        scores = null;
        return made;
    }

    public string SummarizerKind => "sequence-scores";

    public void WriteSettings(Utf8JsonWriter writer) => throw new ModelException(ErrorKind.Usage, "sequence scores", "a pass that gives a result for each row",
        "one that gives statistics, which can be sent", "score in the process that writes the rows");

    public Statistics CreateStatistics() => new SequenceTotals();

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        if (!scratch.TryTake(out var buffers)) buffers = new ScoreBatch(plan.Model, plan.Options.Columns, checked((int)found().Index.LargestGroup));
        plan.Score(block, buffers);
        var totals = (SequenceTotals)statistics;
        if (buffers.Wants(ScoreKind.LogProbability)) Count(block, buffers.Doubles(ScoreKind.LogProbability), default, totals);
        else Count(block, default, buffers.Wants(ScoreKind.Label) ? buffers.Integers(ScoreKind.Label) : default, totals);
        if (found().Places is { } places) Collect(block, places, buffers);
        else Scores().Write(block.FirstRow, block.Rows, buffers);
        scratch.Add(buffers);
        statistics.Rows += block.Rows;
    }

    public void Dispose()
    {
        scores?.Dispose();
        sort?.Dispose();
    }

    private static void Count(in FeatureBlock block, ReadOnlySpan<double> logs, ReadOnlySpan<int> labels, SequenceTotals found)
    {
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var first = block.SequenceOffsets[s];
            if (first == block.SequenceOffsets[s + 1]) continue;
            found.Sequences++;
            if (!logs.IsEmpty) found.LogLikelihood = (found.LogLikelihood ?? 0) + logs[first];
            if (logs.IsEmpty ? !labels.IsEmpty && labels[first] < 0 : double.IsNegativeInfinity(logs[first])) found.Add(block.FirstSequence + s);
        }
    }

    private SequenceScores Scores()
    {
        lock (gate) return scores ??= new SequenceScores(found().Read, columns, createSpill());
    }

    private void Collect(in FeatureBlock block, RowPlaces places, ScoreBatch buffers)
    {
        var at = new long[block.Rows];
        places.Read(block.FirstRow, at);
        lock (gate)
        {
            sort ??= new ExternalSort(sizeof(long) * (1 + columns.Length), sizeof(long), memoryBytes, createSpill);
            for (var row = 0; row < at.Length; row++)
            {
                var record = sort.Add();
                BinaryPrimitives.WriteInt64BigEndian(record, at[row]);
                for (var c = 0; c < columns.Length; c++)
                    BinaryPrimitives.WriteInt64LittleEndian(record[(sizeof(long) * (c + 1))..],
                        buffers.Values[c] is int[] integers ? integers[row] : BitConverter.DoubleToInt64Bits(((double[])buffers.Values[c])[row]));
            }
        }
    }

    // Positions increase with the rows of the source, so sorting by position restores the order of the rows.
    private void Restore(SequenceScores made)
    {
        const int block = 1 << 14;
        var buffers = new ScoreBatch(plan.Model, plan.Options.Columns, block);
        var (first, held) = (0L, 0);
        foreach (var record in sort!.Sorted())
        {
            for (var c = 0; c < columns.Length; c++)
            {
                var bits = BinaryPrimitives.ReadInt64LittleEndian(record.Span[(sizeof(long) * (c + 1))..]);
                if (buffers.Values[c] is int[] integers) integers[held] = (int)bits;
                else ((double[])buffers.Values[c])[held] = BitConverter.Int64BitsToDouble(bits);
            }
            if (++held < block) continue;
            made.Write(first, held, buffers);
            (first, held) = (first + held, 0);
        }
        made.Write(first, held, buffers);
    }
}
