using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>
/// Decodes with ParquetSharp (Arrow C++) in slices, so that huge row groups need not be held in memory. It returns only the stored values: their meaning is
/// determined by the same code as for the built-in engine. It checks page checksums and decrypts. Native code may crash on broken files,
/// so the footer and all page headers are checked before it reads the file (except for encrypted files, which are authenticated).
/// </summary>
internal sealed class ParquetSharpEngine : ParquetEngine, IListEngine
{
    /// <summary>Maximum decompressed page size of most writers, in bytes; larger pages are found when the column's page headers are read.</summary>
    private const long UsualPage = 1 << 20;

    public override string Name => "parquetsharp";

    public override bool IsAvailable => NativeLibrary.Obstacle is null;

    public override string? Unavailable => NativeLibrary.Obstacle;

    public override int Preference => 10;

    public override string? Obstacle(PlannedFile file, int group, FileColumn column)
    {
        var chunk = file.Footer.RowGroups[group].Chunks[column.Chunk];
        return chunk.Codec switch
        {
            _ when chunk.IsElsewhere || chunk.IsLocked => chunk.Obstacle,
            PageCodec.None or PageCodec.Snappy or PageCodec.Gzip or PageCodec.Brotli or PageCodec.Zstd or PageCodec.Lz4Raw or PageCodec.HadoopLz4 => null,
            _ => chunk.Obstacle,
        };
    }

    public override long HeldBytes(PlannedFile file, int group, FileColumn[] columns)
    {
        var bytes = 0L;
        foreach (var column in columns) bytes += ArrowRowGroup.LeastBuffer + PageBytes(file.Footer.RowGroups[group].Chunks[column.Chunk]);
        return bytes;
    }

    /// <summary>Bytes that a column's page takes with most writers: stored, decompressed, and a dictionary.</summary>
    public static long PageBytes(ColumnChunkInfo chunk) => Math.Min(chunk.CompressedBytes, UsualPage) + (2 * Math.Min(chunk.UncompressedBytes, UsualPage));

    public override IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits) =>
        new ArrowRowGroup(file, group, columns, limits);

    public IListCursor OpenList(PlannedFile file, int group, FileColumn column, ListBudget budget, EntryLevels levels) =>
        new ArrowList(new ArrowRowGroup(file, group, [column], new ReaderLimits(budget.PageBytes), (levels, budget.Handed)));

    public override FileFooter? LoadEncrypted(string path, string name, DecryptionKeys keys) => EncryptedFooter.Load(path, name, keys);
}
