using System.Runtime.InteropServices;

namespace Pipelines.Blocks;

/// <summary>
/// Scores of whole sequences, stored by row in a temporary file until the rows themselves are read again and written. A sequence may therefore be longer than
/// all batches in flight, and memory stays bounded.
/// </summary>
/// <param name="batches">Where the batches start.</param>
/// <param name="columns">The score columns.</param>
/// <param name="file">The temporary file; disposed together with this object.</param>
internal sealed class SequenceScores(BatchRows batches, IReadOnlyList<ScoreColumn> columns, SpillFile file) : IDisposable
{
    // One size for all scores, so that a column's position needs no table.
    private const int CellBytes = sizeof(double);

    /// <summary>Stores the scores of some rows. Thread-safe for distinct rows.</summary>
    /// <param name="firstRow">Number of the first row over all batches, not counting rejected rows.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="scores">Their scores.</param>
    public void Write(long firstRow, int rows, ScoreBatch scores)
    {
        for (var c = 0; c < columns.Count; c++) file.Write(Cells(scores.Values[c], rows), Place(c, firstRow, scores.Values[c]));
    }

    /// <summary>Number of rows of a batch that were scored; -1 if there was no such batch.</summary>
    public long RowsOf(long batch) => batch < batches.Count ? batches[batch + 1] - batches[batch] : -1;

    /// <summary>Reads the scores of a batch.</summary>
    /// <param name="batch">Its number.</param>
    /// <param name="rows">Number of rows, not counting those rejected.</param>
    /// <param name="scores">Receives the scores.</param>
    public void Read(long batch, int rows, ScoreBatch scores)
    {
        if (RowsOf(batch) != rows)
            throw new InvalidOperationException($"batch {batch}: found {rows} rows, expected as many as when its sequences were scored");
        for (var c = 0; c < columns.Count; c++) file.Read(Cells(scores.Values[c], rows), Place(c, batches[batch], scores.Values[c]));
    }

    public void Dispose() => file.Dispose();

    private static Span<byte> Cells(Array values, int rows) => values is int[] integers
        ? MemoryMarshal.AsBytes(integers.AsSpan(0, rows))
        : MemoryMarshal.AsBytes(((double[])values).AsSpan(0, rows));

    private long Place(int column, long row, Array values) => (column * batches.Rows * CellBytes) + (row * (values is int[]? sizeof(int) : CellBytes));
}
