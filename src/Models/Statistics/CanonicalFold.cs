namespace Pipelines.Models.Fitting;

/// <summary>
/// Folds the statistics of batches, in batch order, on two levels: batches 64 k to 64 k + 63 into a subtotal, and the subtotals from left to right into the
/// total. A subtotal depends on its own batches only, so any number of threads, processes or machines can compute subtotals, and the bits are the same.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="summarizer">Creates the statistics.</param>
/// <param name="first">Number of the first batch, at least 0.</param>
public sealed class CanonicalFold(ISummarizer summarizer, long first = 0)
{
    /// <summary>Number of batches in a subtotal. It is part of the bits.</summary>
    public const int SubtotalBatches = 64;

    private readonly long start = first;
    private Statistics total = summarizer.CreateStatistics();
    private Statistics? open;
    private bool isOpen;

    /// <summary>Number of the next batch.</summary>
    public long Next { get; private set; } = first;

    /// <summary>Receives each subtotal, in order, and owns it; the total then stays empty. Null (default) = subtotals are folded into the total.</summary>
    public Action<Statistics>? Closed { get; init; }

    /// <summary>Adds a batch. Its statistics are not kept.</summary>
    /// <param name="batch">Number of the batch: the next one, or 0, if the last batch of the data is followed by the first.</param>
    /// <param name="statistics">The statistics of its rows.</param>
    /// <exception cref="InvalidOperationException">It is another batch's turn.</exception>
    public void Add(long batch, Statistics statistics)
    {
        if (batch != Next && batch != 0)
            throw new InvalidOperationException($"fold: found batch {batch}, expected batch {Next}; a batch was lost, or came too early");
        if (batch % SubtotalBatches == 0) Close();
        isOpen = true;
        (open ??= summarizer.CreateStatistics()).Merge(statistics);
        Next = batch + 1;
    }

    /// <summary>Ends the fold; no batch may follow.</summary>
    /// <returns>The statistics of all batches.</returns>
    public Statistics Finish()
    {
        Close();
        return total;
    }

    /// <summary>Begins again.</summary>
    public void Clear()
    {
        total.Clear();
        open?.Clear();
        (isOpen, Next) = (false, start);
    }

    /// <summary>An independent copy, which hands its subtotals to the same receiver.</summary>
    public CanonicalFold Clone()
    {
        var copy = (CanonicalFold)MemberwiseClone();
        (copy.total, copy.open) = (total.Clone(), open?.Clone());
        return copy;
    }

    /// <summary>Writes the state: the number of the next batch, the total and the open subtotal.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Next);
        total.Save(writer);
        writer.Write(isOpen);
        if (isOpen) open!.Save(writer);
    }

    /// <summary>Replaces the state with a saved one of the same summarizer.</summary>
    public void Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Clear();
        var next = reader.ReadInt64();
        total.Load(reader);
        if (reader.ReadBoolean())
        {
            (open ??= summarizer.CreateStatistics()).Load(reader);
            isOpen = true;
        }
        Next = next;
    }

    /// <summary>The state as bytes.</summary>
    public byte[] ToBytes() => StatisticsFormat.Bytes(Save);

    /// <summary>Replaces the state with one that <see cref="ToBytes"/> returned.</summary>
    public void FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        Load(reader);
    }

    private void Close()
    {
        if (!isOpen) return;
        isOpen = false;
        if (Closed is { } closed)
        {
            closed(open!);
            open = null;
            return;
        }
        total.Merge(open!);
        open!.Clear();
    }
}
