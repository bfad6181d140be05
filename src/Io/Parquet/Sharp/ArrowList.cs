using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads a list column through Arrow.</summary>
/// <param name="entries">The column's entries as rows; disposed with it.</param>
internal sealed class ArrowList(ArrowRowGroup entries) : IListCursor
{
    public ColumnBlock Read(int count, CancellationToken cancellationToken) => entries.Read(count, null, cancellationToken)[0];

    public void Dispose() => entries.Dispose();
}
