using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Decodes with Parquet.Net, whole column chunks at a time, for those who ask for it by name: the automatic choice takes it last. Page headers, sizes and sums
/// are checked before, for it checks none; what it is known to read wrongly or to stumble over is refused.
/// </summary>
internal sealed class ParquetNetEngine : ParquetEngine
{
    public override string Name => "parquet.net";

    public override bool IsAvailable => true;

    public override int Preference => 20;

    public override string? Obstacle(PlannedFile file, int group, FileColumn column)
    {
        var chunk = file.Footer.RowGroups[group].Chunks[column.Chunk];
        return chunk.Obstacle
            ?? ParquetNetDecoder.Obstacle(column, chunk)
            ?? (Array.Exists(file.Footer.Columns, c => c.Storage.Kind == LogicalKind.Float16) ? "Parquet.Net cannot open files with half floats"
            : column.Storage.Physical == PhysicalType.Boolean && Array.Exists(chunk.Encodings, e => e == PageEncoding.Rle)
                && !chunk.Encodings.Contains(PageEncoding.Plain) ? "Parquet.Net reads booleans in runs wrongly"
            : column.Storage.Physical == PhysicalType.Int96 ? "Parquet.Net has no raw form of INT96"
            : null);
    }

    public override long HeldBytes(PlannedFile file, int group, FileColumn[] columns) =>
        columns.Sum(c => BuiltinEngine.WholeBytes(file.Footer.RowGroups[group].Chunks[c.Chunk]));

    public override IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits) =>
        new BuiltinReader(file, group, columns, limits, useParquetNet: true);
}
