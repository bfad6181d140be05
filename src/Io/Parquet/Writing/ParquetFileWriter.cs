using System.Buffers.Binary;
using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>Writes one Parquet file: row groups, then the footer. Without <see cref="Finish"/> it is not a valid Parquet file.</summary>
internal sealed class ParquetFileWriter(Stream stream, ColumnWriter[] columns, IChunkWriter[] writers)
{
    private readonly List<(long Rows, WrittenChunk[] Chunks)> groups = [];
    private long position;

    /// <summary>Writes the file's first bytes.</summary>
    public void Begin() => Write("PAR1"u8);

    /// <summary>Encodes the columns' rows as a row group and writes it.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="encode">Encodes the chunks, in any order; returns them in order.</param>
    public void WriteRowGroup(long rows, Func<WrittenChunk[]> encode)
    {
        var chunks = encode();
        for (var c = 0; c < writers.Length; c++)
        {
            chunks[c] = chunks[c] with { Offset = position };
            Write(writers[c].Output.Written);
            writers[c].Output.Clear();
        }
        groups.Add((rows, chunks));
    }

    /// <summary>Writes the footer.</summary>
    public void Finish()
    {
        var footer = new ByteBuffer();
        FooterWriter.Write(footer, columns, writers, groups);
        var length = footer.Length;
        BinaryPrimitives.WriteInt32LittleEndian(footer.Reserve(4), length);
        footer.Write("PAR1"u8);
        Write(footer.Written);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        position += bytes.Length;
    }
}
