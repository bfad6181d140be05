using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>Writes the footer of a Parquet file. It identifies the writer only by name and version, not by time, user or machine.</summary>
internal static class FooterWriter
{
    /// <summary>Prefix of the creator of every file that Pipelines writes.</summary>
    public const string Creator = "Pipelines version ";

    private static readonly string CreatedBy = $"{Creator}{typeof(FooterWriter).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Writes a footer without its length and magic.</summary>
    public static void Write(ByteBuffer target, ColumnWriter[] columns, IChunkWriter[] writers, IReadOnlyList<(long Rows, WrittenChunk[] Chunks)> groups)
    {
        var w = new ThriftWriter(target);
        w.Begin();
        w.Int32(1, 2);
        w.List(2, ThriftType.Struct, columns.Sum(c => c.SchemaElements) + 1);
        w.Begin();
        w.Text(4, "schema");
        w.Int32(5, columns.Length);
        w.End();
        foreach (var column in columns) column.WriteSchema(target);
        w.Int64(3, groups.Sum(g => g.Rows));
        w.List(4, ThriftType.Struct, groups.Count);
        foreach (var (rows, chunks) in groups) WriteGroup(w, writers, rows, chunks);
        w.Text(6, CreatedBy);
        // Smallest and largest values use the order of the columns' types.
        w.List(7, ThriftType.Struct, writers.Length);
        foreach (var _ in writers)
        {
            w.Begin();
            w.Empty(1);
            w.End();
        }
        w.End();
    }

    private static void WriteGroup(ThriftWriter w, IChunkWriter[] writers, long rows, WrittenChunk[] chunks)
    {
        w.Begin();
        w.List(1, ThriftType.Struct, chunks.Length);
        for (var c = 0; c < chunks.Length; c++)
        {
            var chunk = chunks[c];
            w.Begin();
            w.Int64(2, 0);
            w.Begin(3);
            w.Int32(1, (int)writers[c].Storage.Physical);
            w.List(2, ThriftType.Int32, chunk.Encodings.Length);
            foreach (var encoding in chunk.Encodings) w.Element((int)encoding);
            w.List(3, ThriftType.Binary, writers[c].Path.Count);
            foreach (var name in writers[c].Path) w.Element(name);
            w.Int32(4, (int)chunk.Codec);
            w.Int64(5, chunk.Values);
            w.Int64(6, chunk.UncompressedBytes);
            w.Int64(7, chunk.CompressedBytes);
            w.Int64(9, chunk.Offset + chunk.DictionaryBytes);
            if (chunk.DictionaryBytes > 0) w.Int64(11, chunk.Offset);
            w.Begin(12);
            w.Int64(3, chunk.Nulls);
            if (chunk.Range is { } range)
            {
                w.Bytes(5, range.Max);
                w.Bytes(6, range.Min);
            }
            w.End();
            w.End();
            w.End();
        }
        w.Int64(2, chunks.Sum(c => c.UncompressedBytes));
        w.Int64(3, rows);
        w.Int64(5, chunks.Length == 0 ? 4 : chunks[0].Offset);
        w.Int64(6, chunks.Sum(c => c.CompressedBytes));
        w.End();
    }
}
