using System.Buffers.Binary;
using System.Collections.Concurrent;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>A pass that scores groups of sequences, several at a time, and keeps their scores by row, in the order of the source.</summary>
/// <param name="plan">What to score.</param>
/// <param name="found">Where the sequences begin; asked once that is known.</param>
/// <param name="memoryBytes">Bytes of scores in memory where regrouped rows are brought back into order.</param>
/// <param name="createSpill">Opens temporary files.</param>
internal sealed class SequenceScorer(ScorePlan plan, Func<SequenceFilling> found, long memoryBytes, Func<SpillFile> createSpill) : ISummarizer, IDisposable
{
    private readonly ConcurrentBag<ScoreBatch> rooms = [];
    private readonly ScoreColumn[] columns = [.. ScoreBatch.Resolve(plan.Model, plan.Options.Columns).SelectMany(k => k.Columns)];
    private readonly Lock gate = new();
    private readonly SortedSet<long> firstImpossible = [];
    private SequenceScores? scores;
    private long impossible;
    private ExternalSort? sort;

    /// <summary>Sequences of probability 0: how many, and the first of their numbers. Known where log-probabilities or labels are among the scores.</summary>
    public (long Count, IReadOnlyList<long> First) Impossible => (impossible, [.. firstImpossible]);

    /// <summary>The scores, once the pass has ended well. Whoever takes them disposes them.</summary>
    public SequenceScores Take()
    {
        var made = Scores();
        if (sort is not null) Restore(made);
        scores = null;
        return made;
    }

    public Statistics CreateStatistics() => new SumStatistics(0);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        if (!rooms.TryTake(out var room)) room = new ScoreBatch(plan.Model, plan.Options.Columns, checked((int)found().Index.LargestGroup));
        plan.Model.Score(block, room);
        if (room.Wants(ScoreKind.LogProbability)) FindImpossible(block, room.Doubles(ScoreKind.LogProbability), default);
        else if (plan.Model is HiddenMarkovModel && room.Wants(ScoreKind.Label)) FindImpossible(block, default, room.Integers(ScoreKind.Label));
        if (found().Places is { } places) Collect(block, places, room);
        else Scores().Write(block.FirstRow, block.Rows, room);
        rooms.Add(room);
        statistics.Rows += block.Rows;
    }

    public void Dispose()
    {
        scores?.Dispose();
        sort?.Dispose();
    }

    private void FindImpossible(in FeatureBlock block, ReadOnlySpan<double> logs, ReadOnlySpan<int> labels)
    {
        const int most = 5;
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var first = block.SequenceOffsets[s];
            if (first == block.SequenceOffsets[s + 1] || !(logs.IsEmpty ? labels[first] < 0 : double.IsNegativeInfinity(logs[first]))) continue;
            lock (gate)
            {
                impossible++;
                firstImpossible.Add(block.FirstSequence + s);
                if (firstImpossible.Count > most) firstImpossible.Remove(firstImpossible.Max);
            }
        }
    }

    private SequenceScores Scores()
    {
        lock (gate) return scores ??= new SequenceScores(found().Read, columns, createSpill());
    }

    private void Collect(in FeatureBlock block, RowPlaces places, ScoreBatch room)
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
                        room.Values[c] is int[] integers ? integers[row] : BitConverter.DoubleToInt64Bits(((double[])room.Values[c])[row]));
            }
        }
    }

    // Places grow with the rows of the source, so sorted by them the scores stand behind one another as the rows do.
    private void Restore(SequenceScores made)
    {
        const int block = 1 << 14;
        var room = new ScoreBatch(plan.Model, plan.Options.Columns, block);
        var (first, held) = (0L, 0);
        foreach (var record in sort!.Sorted())
        {
            for (var c = 0; c < columns.Length; c++)
            {
                var bits = BinaryPrimitives.ReadInt64LittleEndian(record.Span[(sizeof(long) * (c + 1))..]);
                if (room.Values[c] is int[] integers) integers[held] = (int)bits;
                else ((double[])room.Values[c])[held] = BitConverter.Int64BitsToDouble(bits);
            }
            if (++held < block) continue;
            made.Write(first, held, room);
            (first, held) = (first + held, 0);
        }
        made.Write(first, held, room);
    }
}
