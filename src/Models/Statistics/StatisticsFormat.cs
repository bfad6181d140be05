namespace Pipelines.Models.Fitting;

/// <summary>
/// The saved form of statistics: <c>PLST</c>, version, kind, length of the rest in bytes, the rest. Numbers are little-endian.
/// </summary>
internal static class StatisticsFormat
{
    private const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "PLST"u8;

    /// <summary>Writes statistics.</summary>
    public static void Write(BinaryWriter writer, Statistics statistics)
    {
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(statistics.Kind);
        writer.Write(StatisticsSize.Of(statistics));
        statistics.SaveBody(writer);
    }

    /// <summary>What <paramref name="save"/> writes.</summary>
    public static byte[] Bytes(Action<BinaryWriter> save)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads statistics of the same kind.</summary>
    /// <exception cref="ModelException">They are of another kind or version, or damaged.</exception>
    public static void Read(BinaryReader reader, Statistics into)
    {
        var length = ReadHead(reader, into.Kind);
        var stream = reader.BaseStream;
        var available = stream.CanSeek ? stream.Length - stream.Position : length;
        if (available < length) throw Damaged($"{available} of {length} bytes", "all of them");
        using var section = new Section(stream, length);
        using var body = new BinaryReader(section);
        try
        {
            into.LoadBody(body);
        }
        catch (EndOfStreamException e)
        {
            throw section.IsCutOff ? Damaged($"{section.Position} of {length} bytes", "all of them", e) : Damaged($"{length} bytes", "more", e);
        }
        catch (FormatException e)
        {
            throw Damaged(e.Message, "what was saved", e);
        }
        if (section.Position < length) throw Damaged($"{length} bytes", $"{section.Position}");
    }

    /// <summary>An error about bytes that cannot be what was saved.</summary>
    public static ModelException Damaged(string found, string expected, Exception? inner = null) =>
        new(ErrorKind.ModelFile, "statistics", found, expected, "they are damaged: restore them from a copy, or compute them again", inner);

    private static long ReadHead(BinaryReader reader, string kind)
    {
        try
        {
            Span<byte> magic = stackalloc byte[Magic.Length];
            reader.BaseStream.ReadExactly(magic);
            if (!magic.SequenceEqual(Magic)) throw Damaged("bytes of another form", $"statistics of '{kind}'");
            if (reader.ReadInt32() is not Version and var version)
                throw new ModelException(ErrorKind.ModelFile, "statistics", $"version {version}", $"version {Version}",
                    "read them with the version of Pipelines that wrote them, or compute them again");
            if (reader.ReadString() is var found && found != kind)
                throw new ModelException(ErrorKind.ModelFile, "statistics", $"those of '{found}'", $"those of '{kind}'",
                    "use them with the model that they were computed with");
            var length = reader.ReadInt64();
            return length >= 0 ? length : throw Damaged($"{length} bytes", "at least 0");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            throw Damaged("a beginning that is cut off", $"statistics of '{kind}'", e);
        }
    }

    /// <summary>Reads at most the next <paramref name="length"/> bytes of a stream.</summary>
    private sealed class Section(Stream stream, long length) : Stream
    {
        private long position;

        /// <summary>True if the stream ended before the section did.</summary>
        public bool IsCutOff { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var wanted = (int)Math.Min(buffer.Length, length - position);
            if (wanted == 0) return 0;
            var read = stream.Read(buffer[..wanted]);
            IsCutOff = read == 0;
            position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
