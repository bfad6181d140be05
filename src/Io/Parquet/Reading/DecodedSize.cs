using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>What rows take in memory once they are decoded, about; whatever engine does it.</summary>
internal static class DecodedSize
{
    /// <summary>Bytes of columns of a row group.</summary>
    public static long Of(RowGroupInfo group, FileColumn[] columns)
    {
        var bytes = 0L;
        foreach (var column in columns)
        {
            var chunk = group.Chunks[column.Chunk];
            var row = ChunkDecoder.RowBytes(column);
            var isDictionary = Array.Exists(chunk.Encodings, e => e is PageEncoding.PlainDictionary or PageEncoding.RleDictionary);
            bytes += group.Rows * (isDictionary ? Math.Min(4, row) : row) + (column.Storage.Physical == PhysicalType.ByteArray ? 2 * chunk.UncompressedBytes : 0);
        }
        return bytes;
    }
}
