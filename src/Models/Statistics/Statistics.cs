using System.Runtime.InteropServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Sufficient statistics of some rows under one model. They are additive: the statistics of parts, merged in row order, are the statistics of the whole.
/// </summary>
/// <remarks>Not thread-safe: one thread summarises into an instance at a time.</remarks>
public abstract class Statistics
{
    /// <summary>Bytes of the row count, the weight and the objective.</summary>
    private protected const long CommonBytes = 3 * sizeof(double);

    /// <summary>
    /// Name of the family and shape, such as <c>normal[3]</c>. Statistics can be loaded and merged where the kind is the same. It is part of the saved form, so
    /// it names no type of the program.
    /// </summary>
    public abstract string Kind { get; }

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

    /// <summary>An independent copy.</summary>
    public Statistics Clone()
    {
        var copy = (Statistics)MemberwiseClone();
        copy.Unshare();
        return copy;
    }

    /// <summary>Upper bound of the bytes that the statistics of some rows take; null (default) = it cannot be stated.</summary>
    /// <param name="rows">Number of rows, at most.</param>
    /// <param name="codes">Number of categories of each feature, 0 = it holds none or they are not known; empty = nothing is known.</param>
    public virtual long? MaxBytes(long rows, ReadOnlySpan<int> codes) => null;

    /// <summary>Writes the statistics; <see cref="Load"/> on statistics of the same kind restores them bit for bit.</summary>
    /// <remarks>Byte layout: <c>PLST</c>, version, kind, length of the rest, the rest. Numbers are little-endian.</remarks>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        StatisticsFormat.Write(writer, this);
    }

    /// <summary>Replaces the statistics with saved ones.</summary>
    /// <exception cref="ModelException">They are of another kind or version, or damaged. These statistics are empty then.</exception>
    public void Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        try
        {
            StatisticsFormat.Read(reader, this);
        }
        catch
        {
            Clear();
            throw;
        }
    }

    /// <summary>The saved form as bytes.</summary>
    public byte[] ToBytes() => StatisticsFormat.Bytes(Save);

    /// <summary>Replaces the statistics with those that <see cref="ToBytes"/> returned.</summary>
    /// <exception cref="ModelException">They are of another kind or version, or damaged. These statistics are empty then.</exception>
    public void FromBytes(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        Load(reader);
        if (stream.Position == stream.Length) return;
        Clear();
        throw StatisticsFormat.Damaged($"{stream.Length - stream.Position} bytes after their end", "none");
    }

    /// <summary>All sums that an M step depends on, in order; null if the statistics are not sums alone.</summary>
    internal double[]? Numbers()
    {
        var all = new List<double>();
        return Visit(sums => all.AddRange(sums)) ? [.. all] : null;
    }

    /// <summary>Replaces the sums that <see cref="Numbers"/> gives.</summary>
    internal void SetNumbers(ReadOnlySpan<double> numbers)
    {
        double[] all = [.. numbers];
        var next = 0;
        Visit(sums =>
        {
            all.AsSpan(next, sums.Length).CopyTo(sums);
            next += sums.Length;
        });
    }

    /// <summary>Hands over each array of sums, for reading and writing.</summary>
    /// <returns>False (default): the statistics are not sums alone.</returns>
    internal virtual bool Visit(SumsVisitor visit) => false;

    /// <summary>Writes the statistics without what says what they are.</summary>
    internal void SaveBody(BinaryWriter writer)
    {
        writer.Write(Rows);
        writer.Write(Weight);
        writer.Write(Objective);
        SaveCore(writer);
    }

    /// <summary>Reads what <see cref="SaveBody"/> wrote.</summary>
    internal void LoadBody(BinaryReader reader)
    {
        Rows = reader.ReadInt64();
        Weight = reader.ReadDouble();
        Objective = reader.ReadDouble();
        LoadCore(reader);
    }

    /// <summary>Writes numbers as they are in memory on usual machines, all at once.</summary>
    protected static void WriteDoubles(BinaryWriter writer, ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (BitConverter.IsLittleEndian)
        {
            writer.Write(MemoryMarshal.AsBytes(values));
            return;
        }
        foreach (var value in values) writer.Write(value);
    }

    /// <summary>Reads what <see cref="WriteDoubles"/> wrote.</summary>
    protected static void ReadDoubles(BinaryReader reader, Span<double> values)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (BitConverter.IsLittleEndian)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values));
            return;
        }
        foreach (ref var value in values) value = reader.ReadDouble();
    }

    /// <summary>Reads the number of some items; damaged bytes never allocate more than they are.</summary>
    /// <param name="reader">The reader passed to <see cref="LoadCore"/>.</param>
    /// <param name="itemBytes">Bytes that each item takes.</param>
    protected static int ReadCount(BinaryReader reader, int itemBytes)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var count = reader.ReadInt32();
        if (count < 0 || count > (reader.BaseStream.Length - reader.BaseStream.Position) / itemBytes) throw new FormatException($"a count of {count}");
        return count;
    }

    /// <summary>Adds the derived class's data.</summary>
    protected abstract void MergeCore(Statistics other);

    /// <summary>Clears the derived class's data.</summary>
    protected abstract void ClearCore();

    /// <summary>Called on a shallow copy: replaces what it shares with its original by copies.</summary>
    protected abstract void Unshare();

    /// <summary>Writes the derived class's data.</summary>
    protected abstract void SaveCore(BinaryWriter writer);

    /// <summary>Reads the derived class's data: exactly what <see cref="SaveCore"/> wrote.</summary>
    protected abstract void LoadCore(BinaryReader reader);
}

/// <summary>Receives some of the sums of statistics, and may change them.</summary>
internal delegate void SumsVisitor(Span<double> sums);
