using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>The sequences with probability 0. Known only if log-probabilities or labels are among the scores.</summary>
internal sealed class ImpossibleSequences : Statistics
{
    private const int MostNamed = 5;

    private List<long> first = [];

    /// <inheritdoc/>
    public override string Kind => "impossible-sequences";

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>The numbers of the first ones.</summary>
    public IReadOnlyList<long> First => first;

    /// <summary>Counts a sequence; those before it have been counted.</summary>
    public void Add(long number)
    {
        Count++;
        if (first.Count < MostNamed) first.Add(number);
    }

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => sizeof(long) * (5 + MostNamed);

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = (ImpossibleSequences)other;
        Count += from.Count;
        first.AddRange(from.first.Take(MostNamed - first.Count));
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Count = 0;
        first.Clear();
    }

    /// <inheritdoc/>
    protected override void Unshare() => first = [.. first];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(first.Count);
        foreach (var number in first) writer.Write(number);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        Count = reader.ReadInt64();
        first.Clear();
        for (var left = ReadCount(reader, sizeof(long)); left > 0; left--) first.Add(reader.ReadInt64());
    }
}
