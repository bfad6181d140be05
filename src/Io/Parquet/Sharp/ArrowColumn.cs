using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ParquetSharp;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Reads one column of a row group through Arrow: the stored values, plainly encoded again, so that the one decoder says what they mean.</summary>
internal abstract class ArrowColumn(PlannedFile file, int group, FileColumn column, ReaderLimits limits) : IDisposable
{
    /// <summary>Rows asked for in one native call: between calls the run can be cancelled.</summary>
    protected const int MostRows = 1 << 16;

    private readonly ChunkDecoder decoder = ChunkDecoder.For(column);

    /// <summary>The column of an open row group.</summary>
    public static ArrowColumn For(ColumnReader reader, PlannedFile file, int group, FileColumn column, ReaderLimits limits)
    {
        try
        {
            var levels = column.Repetition == Format.Repetition.Optional ? 1 : 0;
            if (reader.ColumnDescriptor.MaxDefinitionLevel != levels || reader.ColumnDescriptor.MaxRepetitionLevel != 0)
                throw new BrokenFileException($"{reader.ColumnDescriptor.MaxDefinitionLevel} and {reader.ColumnDescriptor.MaxRepetitionLevel} levels", $"{levels} and 0, as the schema says");
            return (column.Storage.Physical, reader) switch
            {
                (Format.PhysicalType.Boolean, ColumnReader<bool> typed) => new Booleans(typed, file, group, column, limits),
                (Format.PhysicalType.Int32, ColumnReader<int> typed) => new Numbers<int>(typed, file, group, column, limits),
                (Format.PhysicalType.Int64, ColumnReader<long> typed) => new Numbers<long>(typed, file, group, column, limits),
                (Format.PhysicalType.Int96, ColumnReader<Int96> typed) => new Numbers<Int96>(typed, file, group, column, limits),
                (Format.PhysicalType.Float, ColumnReader<float> typed) => new Numbers<float>(typed, file, group, column, limits),
                (Format.PhysicalType.Double, ColumnReader<double> typed) => new Numbers<double>(typed, file, group, column, limits),
                (Format.PhysicalType.ByteArray, ColumnReader<ByteArray> typed) => new Texts(typed, file, group, column, limits),
                (Format.PhysicalType.FixedLenByteArray, ColumnReader<FixedLenByteArray> typed) when reader.ColumnDescriptor.TypeLength == column.Storage.Length => new FixedBytes(typed, file, group, column, limits),
                _ => throw new BrokenFileException($"values of {reader.Type}", $"{column.Storage.Physical}, as when the file was opened"),
            };
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next rows.</summary>
    public ColumnBlock Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        _ = recycler;
        Begin(rows);
        bool[]? present = null;
        var levels = ArrayPool<short>.Shared.Rent(Math.Min(rows, MostRows));
        try
        {
            var isOptional = column.Repetition == Format.Repetition.Optional;
            for (var at = 0; at < rows;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var asked = Math.Min(rows - at, MostRows);
                var flags = isOptional ? levels.AsSpan(0, asked) : default;
                var count = ReadBatch(asked, flags, out var values);
                if (count <= 0 || count > asked) throw new BrokenFileException($"values of {at} rows", $"{rows}");
                flags = isOptional ? flags[..count] : flags;
                var here = isOptional ? flags.Count((short)1) : count;
                if (values != here || (isOptional && here + flags.Count((short)0) != count)) throw new BrokenFileException($"{values} values with {here} levels", "one level a value");
                Keep(values);
                if (here < count && present is null) Array.Fill(present = new bool[rows], true);
                if (present is not null && isOptional)
                    for (var i = 0; i < count; i++) present[at + i] = flags[i] != 0;
                at += count;
            }
            return decoder.FromPlain(Plain, present, rows);
        }
        finally
        {
            ArrayPool<short>.Shared.Return(levels);
            End();
        }
    }

    /// <summary>Passes over rows.</summary>
    public void Skip(long rows, CancellationToken cancellationToken)
    {
        while (rows > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var skipped = SkipRows(Math.Min(rows, MostRows));
            if (skipped <= 0) throw new BrokenFileException($"an end {rows} rows too early", "more rows");
            rows -= skipped;
        }
    }

    public abstract void Dispose();

    /// <summary>The values so far, plainly encoded.</summary>
    protected abstract ReadOnlySpan<byte> Plain { get; }

    /// <summary>Makes room for a slice.</summary>
    protected abstract void Begin(int rows);

    /// <summary>Reads values up to the end of a page.</summary>
    /// <param name="rows">Rows to read at most.</param>
    /// <param name="levels">Shape [rows], 1 where a value is present; empty for columns that may not be null.</param>
    /// <param name="values">Values read.</param>
    /// <returns>Rows read.</returns>
    protected abstract int ReadBatch(int rows, Span<short> levels, out int values);

    /// <summary>Takes over what the last call read, before the next makes it invalid.</summary>
    protected abstract void Keep(int values);

    /// <summary>Gives the slice's memory back.</summary>
    protected abstract void End();

    protected abstract long SkipRows(long rows);

    protected void CheckSlice(long bytes)
    {
        var allowed = Math.Min(limits.SliceBytes, Array.MaxLength);
        if (bytes > allowed) throw RowGroupFault.TooLarge(file, group, column, $"values of {new MemorySize(bytes)} in one slice", allowed);
    }

    /// <summary>Numbers, which lie in memory as they are encoded.</summary>
    private sealed class Numbers<T>(ColumnReader<T> reader, PlannedFile file, int group, FileColumn column, ReaderLimits limits) : ArrowColumn(file, group, column, limits)
        where T : unmanaged, IEquatable<T>
    {
        private T[] values = [];
        private int count;

        protected override ReadOnlySpan<byte> Plain => MemoryMarshal.AsBytes(values.AsSpan(0, count));

        public override void Dispose() => reader.Dispose();

        protected override void Begin(int rows)
        {
            CheckSlice((long)rows * Unsafe.SizeOf<T>());
            values = ArrayPool<T>.Shared.Rent(rows);
        }

        protected override int ReadBatch(int rows, Span<short> levels, out int read)
        {
            var n = reader.ReadBatch(rows, levels, default, values.AsSpan(count), out var valuesRead);
            read = checked((int)valuesRead);
            return checked((int)n);
        }

        protected override void Keep(int read) => count += read;

        protected override void End()
        {
            if (values.Length > 0) ArrayPool<T>.Shared.Return(values);
            (values, count) = ([], 0);
        }

        protected override long SkipRows(long rows) => reader.Skip(rows);
    }

    /// <summary>What Arrow hands out in another form than it is encoded.</summary>
    private abstract class Reencoded<T>(ColumnReader<T> reader, PlannedFile file, int group, FileColumn column, ReaderLimits limits) : ArrowColumn(file, group, column, limits)
        where T : unmanaged, IEquatable<T>
    {
        private readonly T[] values = new T[MostRows];

        protected override ReadOnlySpan<byte> Plain => Bytes.Written;

        protected ByteBuffer Bytes { get; } = new();

        public override void Dispose() => reader.Dispose();

        protected override void Begin(int rows) => Bytes.Clear();

        protected override int ReadBatch(int rows, Span<short> levels, out int read)
        {
            var n = reader.ReadBatch(rows, levels, default, values, out var valuesRead);
            read = checked((int)valuesRead);
            return checked((int)n);
        }

        protected override void Keep(int read) => Encode(values.AsSpan(0, read));

        protected abstract void Encode(ReadOnlySpan<T> read);

        protected override void End() => Bytes.Clear();

        protected override long SkipRows(long rows) => reader.Skip(rows);
    }

    private sealed class Booleans(ColumnReader<bool> reader, PlannedFile file, int group, FileColumn column, ReaderLimits limits) : Reencoded<bool>(reader, file, group, column, limits)
    {
        private int bits;

        protected override void Begin(int rows)
        {
            base.Begin(rows);
            bits = 0;
            Bytes.Reserve((rows + 7) / 8).Clear();
        }

        protected override void Encode(ReadOnlySpan<bool> read)
        {
            var target = Bytes.Written;
            foreach (var value in read)
            {
                if (value) target[bits >> 3] |= (byte)(1 << (bits & 7));
                bits++;
            }
        }
    }

    private sealed class Texts(ColumnReader<ByteArray> reader, PlannedFile file, int group, FileColumn column, ReaderLimits limits) : Reencoded<ByteArray>(reader, file, group, column, limits)
    {
        protected override unsafe void Encode(ReadOnlySpan<ByteArray> read)
        {
            var bytes = (long)Bytes.Length;
            foreach (var value in read)
            {
                if (value.Length < 0 || (value.Length > 0 && value.Pointer == 0)) throw new BrokenFileException($"a value of {value.Length} bytes", "at least 0");
                bytes += 4L + value.Length;
            }
            CheckSlice(bytes);
            foreach (var value in read)
            {
                BinaryPrimitives.WriteInt32LittleEndian(Bytes.Reserve(4), value.Length);
                Bytes.Write(new ReadOnlySpan<byte>((void*)value.Pointer, value.Length));
            }
        }
    }

    private sealed class FixedBytes(ColumnReader<FixedLenByteArray> reader, PlannedFile file, int group, FileColumn column, ReaderLimits limits) : Reencoded<FixedLenByteArray>(reader, file, group, column, limits)
    {
        private readonly int length = column.Storage.Length;

        protected override unsafe void Encode(ReadOnlySpan<FixedLenByteArray> read)
        {
            CheckSlice(Bytes.Length + (long)length * read.Length);
            foreach (var value in read)
            {
                if (value.Pointer == 0) throw new BrokenFileException("a value without bytes", $"{length} bytes");
                Bytes.Write(new ReadOnlySpan<byte>((void*)value.Pointer, length));
            }
        }
    }
}
