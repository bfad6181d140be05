using System.Buffers;
using ParquetSharp;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Sharp;

/// <summary>Scratch memory shared by the columns of an open row group, which are read one after the other.</summary>
/// <param name="Bytes">Values of the column being read, plain encoded.</param>
/// <param name="Texts">Distinct texts of the column being read.</param>
/// <param name="Handed">Counts the bytes of texts of a slice.</param>
internal sealed record ArrowScratch(Format.ByteBuffer Bytes, DistinctTexts Texts, ReadingMemory Handed);

/// <summary>Reads one column of a row group through Arrow. Stored values are plain encoded again, so that a single decoder interprets them.</summary>
internal abstract class ArrowColumn(FileColumn column, ArrowScratch scratch) : IDisposable
{
    /// <summary>Rows requested in one native call; the run can be cancelled between calls.</summary>
    protected const int MostRows = 1 << 14;

    private long nulls;
    private EntryLevels? lists;

    /// <summary>Number of nulls of the whole column according to its page headers, unchecked by Arrow; null if unknown or if rows were skipped.</summary>
    public long? ExpectedNulls { get; set; }

    /// <summary>Decodes values from bytes.</summary>
    protected ColumnDecoder Decoder { get; } = ColumnDecoder.For(column);

    protected ArrowScratch Scratch { get; } = scratch;

