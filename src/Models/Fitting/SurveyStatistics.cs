using Pipelines.Models.Numerics;

namespace Pipelines.Models.Fitting;

/// <summary>The results of a <see cref="DataSurvey"/>.</summary>
internal sealed class SurveyStatistics : Statistics
{
    private readonly int columns;
    private readonly int sampleRows;
    private readonly Action<ulong> lowerCeiling;
    private long[] observed;
    private double[] minima;
    private double[] maxima;
    private long[] infinite;
    private List<Row> sample = [];

    internal SurveyStatistics(string kind, int columns, int sampleRows, Action<ulong> lowerCeiling)
    {
        (Kind, this.columns, this.sampleRows, this.lowerCeiling) = (kind, columns, sampleRows, lowerCeiling);
        (observed, minima, maxima, infinite) = (new long[columns], new double[columns], new double[columns], new long[columns]);
        ClearCore();
    }

    /// <inheritdoc/>
    public override string Kind { get; }

    /// <summary>Number of a feature's values that are not missing.</summary>
    public long Observed(int column) => observed[column];

    /// <summary>Smallest value of a feature; infinity if it has none.</summary>
    public double Minimum(int column) => minima[column];

    /// <summary>Largest value of a feature; -infinity if it has none.</summary>
    public double Maximum(int column) => maxima[column];

    /// <summary>Global number of the first row with an infinite value; null if there is none.</summary>
    public long? InfiniteRow(int column) => infinite[column] == long.MaxValue ? null : infinite[column];

    /// <summary>Number of rows eligible for the sample: all but those of weight 0.</summary>
    internal long Eligible { get; set; }

    /// <inheritdoc/>
    /// <remarks>Up to twice the final number of rows, each an array and a list entry.</remarks>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) =>
        CommonBytes + (4L * sizeof(double) * columns) + (Math.Min(rows, 2L * sampleRows) * (64 + (sizeof(double) * (long)columns)));

    /// <summary>The sampled rows, in row order.</summary>
    public FeatureSample Sample() => Sample(sampleRows);

    /// <summary>The rows of least priority, in row order.</summary>
    /// <param name="most">Maximum number of rows, at least 1.</param>
    public FeatureSample Sample(int most)
    {
        // Several fits over one scan share a survey, and each takes its sample when it starts.
        lock (sample)
        {
            Prune(sampleRows);
            // A canonical fold merges in row order already.
            if (!IsInOrder()) sample.Sort(static (a, b) => a.Number.CompareTo(b.Number));
            var last = most < sample.Count ? Last(most) : ulong.MaxValue;
            List<Row> rows = most < sample.Count ? [.. sample.Where(r => r.Priority <= last)] : sample;
            var values = new double[rows.Count, columns];
            for (var i = 0; i < rows.Count; i++)
                for (var j = 0; j < columns; j++) values[i, j] = rows[i].Values[j];
            return new(values, [.. rows.Select(r => r.Weight)], Eligible) { OmitsRows = Eligible < Rows };
        }
    }

    internal void AddRow(ulong priority, long number, ReadOnlySpan<double> values, double weight)
    {
        sample.Add(new(priority, number, values.ToArray(), weight));
        if (sample.Count >= 2L * sampleRows) Prune(sampleRows);
    }

    internal void AddColumn(int column, in FeatureBlock block)
    {
        var (count, min, max) = (0L, minima[column], maxima[column]);
        for (var i = 0; i < block.Rows; i++)
        {
            var x = block[i, column];
            if (double.IsNaN(x)) continue;
            count++;
            if (double.IsInfinity(x)) infinite[column] = Math.Min(infinite[column], block.FirstRow + i);
            if (x < min) min = x;
            if (x > max) max = x;
        }
        observed[column] += count;
        (minima[column], maxima[column]) = (min, max);
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = (SurveyStatistics)other;
        for (var j = 0; j < columns; j++)
        {
            observed[j] += from.observed[j];
            minima[j] = Math.Min(minima[j], from.minima[j]);
            maxima[j] = Math.Max(maxima[j], from.maxima[j]);
            infinite[j] = Math.Min(infinite[j], from.infinite[j]);
        }
        Eligible += from.Eligible;
        sample.AddRange(from.sample);
        if (sample.Count >= 2L * sampleRows) Prune(sampleRows);
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Eligible = 0;
        Array.Clear(observed);
        Array.Fill(minima, double.PositiveInfinity);
        Array.Fill(maxima, double.NegativeInfinity);
        Array.Fill(infinite, long.MaxValue);
        sample.Clear();
    }

    /// <inheritdoc/>
    protected override void Unshare() =>
        // The rows themselves never change.
        (observed, minima, maxima, infinite, sample) = ([.. observed], [.. minima], [.. maxima], [.. infinite], [.. sample]);

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        for (var j = 0; j < columns; j++)
        {
            writer.Write(observed[j]);
            writer.Write(minima[j]);
            writer.Write(maxima[j]);
            writer.Write(infinite[j]);
        }
        writer.Write(Eligible);
        writer.Write(sample.Count);
        foreach (var row in sample)
        {
            writer.Write(row.Priority);
            writer.Write(row.Number);
            writer.Write(row.Weight);
            WriteDoubles(writer, row.Values);
        }
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        for (var j = 0; j < columns; j++)
        {
            observed[j] = reader.ReadInt64();
            minima[j] = reader.ReadDouble();
            maxima[j] = reader.ReadDouble();
            infinite[j] = reader.ReadInt64();
        }
        sample.Clear();
        Eligible = reader.ReadInt64();
        for (var n = ReadCount(reader, sizeof(double) * (3 + columns)); n > 0; n--)
        {
            var (priority, number, weight, values) = (reader.ReadUInt64(), reader.ReadInt64(), reader.ReadDouble(), new double[columns]);
            ReadDoubles(reader, values);
            sample.Add(new(priority, number, values, weight));
        }
    }

    // Keeps the rows of the least priorities, in their order. No two rows have the same one.
    private void Prune(int limit)
    {
        if (sample.Count <= limit) return;
        var last = Last(limit);
        sample.RemoveAll(r => r.Priority > last);
        lowerCeiling(last);
    }

    // The greatest priority among the least ones.
    private ulong Last(int limit)
    {
        var priorities = new ulong[sample.Count];
        for (var i = 0; i < priorities.Length; i++) priorities[i] = sample[i].Priority;
        return Ranks.Select(priorities, limit - 1);
    }

    private bool IsInOrder()
    {
        for (var i = 1; i < sample.Count; i++)
            if (sample[i].Number < sample[i - 1].Number) return false;
        return true;
    }

    private readonly record struct Row(ulong Priority, long Number, double[] Values, double Weight);
}
