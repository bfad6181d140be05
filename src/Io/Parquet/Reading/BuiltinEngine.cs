using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>This library's own page decoder; encodings that it does not support are decoded by Parquet.Net, a whole column chunk at a time.</summary>
internal sealed class BuiltinEngine : ParquetEngine, IListEngine
{
    public override string Name => "builtin";

    public override bool IsAvailable => true;

    public override int Preference => 0;

    /// <summary>Approximate memory for a chunk that must be decoded whole: its pages, its values and the intermediate data of Parquet.Net.</summary>
    public static long WholeBytes(ColumnChunkInfo chunk) => chunk.CompressedBytes + (3 * Math.Max(chunk.UncompressedBytes, chunk.Values * 8));

    // Through Parquet.Net it decodes whole chunks: another engine is better.
    public override int PreferenceFor(PlannedFile file, int group, FileColumn[] columns) =>
        Array.Exists(columns, c => ParquetNetDecoder.IsNeededFor(file.Footer.RowGroups[group].Chunks[c.Chunk])) ? 15 : Preference;

    public override string? Obstacle(PlannedFile file, int group, FileColumn column)
    {
        var chunk = file.Footer.RowGroups[group].Chunks[column.Chunk];
        // Parquet.Net decodes whole chunks, and lists may be larger than memory.
        if (column.Levels is { } levels && ParquetNetDecoder.IsNeededFor(chunk))
            return chunk.Obstacle ?? $"its {(levels.Repetitions > 0 ? "lists" : "values")} are delta encoded or split into bytes";
        return chunk.Obstacle ?? ParquetNetDecoder.Obstacle(column, chunk);
    }

    public override long HeldBytes(PlannedFile file, int group, FileColumn[] columns)
    {
        var bytes = 0L;
        foreach (var column in columns)
        {
            var chunk = file.Footer.RowGroups[group].Chunks[column.Chunk];
            if (ParquetNetDecoder.IsNeededFor(chunk)) bytes += WholeBytes(chunk);
        }
        return bytes;
    }

    public override IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits) =>
        new BuiltinReader(file, group, columns, limits);

    public IListCursor OpenList(PlannedFile file, int group, FileColumn column, ListBudget budget, EntryLevels levels) =>
        new BuiltinList(file, group, column, budget, levels);
}
