using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>What the first pass records about the data beside its result: the ranges of the features and the number of rejected rows.</summary>
/// <param name="columns">Number of features.</param>
internal sealed class SeenData(int columns) : Statistics
{
    private ValueRange[] ranges = [.. Enumerable.Repeat(ValueRange.None, columns)];

    /// <inheritdoc/>
    public override string Kind => $"seen[{columns}]";

    /// <summary>The ranges, to be filled for one batch.</summary>
    public Span<ValueRange> Ranges => ranges;

    /// <summary>Number of rejected rows.</summary>
    public long RowsRejected { get; set; }

    /// <summary>True once a pass has seen all rows; rows of later passes have already been counted.</summary>
    public bool IsWhole { get; set; }

    /// <summary>The range of a feature; null if it has no value. Never minus zero, because that would depend on the order of the rows.</summary>
    public ValueRange? this[int column] =>
        ranges[column] is var r && r.Minimum <= r.Maximum ? new ValueRange(r.Minimum + 0.0, r.Maximum + 0.0) : null;

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = (SeenData)other;
        for (var c = 0; c < ranges.Length; c++) ranges[c] = ranges[c].With(from.ranges[c]);
        RowsRejected += from.RowsRejected;
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Array.Fill(ranges, ValueRange.None);
        (RowsRejected, IsWhole) = (0, false);
    }

    /// <inheritdoc/>
    protected override void Unshare() => ranges = [.. ranges];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(RowsRejected);
        writer.Write(IsWhole);
        foreach (var range in ranges)
        {
            writer.Write(range.Minimum);
            writer.Write(range.Maximum);
        }
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        (RowsRejected, IsWhole) = (reader.ReadInt64(), reader.ReadBoolean());
        for (var c = 0; c < ranges.Length; c++) ranges[c] = new ValueRange(reader.ReadDouble(), reader.ReadDouble());
    }
}
