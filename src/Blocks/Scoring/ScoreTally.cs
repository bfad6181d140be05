using System.Globalization;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Adds up the log-probabilities and counts the labels of scored batches. Thread-safe. Batches come in any order; their sums are added in the order of the
/// batches, so that the total has the same bits at any parallelism.
/// </summary>
/// <param name="columns">The score columns of labels; the first holds them. Empty = no labels.</param>
/// <param name="hasLogs">True if log-probabilities of rows are computed.</param>
internal sealed class ScoreTally(IReadOnlyList<ScoreColumn> columns, bool hasLogs)
{
    private readonly Lock gate = new();
    // Sixteen bytes a batch: a megabyte for a thousand million rows.
    private readonly List<(long Batch, double Sum)> sums = [];
    // Shape [largest label + 2]: rows without a label, then those of each label.
    private long[] counts = [0];
    private long rows;

    /// <summary>Starts over.</summary>
    public void Forget()
    {
        lock (gate)
        {
            sums.Clear();
            (counts, rows) = ([0], 0);
        }
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="scores">Their scores, before names are put in place of labels.</param>
    public void Add(DataBatch batch, ScoreBatch scores)
    {
        var sum = 0.0;
        if (hasLogs)
            foreach (var log in scores.Doubles(ScoreKind.LogProbability)[..batch.Rows]) sum += log;
        var found = columns.Count > 0 ? Count(scores.Integers(ScoreKind.Label)[..batch.Rows]) : [];
        lock (gate)
        {
            rows += batch.Rows;
            if (hasLogs) sums.Add((batch.Index, sum));
            if (counts.Length < found.Length) Array.Resize(ref counts, found.Length);
            for (var i = 0; i < found.Length; i++) counts[i] += found[i];
        }
    }

    /// <summary>What was added.</summary>
    /// <param name="sequences">Sum of the log-probabilities of sequences and their number; null = the model scores rows.</param>
    public ScoreSummary Summary((double? Sum, long Count)? sequences)
    {
        lock (gate)
        {
            var (sum, items) = sequences ?? (hasLogs ? sums.OrderBy(s => s.Batch).Sum(s => s.Sum) : null, rows);
            var names = columns.Count > 0 ? columns[0].Names : null;
            var labels = counts.Select((count, i) => (Label: i == 0 ? null : names?[i - 1] ?? (i - 1).ToString(CultureInfo.InvariantCulture), Rows: count));
            return new(items > 0 ? sum / items : null, items, sequences is not null, columns.Count == 0 ? [] : [.. labels.Where(l => l.Rows > 0)])
            { HasNames = names is not null };
        }
    }

    private static long[] Count(ReadOnlySpan<int> labels)
    {
        var largest = -1;
        foreach (var label in labels) largest = Math.Max(largest, label);
        var found = new long[largest + 2];
        foreach (var label in labels) found[Math.Max(label, -1) + 1]++;
        return found;
    }
}
