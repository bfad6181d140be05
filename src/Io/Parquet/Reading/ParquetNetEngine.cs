using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// Decodes with Parquet.Net, whole column chunks at a time. It comes last in automatic selection and is meant to be requested by name. Page headers, sizes and
/// checksums are checked beforehand, because it checks none; data that it is known to misread or fail on is rejected.
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
