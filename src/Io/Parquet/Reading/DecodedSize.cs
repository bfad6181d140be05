using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Estimates the memory of decoded rows, independently of the engine.</summary>
internal static class DecodedSize
{
    /// <summary>Bytes of the given columns of a row group.</summary>
    public static long Of(RowGroupInfo group, FileColumn[] columns)
    {
        var bytes = 0L;
        foreach (var column in columns)
            foreach (var leaf in column.Leaves)
            {
                var chunk = group.Chunks[leaf.Chunk];
                bytes += (Math.Max(group.Rows, chunk.Values) * EntryBytes(group, leaf))
                    + (leaf.Storage.Physical == PhysicalType.ByteArray ? 2 * chunk.UncompressedBytes : 0);
            }
        return bytes;
    }

    /// <summary>True if a column's values have variable length.</summary>
    public static bool IsVariable(FileColumn column) => column.Leaves.Any(l => l.Storage.Physical == PhysicalType.ByteArray
        || (column.Nested is not null && l.Levels!.Repetitions > 0));

    /// <summary>Bytes of a column's value, or of an entry of a nested column's leaf with its levels, without texts.</summary>
    public static long EntryBytes(RowGroupInfo group, FileColumn leaf) => Width(group, leaf) + (leaf.Storage.Kind == LogicalKind.Stored ? 2 : 0);

    /// <summary>Throws if a batch of a row group's rows takes too much memory, without texts, whose lengths are known only after reading.</summary>
    /// <exception cref="FlowException">A batch does not fit.</exception>
    public static void CheckBatch(PlannedFile file, int group, FileColumn[] columns, ReadOptions options)
    {
        CheckRows(file, group, columns, file.Footer.RowGroups[group].Rows, options);
    }

    /// <summary>The same for the given number of rows.</summary>
    public static void CheckRows(PlannedFile file, int group, FileColumn[] columns, long rows, ReadOptions options)
    {
        if (options.LargestBatchBytes is not { } allowed) return;
        var info = file.Footer.RowGroups[group];
        var row = options.ExtraRowBytes + columns.Sum(c => RowBytes(info, c));
        var needed = row * Math.Min(options.BatchSize, rows);
        if (needed <= allowed) return;
        throw new FlowException(ErrorKind.Usage, $"{file.Name}, row group {group}",
            $"{columns.Length} columns that take {new MemorySize(needed)}{(options.ExtraRowBytes > 0 ? ", with computed values," : "")} a batch of "
                + $"{Math.Min(options.BatchSize, rows)} rows",
            $"at most {new MemorySize(allowed)}, the largest batch within the memory budget",
            $"take batches of {Math.Max(1, allowed / row)} rows (ReadOptions.BatchSize), give more memory (ReadOptions.LargestBatchBytes), or "
                + "leave columns out");
    }

    // A list row counts with the average number of entries: the exact number of a batch is known only after reading.
    private static long RowBytes(RowGroupInfo group, FileColumn column)
    {
        if (column.Nested is null) return Width(group, column);
        var rows = Math.Max(1, group.Rows);
        return column.Leaves.Sum(l => EntryBytes(group, l) * ((group.Chunks[l.Chunk].Values + rows - 1) / rows));
    }

    private static int Width(RowGroupInfo group, FileColumn column)
    {
        var row = ColumnDecoder.RowBytes(column);
        var isDictionary = Array.Exists(group.Chunks[column.Chunk].Encodings, e => e is PageEncoding.PlainDictionary or PageEncoding.RleDictionary);
        return isDictionary ? Math.Min(4, row) : row;
    }
}
