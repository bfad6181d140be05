using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>The columns of a file that are read.</summary>
internal sealed class RowGroupDecoder(string path, string name, FileFooter footer, FileColumn[] columns)
{
    private readonly ChunkDecoder[] decoders = [.. columns.Select(ChunkDecoder.For)];

    /// <summary>Decodes a row group.</summary>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="recycler">Where arrays come from; null = new ones.</param>
    /// <param name="cancellationToken">Stops between pages.</param>
    /// <returns>Shape [columns].</returns>
    public ColumnBlock[] Decode(int group, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        using var file = FooterFile.Open(path);
        if (DecodedSize.Of(footer.RowGroups[group], columns) is var needed && needed > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            throw new DataException(DataErrorKind.Data, $"{name}, row group {group}", $"{footer.RowGroups[group].Rows} rows that need {new MemorySize(needed)}",
                $"at most {new MemorySize(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}, the memory of the process", "read fewer columns, or write the file anew with smaller row groups");
        using var other = new ParquetNetDecoder(file, path);
        var decoded = new ColumnBlock[columns.Length];
        var rows = (int)footer.RowGroups[group].Rows;
        for (var c = 0; c < columns.Length; c++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = footer.RowGroups[group].Chunks[columns[c].Chunk];
            try
            {
                decoded[c] = ParquetNetDecoder.IsNeededFor(chunk)
                    ? other.Decode(columns[c], group, chunk, rows, decoders[c], cancellationToken)
                    : decoders[c].Decode(file, path, chunk, rows, recycler, cancellationToken);
            }
            catch (Exception e) when (e is not (DataException or OperationCanceledException))
            {
                var place = $"{name}, row group {group}, column '{columns[c].Name}'";
                const string remedy = "write the file anew, or leave the column out";
                throw e is BrokenFileException broken
                    ? new DataException(DataErrorKind.Data, place, broken.Found, broken.Expected, remedy, e)
                    : new DataException(DataErrorKind.Data, place, $"values that cannot be decoded ({e.GetType().Name}: {e.Message})", $"values stored as {columns[c].Storage}", remedy, e);
            }
        }
        return decoded;
    }
}