    /// <summary>The column of an open row group.</summary>
    /// <param name="reader">Arrow's reader; disposed with the column.</param>
    /// <param name="column">The column, as the footer describes it.</param>
    /// <param name="hasDictionary">True if its texts may come from a dictionary.</param>
    /// <param name="scratch">The scratch memory shared by the row group's columns.</param>
    /// <param name="lists">Receives the levels of a list column, whose entries count as rows; null for a plain column.</param>
    public static ArrowColumn For(ColumnReader reader, FileColumn column, bool hasDictionary, ArrowScratch scratch, EntryLevels? lists = null)
    {
        try
        {
            var levels = column.Levels?.Largest ?? (column.Repetition == Format.Repetition.Optional ? 1 : 0);
            var repetitions = column.Levels?.Repetitions ?? 0;
            if (reader.ColumnDescriptor.MaxDefinitionLevel != levels || reader.ColumnDescriptor.MaxRepetitionLevel != repetitions)
                throw new BrokenFileException($"levels up to {reader.ColumnDescriptor.MaxDefinitionLevel} and {reader.ColumnDescriptor.MaxRepetitionLevel}",
                    $"{levels} and {repetitions}, as the schema says");
            ArrowColumn made = (column.Storage.Physical, reader) switch
            {
                (Format.PhysicalType.Boolean, ColumnReader<bool> typed) => new ArrowBooleans(typed, column, scratch),
                (Format.PhysicalType.Int32, ColumnReader<int> typed) => new ArrowNumbers<int>(typed, column, scratch),
                (Format.PhysicalType.Int64, ColumnReader<long> typed) => new ArrowNumbers<long>(typed, column, scratch),
                (Format.PhysicalType.Int96, ColumnReader<Int96> typed) => new ArrowNumbers<Int96>(typed, column, scratch),
                (Format.PhysicalType.Float, ColumnReader<float> typed) => new ArrowNumbers<float>(typed, column, scratch),
                (Format.PhysicalType.Double, ColumnReader<double> typed) => new ArrowNumbers<double>(typed, column, scratch),
                (Format.PhysicalType.ByteArray, ColumnReader<ByteArray> typed) => new ArrowTexts(typed, column, hasDictionary, scratch),
                (Format.PhysicalType.FixedLenByteArray, ColumnReader<FixedLenByteArray> typed)
                    when reader.ColumnDescriptor.TypeLength == column.Storage.Length => new ArrowFixedBytes(typed, column, scratch),
                _ => throw new BrokenFileException($"values of {reader.Type}", $"{column.Storage}, as when the file was opened"),
            };
            made.lists = lists;
            return made;
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
        bool[]? present = null;
        var levels = ArrayPool<short>.Shared.Rent(Math.Min(rows, MostRows));
        var repeated = lists is null ? [] : ArrayPool<short>.Shared.Rent(Math.Min(rows, MostRows));
        try
        {
            Begin(rows);
            var most = column.Levels?.Largest ?? 1;
            var isOptional = lists is not null || column.Repetition == Format.Repetition.Optional;
            for (var at = 0; at < rows;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var asked = Math.Min(rows - at, MostRows);
                var flags = isOptional ? levels.AsSpan(0, asked) : default;
                var repetitions = lists is null ? default : repeated.AsSpan(0, asked);
                // Arrow does not write levels if all are 0.
                if (lists is { MostRepetitions: 0 }) repetitions.Clear();
                if (lists is { MostDefinitions: 0 }) flags.Clear();
                var count = ReadBatch(asked, flags, repetitions, out var values);
                if (count <= 0 || count > asked) throw new BrokenFileException($"values of {at} rows", $"{rows}");
                var here = count;
                if (lists is not null)
                {
                    flags = flags[..count];
                    here = lists.Add<short>(repetitions[..count], flags);
                }
                else if (isOptional)
                {
                    flags = flags[..count];
                    here = flags.Count((short)1);
                    if (flags.ContainsAnyExceptInRange((short)0, (short)1)) throw new BrokenFileException("levels of more than 1", "0 or 1");
                }
                if (values != here) throw new BrokenFileException($"{values} values", $"{here}, as the levels say");
                Keep(values);
                if (here < count && present is null) (present = ArrayPool<bool>.Shared.Rent(rows)).AsSpan(0, rows).Fill(true);
                if (here < count)
                    for (var i = 0; i < count; i++) present![at + i] = flags[i] == most;
                at += count;
                nulls += count - here;
            }
            return Finish(present, rows, recycler);
        }
        finally
        {
            ArrayPool<short>.Shared.Return(levels);
            if (lists is not null) ArrayPool<short>.Shared.Return(repeated);
            if (present is not null) ArrayPool<bool>.Shared.Return(present);
            End();
        }
    }

    /// <summary>Checks at the column's end that the number of nulls matches the page headers.</summary>
    public bool CheckNulls() => ExpectedNulls is null || ExpectedNulls == nulls
        ? true
        : throw new BrokenFileException($"{nulls} nulls", $"{ExpectedNulls}, as the pages say");

    /// <summary>Skips rows.</summary>
    public void Skip(long rows, CancellationToken cancellationToken)
    {
        ExpectedNulls = null;
        while (rows > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var skipped = SkipRows(Math.Min(rows, MostRows));
            if (skipped <= 0) throw new BrokenFileException($"an end {rows} rows too early", "more rows");
            rows -= skipped;
        }
    }

    public abstract void Dispose();

    /// <summary>Prepares memory for a slice.</summary>
    protected abstract void Begin(int rows);

    /// <summary>Reads values up to the end of a page.</summary>
    /// <param name="rows">Maximum number of rows to read.</param>
    /// <param name="levels">Shape [rows], the definition levels: 1 if a value is present in plain columns; empty for columns that are not nullable.</param>
    /// <param name="repetitions">Shape [rows], the repetition levels of a list column; empty for plain columns.</param>
    /// <param name="values">Number of values read.</param>
    /// <returns>Number of rows read.</returns>
    protected abstract int ReadBatch(int rows, Span<short> levels, Span<short> repetitions, out int values);

    /// <summary>Copies the values of the last call, before the next call invalidates them.</summary>
    protected abstract void Keep(int values);

    /// <summary>Creates the slice's column.</summary>
    /// <param name="present">Shape [rows], false for null rows; null if no row is null.</param>
    /// <param name="rows">Rows of the slice.</param>
    /// <param name="recycler">Pool for arrays.</param>
    protected abstract ColumnBlock Finish(bool[]? present, int rows, ArrayRecycler? recycler);

    /// <summary>Releases the slice's memory.</summary>
    protected abstract void End();

    protected abstract long SkipRows(long rows);
}
