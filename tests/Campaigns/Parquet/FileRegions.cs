using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Campaigns.Parquet;

/// <summary>What a byte of a Parquet file belongs to.</summary>
internal enum FileRegion { Magic, PageHeader, PageData, Footer }

/// <summary>Tells what each byte of a good file belongs to.</summary>
internal static class FileRegions
{
    /// <summary>Shape [bytes of the file].</summary>
    public static FileRegion[] Of(string path, byte[] bytes)
    {
        var footer = FooterFile.Load(path, path);
        var regions = new FileRegion[bytes.Length];
        var start = bytes.Length - 8 - BitConverter.ToInt32(bytes, bytes.Length - 8);
        Array.Fill(regions, FileRegion.Footer, start, bytes.Length - 4 - start);
        foreach (var chunk in footer.RowGroups.SelectMany(g => g.Chunks))
        {
            for (var at = (int)chunk.Offset; at < chunk.Offset + chunk.CompressedBytes;)
            {
                var header = PageHeader.Parse(bytes.AsSpan(at), out var length);
                Array.Fill(regions, FileRegion.PageHeader, at, length);
                Array.Fill(regions, FileRegion.PageData, at + length, header.CompressedBytes);
                at += length + header.CompressedBytes;
            }
        }
        return regions;
    }
}
