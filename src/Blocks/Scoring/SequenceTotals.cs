using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// The number of sequences, the sum of their log-probabilities, and those of probability 0, which are known only if log-probabilities or labels are among the
/// scores.
/// </summary>
internal sealed class SequenceTotals : Statistics
{
    private const int MostNamed = 5;

    private List<long> first = [];

    /// <inheritdoc/>
    public override string Kind => "sequence-totals";

    /// <summary>Number of sequences that have rows.</summary>
    public long Sequences { get; set; }

    /// <summary>Sum of their log-probabilities; null if they were not computed.</summary>
    public double? LogLikelihood { get; set; }

    /// <summary>Number of sequences of probability 0.</summary>
    public long Impossible { get; private set; }

    /// <summary>The numbers of the first of them.</summary>
    public IReadOnlyList<long> First => first;

    /// <summary>Counts a sequence of probability 0; those before it have been counted.</summary>
    public void Add(long number)
    {
        Impossible++;
        if (first.Count < MostNamed) first.Add(number);
    }

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => (sizeof(long) * (7 + MostNamed)) + sizeof(bool);

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = (SequenceTotals)other;
        Sequences += from.Sequences;
        if (from.LogLikelihood is { } sum) LogLikelihood = (LogLikelihood ?? 0) + sum;
        Impossible += from.Impossible;
        first.AddRange(from.first.Take(MostNamed - first.Count));
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        (Sequences, LogLikelihood, Impossible) = (0, null, 0);
        first.Clear();
    }

    /// <inheritdoc/>
    protected override void Unshare() => first = [.. first];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(Sequences);
        writer.Write(LogLikelihood.HasValue);
        writer.Write(LogLikelihood ?? 0);
        writer.Write(Impossible);
        writer.Write(first.Count);
        foreach (var number in first) writer.Write(number);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        Sequences = reader.ReadInt64();
        var (isKnown, sum) = (reader.ReadBoolean(), reader.ReadDouble());
        LogLikelihood = isKnown ? sum : null;
        Impossible = reader.ReadInt64();
        first.Clear();
        for (var left = ReadCount(reader, sizeof(long)); left > 0; left--) first.Add(reader.ReadInt64());
    }
}
