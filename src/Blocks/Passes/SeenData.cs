using System.Numerics;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// What the first pass records about the data beside its result: the ranges, missing values and moments of the features, and the number of rejected rows.
/// </summary>
/// <param name="columns">Number of features.</param>
internal sealed class SeenData(int columns) : Statistics
{
    private ValueRange[] ranges = [.. Enumerable.Repeat(ValueRange.None, columns)];
    private long[] missing = new long[columns];
    private long[] present = new long[columns];
    private double[] sums = new double[columns];
    // Sums of squared distances from the mean of the values so far.
    private double[] squares = new double[columns];

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
        var (total, none) = (Vector.Sum(sum), Vector.Sum(absent));
        foreach (var value in values[i..])
        {
            if (double.IsNaN(value)) none++;
            else total += value;
        }
        missing[column] += none;
        Add(column, values.Length - none, total, Squares(values, total / (values.Length - none)));
    }

    // Chan, Golub and LeVeque 1983, The American Statistician 37, 242-247, equation 2.1.
    private void Add(int column, long count, double sum, double square)
    {
        if (count == 0) return;
        if (present[column] > 0)
        {
            var shift = (sum / count) - (sums[column] / present[column]);
            squares[column] += shift * shift * ((double)present[column] * count / (present[column] + count));
        }
        squares[column] += square;
        sums[column] += sum;
        present[column] += count;
    }

    private static double Squares(ReadOnlySpan<double> values, double mean)
    {
        var (sum, center) = (Vector<double>.Zero, new Vector<double>(mean));
        var i = 0;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var d = new Vector<double>(values[i..]) - center;
            sum += Vector.ConditionalSelect(Vector.Equals(d, d), d * d, Vector<double>.Zero);
        }
        var total = Vector.Sum(sum);
        foreach (var value in values[i..])
            if (!double.IsNaN(value)) total += (value - mean) * (value - mean);
        return total;
    }

    /// <summary>What is known of a feature's values.</summary>
    /// <param name="column">The feature.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isOfCodes">True if the values are codes of categories, whose range and mean say nothing.</param>
    public FeatureProfile Profile(int column, string name, bool isOfCodes) => isOfCodes || this[column] is not { } range
        ? new(name, missing[column], null, null, null, null)
        : new(name, missing[column], range.Minimum, range.Maximum, sums[column] / present[column], Math.Sqrt(squares[column] / present[column]));

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
            Add(c, from.present[c], from.sums[c], from.squares[c]);
        }
        RowsRejected += from.RowsRejected;
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Array.Fill(ranges, ValueRange.None);
        Array.Clear(missing);
        Array.Clear(present);
        Array.Clear(sums);
        Array.Clear(squares);
        (RowsRejected, IsWhole) = (0, false);
    }

    /// <inheritdoc/>
    protected override void Unshare() => (ranges, missing, present, sums, squares) = ([.. ranges], [.. missing], [.. present], [.. sums], [.. squares]);

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
        foreach (var count in present) writer.Write(count);
        WriteDoubles(writer, sums);
        WriteDoubles(writer, squares);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        (RowsRejected, IsWhole) = (reader.ReadInt64(), reader.ReadBoolean());
        for (var c = 0; c < ranges.Length; c++) ranges[c] = new ValueRange(reader.ReadDouble(), reader.ReadDouble());
        for (var c = 0; c < missing.Length; c++) missing[c] = reader.ReadInt64();
        for (var c = 0; c < present.Length; c++) present[c] = reader.ReadInt64();
        ReadDoubles(reader, sums);
        ReadDoubles(reader, squares);
    }
}
