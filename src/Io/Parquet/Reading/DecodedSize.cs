using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>What rows take in memory once they are decoded, about; whatever engine does it.</summary>
internal static class DecodedSize
{
    /// <summary>Bytes of columns of a row group.</summary>
    public static long Of(RowGroupInfo group, FileColumn[] columns)
    {
        var bytes = 0L;
        foreach (var column in columns) bytes += (Math.Max(group.Rows, group.Chunks[column.Chunk].Values) * Width(group, column)) + (IsVariable(column) ? 2 * group.Chunks[column.Chunk].UncompressedBytes : 0);
        return bytes;
    }

    /// <summary>True if a column's values may be of any length.</summary>
    public static bool IsVariable(FileColumn column) => column.Storage.Physical == PhysicalType.ByteArray;

    /// <summary>Refuses a row group of whose rows a batch takes too much memory, texts not counted: how long they are only reading tells.</summary>
    /// <exception cref="DataException">A batch does not fit.</exception>
    public static void CheckBatch(PlannedFile file, int group, FileColumn[] columns, ReadOptions options)
    {
        CheckRows(file, group, columns, file.Footer.RowGroups[group].Rows, options);
    }

    /// <summary>The same of so many rows.</summary>
    public static void CheckRows(PlannedFile file, int group, FileColumn[] columns, long rows, ReadOptions options)
    {
        if (options.LargestBatchBytes is not { } allowed) return;
        var info = file.Footer.RowGroups[group];
        var row = options.ExtraRowBytes + columns.Sum(c => (long)Width(info, c));
        var needed = row * Math.Min(options.BatchSize, rows);
        if (needed <= allowed) return;
        throw new DataException(DataErrorKind.Usage, $"{file.Name}, row group {group}", $"{columns.Length} columns that take {new MemorySize(needed)}{(options.ExtraRowBytes > 0 ? ", with what is computed of them," : "")} a batch of {Math.Min(options.BatchSize, rows)} rows",
            $"at most {new MemorySize(allowed)}, the largest batch within the memory budget", $"take batches of {Math.Max(1, allowed / row)} rows (ReadOptions.BatchSize), give more memory (ReadOptions.LargestBatchBytes), or leave columns out");
    }

    private static int Width(RowGroupInfo group, FileColumn column)
    {
        var row = ColumnDecoder.RowBytes(column);
        var isDictionary = Array.Exists(group.Chunks[column.Chunk].Encodings, e => e is PageEncoding.PlainDictionary or PageEncoding.RleDictionary);
        return isDictionary ? Math.Min(4, row) : row;
    }
}
