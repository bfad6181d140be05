using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>An engine that reads columns of lists and the leaves of nested columns as well; its <see cref="ParquetEngine.Obstacle"/> says which.</summary>
internal interface IListEngine
{
    /// <summary>Opens a column of lists, or a leaf of a nested column, of a row group.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="column">The column.</param>
    /// <param name="room">What the cursor may hold.</param>
    /// <param name="levels">Takes the levels of the entries that are read.</param>
    IListCursor OpenList(PlannedFile file, int group, FileColumn column, ListRoom room, EntryLevels levels);
}

/// <summary>Reads the entries of such a column forward: an element each, or a list without any.</summary>
internal interface IListCursor : IDisposable
{
    /// <summary>Reads the next entries; never more than the column chunk has.</summary>
    /// <returns>Shape [count], without a value where there is no element.</returns>
    ColumnBlock Read(int count, CancellationToken cancellationToken);
}

/// <summary>What a cursor may hold.</summary>
/// <param name="PageBytes">For pages.</param>
/// <param name="Held">Counts the dictionaries of all columns.</param>
/// <param name="Handed">Counts the texts of all columns that wait for their batch to be full; cleared by whoever asks for slices.</param>
internal sealed record ListRoom(long PageBytes, ReadingMemory Held, ReadingMemory Handed);
