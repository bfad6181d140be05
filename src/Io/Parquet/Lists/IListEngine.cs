using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>An engine that also reads list columns and the leaves of nested columns; its <see cref="ParquetEngine.Obstacle"/> says which.</summary>
internal interface IListEngine
{
    /// <summary>Opens a list column or a leaf of a nested column in a row group.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="column">The column.</param>
    /// <param name="budget">Memory limits of the cursor.</param>
    /// <param name="levels">Receives the levels of the entries that are read.</param>
    IListCursor OpenList(PlannedFile file, int group, FileColumn column, ListBudget budget, EntryLevels levels);
}

/// <summary>Reads the entries of such a column forward: each is an element or an empty list.</summary>
internal interface IListCursor : IDisposable
{
    /// <summary>Reads the next entries; never more than the column chunk has.</summary>
    /// <returns>Shape [count], without a value for empty lists.</returns>
    ColumnBlock Read(int count, CancellationToken cancellationToken);
}

/// <summary>Memory limits of a cursor.</summary>
/// <param name="PageBytes">Bytes for pages.</param>
/// <param name="Held">Counts the dictionaries of all columns.</param>
/// <param name="Handed">Counts the texts of all columns until their batch is full; cleared by the caller that requests slices.</param>
internal sealed record ListBudget(long PageBytes, ReadingMemory Held, ReadingMemory Handed);
