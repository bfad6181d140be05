using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Reads a list column with this library's own decoder.</summary>
internal sealed class BuiltinList : IListCursor
{
    private const long MaxPageBytes = 1 << 26;
    private readonly SafeFileHandle handle;
    private readonly ColumnCursor cursor;

    public BuiltinList(PlannedFile file, int group, FileColumn column, ListBudget budget, EntryLevels levels)
    {
        handle = FooterFile.Open(file.Path);
        cursor = ColumnDecoder.For(column).Open(handle, file.Path, file.Footer.RowGroups[group].Chunks[column.Chunk], Math.Min(MaxPageBytes, budget.PageBytes),
            budget.Held, budget.Handed, levels);
    }

    public ColumnBlock Read(int count, CancellationToken cancellationToken)
    {
        var block = cursor.Read(count, null, cancellationToken);
        cursor.SkipRest();
        return block;
    }

    public void Dispose()
    {
        cursor.Dispose();
        handle.Dispose();
    }
}
