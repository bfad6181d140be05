namespace Pipelines.Models.Fitting;

/// <summary>Range of the values that have a weight above 0, and their total weight.</summary>
/// <param name="owner">The owner's name.</param>
internal sealed class RangeStatistics(string owner) : Statistics
{
    public override string Kind => $"{owner}[range]";

    /// <summary>Total weight of the values that are not missing.</summary>
    public double Total { get; private set; }

    /// <summary>Smallest value; infinity if there is none.</summary>
    public double Minimum { get; private set; } = double.PositiveInfinity;

    /// <summary>Largest value; -infinity if there is none.</summary>
    public double Maximum { get; private set; } = double.NegativeInfinity;

    /// <summary>Adds values; NaN and those of weight 0 are skipped.</summary>
    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        double total = 0, minimum = Minimum, maximum = Maximum;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]) || !(weights[i] > 0)) continue;
            total += weights[i];
            if (values[i] < minimum) minimum = values[i];
            if (values[i] > maximum) maximum = values[i];
        }
        Total += total;
        (Minimum, Maximum) = (minimum, maximum);
    }

    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => CommonBytes + (3 * sizeof(double));

    protected override void MergeCore(Statistics other)
    {
        var from = (RangeStatistics)other;
        Total += from.Total;
        Minimum = Math.Min(Minimum, from.Minimum);
        Maximum = Math.Max(Maximum, from.Maximum);
    }

    protected override void ClearCore() => (Total, Minimum, Maximum) = (0, double.PositiveInfinity, double.NegativeInfinity);

    protected override void Unshare()
    {
    }

    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(Total);
        writer.Write(Minimum);
        writer.Write(Maximum);
    }

    protected override void LoadCore(BinaryReader reader) => (Total, Minimum, Maximum) = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
}
