using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>
/// Decodes with ParquetSharp (Arrow C++), slice by slice, so that a huge row group need not be held. It is asked for the stored values only: what they mean is
/// decided by the same code as for the built-in engine. It checks page checksums and decrypts. Native code does not survive everything that a broken file may
/// say, so the footer and all page headers are read and checked before it sees the file (but for encrypted ones, whose every byte is authenticated).
/// </summary>
internal sealed class ParquetSharpEngine : ParquetEngine, IListEngine
{
    /// <summary>Bytes that a page holds at most with most writers, decompressed; what is larger is found when the column's page headers are read.</summary>
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

    /// <summary>Bytes that a column's page takes with most writers: as it is stored, decompressed, and a dictionary.</summary>
    public static long PageBytes(ColumnChunkInfo chunk) => Math.Min(chunk.CompressedBytes, UsualPage) + (2 * Math.Min(chunk.UncompressedBytes, UsualPage));

    public override IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits) =>
        new ArrowRowGroup(file, group, columns, limits);

    public IListCursor OpenList(PlannedFile file, int group, FileColumn column, ListRoom room, EntryLevels levels) =>
        new ArrowList(new ArrowRowGroup(file, group, [column], new ReaderLimits(room.PageBytes), (levels, room.Handed)));

    public override FileFooter? LoadEncrypted(string path, string name, DecryptionKeys keys) => EncryptedFooter.Load(path, name, keys);
}
