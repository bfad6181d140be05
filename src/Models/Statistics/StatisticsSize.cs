namespace Pipelines.Models.Fitting;

/// <summary>Memory size of statistics: about as many bytes as they save.</summary>
public static class StatisticsSize
{
    /// <summary>Bytes of some statistics, without what says what they are.</summary>
    /// <param name="statistics">Any.</param>
    public static long Of(Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        using var counter = new Counter();
        using var writer = new BinaryWriter(counter);
        statistics.SaveBody(writer);
        writer.Flush();
        return counter.Length;
    }

    private sealed class Counter : Stream
    {
        private long length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position
        {
            get => length;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => length += buffer.Length;
    }
}
