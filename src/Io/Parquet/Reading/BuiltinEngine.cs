using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>This library's own decoder of pages; Parquet.Net stays underneath it for the encodings it does not know, a whole column chunk at a time.</summary>
internal sealed class BuiltinEngine : ParquetEngine, IListEngine
{
    public override string Name => "builtin";

    public override bool IsAvailable => true;

    public override int Preference => 0;

    /// <summary>Memory that a chunk takes which must be decoded whole, about: its pages, its values and what Parquet.Net makes of them.</summary>
    public static long WholeBytes(ColumnChunkInfo chunk) => chunk.CompressedBytes + (3 * Math.Max(chunk.UncompressedBytes, chunk.Values * 8));

    // With Parquet.Net underneath it decodes whole chunks: another engine is better.
    public override int PreferenceFor(PlannedFile file, int group, FileColumn[] columns) =>
        Array.Exists(columns, c => ParquetNetDecoder.IsNeededFor(file.Footer.RowGroups[group].Chunks[c.Chunk])) ? 15 : Preference;

    public override string? Obstacle(PlannedFile file, int group, FileColumn column)
    {
        var chunk = file.Footer.RowGroups[group].Chunks[column.Chunk];
        // Parquet.Net decodes whole chunks, and lists may be longer than memory.
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

    public IListCursor OpenList(PlannedFile file, int group, FileColumn column, ListRoom room, EntryLevels levels) =>
        new BuiltinList(file, group, column, room, levels);
}
