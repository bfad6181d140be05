using System.Numerics;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// What the first pass records about the data beside its result: the ranges, missing values and sums of the features, and the number of rejected rows.
/// </summary>
/// <param name="columns">Number of features.</param>
internal sealed class SeenData(int columns) : Statistics
{
    private ValueRange[] ranges = [.. Enumerable.Repeat(ValueRange.None, columns)];
    private long[] missing = new long[columns];
    private double[] sums = new double[columns];

    /// <inheritdoc/>
    public override string Kind => $"seen[{columns}]";

    /// <summary>The ranges, to be filled for one batch.</summary>
    public Span<ValueRange> Ranges => ranges;

    /// <summary>Counts the missing values of a feature in one batch, and adds the others up.</summary>
    /// <param name="column">The feature.</param>
    /// <param name="values">Shape [rows]; NaN = missing.</param>
    public void Add(int column, ReadOnlySpan<double> values)
    {
        var (sum, absent) = (Vector<double>.Zero, Vector<long>.Zero);
        var i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var v = new Vector<double>(values[i..]);
            var isPresent = Vector.Equals(v, v);
            sum += Vector.ConditionalSelect(isPresent, v, Vector<double>.Zero);
            // Each lane of a comparison is 0 or -1.
            absent += Vector<long>.One + isPresent;
        }
        (sums[column], missing[column]) = (sums[column] + Vector.Sum(sum), missing[column] + Vector.Sum(absent));
        foreach (var value in values[i..])
        {
            if (double.IsNaN(value)) missing[column]++;
            else sums[column] += value;
        }
    }

    /// <summary>What is known of a feature's values.</summary>
    /// <param name="column">The feature.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isOfCodes">True if the values are codes of categories, whose range and mean say nothing.</param>
    public FeatureProfile Profile(int column, string name, bool isOfCodes) => isOfCodes || this[column] is not { } range
        ? new(name, missing[column], null, null, null)
        : new(name, missing[column], range.Minimum, range.Maximum, sums[column] / (Rows - missing[column]));

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
        for (var c = 0; c < ranges.Length; c++)
        {
            ranges[c] = ranges[c].With(from.ranges[c]);
            missing[c] += from.missing[c];
            sums[c] += from.sums[c];
        }
        RowsRejected += from.RowsRejected;
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Array.Fill(ranges, ValueRange.None);
        Array.Clear(missing);
        Array.Clear(sums);
        (RowsRejected, IsWhole) = (0, false);
    }

    /// <inheritdoc/>
    protected override void Unshare() => (ranges, missing, sums) = ([.. ranges], [.. missing], [.. sums]);

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
        foreach (var count in missing) writer.Write(count);
        WriteDoubles(writer, sums);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        (RowsRejected, IsWhole) = (reader.ReadInt64(), reader.ReadBoolean());
        for (var c = 0; c < ranges.Length; c++) ranges[c] = new ValueRange(reader.ReadDouble(), reader.ReadDouble());
        for (var c = 0; c < missing.Length; c++) missing[c] = reader.ReadInt64();
        ReadDoubles(reader, sums);
    }
}
