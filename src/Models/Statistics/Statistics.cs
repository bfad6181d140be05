namespace Pipelines.Models.Fitting;

/// <summary>
/// Sufficient statistics of some rows under one model. They are additive: the statistics of parts, merged in row order, are the statistics of the whole.
/// </summary>
/// <remarks>Not thread-safe: one thread summarises into an instance at a time.</remarks>
public abstract class Statistics
{
    /// <summary>Number of rows summarised.</summary>
    public long Rows { get; set; }

    /// <summary>Total weight of the rows summarised.</summary>
    public double Weight { get; set; }

    /// <summary>
    /// The objective, summed over the rows at the parameters they were summarised under: the weighted log-likelihood
    /// (natural logarithm); for k-means minus the weighted sum of squared distances.
    /// </summary>
    public double Objective { get; set; }

    /// <summary>Adds the statistics of other rows. The order of merging affects the last bits: merge in row order.</summary>
    /// <param name="other">Statistics that the same model created.</param>
    public void Merge(Statistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Rows += other.Rows;
        Weight += other.Weight;
        Objective += other.Objective;
        MergeCore(other);
    }

    /// <summary>Resets the statistics to those of no rows.</summary>
    public void Clear()
    {
        Rows = 0;
        Weight = 0;
        Objective = 0;
        ClearCore();
    }

    /// <summary>Writes the statistics; <see cref="Load"/> on statistics created by the same model restores them bit for bit.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Rows);
        writer.Write(Weight);
        writer.Write(Objective);
        SaveCore(writer);
    }

    /// <summary>Replaces the statistics with saved ones.</summary>
    public void Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Rows = reader.ReadInt64();
        Weight = reader.ReadDouble();
        Objective = reader.ReadDouble();
        LoadCore(reader);
    }

    /// <summary>Adds the derived class's data.</summary>
    protected abstract void MergeCore(Statistics other);

    /// <summary>Clears the derived class's data.</summary>
    protected abstract void ClearCore();

    /// <summary>Writes the derived class's data.</summary>
    protected abstract void SaveCore(BinaryWriter writer);

    /// <summary>Reads the derived class's data.</summary>
    protected abstract void LoadCore(BinaryReader reader);
}

/// <summary>Statistics that are a fixed number of sums: merging is element-wise addition.</summary>
/// <param name="length">Number of sums.</param>
public class SumStatistics(int length) : Statistics
{
    /// <summary>The sums; their layout is defined by the model. Shape [length].</summary>
    public double[] Sums { get; } = new double[length];

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = ((SumStatistics)other).Sums;
        if (from.Length != Sums.Length)
            throw new ArgumentException($"statistics of another shape: found {from.Length} sums, expected {Sums.Length}", nameof(other));
        for (var i = 0; i < Sums.Length; i++) Sums[i] += from[i];
    }

    /// <inheritdoc/>
    protected override void ClearCore() => Array.Clear(Sums);

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        foreach (var s in Sums) writer.Write(s);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        for (var i = 0; i < Sums.Length; i++) Sums[i] = reader.ReadDouble();
    }
}
