namespace Pipelines.Models.Sequences;

/// <summary>
/// How sequences are cut into the groups that are summarised in parallel and folded in order: by lengths and global order only, so that the bits depend on
/// neither files, batches nor threads. A group ends with the sequence that fills it: it has the rows of a batch and 128 sequences, or the rows of 16 batches.
/// </summary>
public static class SequenceGroups
{
    /// <summary>So many sequences keep the lanes of the kernels evenly loaded, whatever their lengths.</summary>
    public const int Sequences = 128;

    /// <summary>Batches of rows after which a group ends, however few its sequences.</summary>
    public const int MostBatches = 16;

    /// <summary>True if a group that holds so much is full.</summary>
    /// <param name="sequences">Whole sequences in it.</param>
    /// <param name="rows">Rows in it.</param>
    /// <param name="batchSize">Rows of a batch, at least 1.</param>
    public static bool IsFull(int sequences, long rows, int batchSize) =>
        rows >= batchSize && (sequences >= Sequences || rows >= (long)MostBatches * batchSize);

    /// <summary>First sequences of the groups of a set, and at the end the number of sequences. Shape [groups + 1].</summary>
    public static int[] Cut(SequenceSet sequences, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        List<int> starts = [0];
        for (var s = 0; s < sequences.Count; s++)
        {
            var first = starts[^1];
            if (IsFull(s + 1 - first, sequences.Offset(s + 1) - (long)sequences.Offset(first), batchSize)) starts.Add(s + 1);
        }
        if (starts[^1] < sequences.Count) starts.Add(sequences.Count);
        return [.. starts];
    }
}
