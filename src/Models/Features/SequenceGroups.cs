namespace Pipelines.Models.Sequences;

/// <summary>
/// Splits sequences into the groups that are summarised in parallel and folded in order. The split depends on lengths and global order only, so results are
/// bit-identical for any files, batches and threads. A group ends with the sequence that fills it: when it has one batch of rows and 128 sequences, or 16
/// batches of rows.
/// </summary>
internal static class SequenceGroups
{
    /// <summary>This many sequences keep the kernels' lanes evenly loaded for any lengths.</summary>
    public const int Sequences = 128;

    /// <summary>Batches of rows after which a group ends, even with few sequences.</summary>
    public const int MostBatches = 16;

    /// <summary>True if a group of this size is full.</summary>
    /// <param name="sequences">Whole sequences in it.</param>
    /// <param name="rows">Rows in it.</param>
    /// <param name="batchSize">Rows per batch, at least 1.</param>
    public static bool IsFull(int sequences, long rows, int batchSize) =>
        rows >= batchSize && (sequences >= Sequences || rows >= (long)MostBatches * batchSize);

    /// <summary>First sequence of each group of a set, followed by the number of sequences. Shape [groups + 1].</summary>
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
