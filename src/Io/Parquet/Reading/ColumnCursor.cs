using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Reads one column of a row group forward, any number of rows at a time.</summary>
internal abstract class ColumnCursor(ColumnPages pages) : IDisposable
{
    protected ColumnPages Pages { get; } = pages;

    /// <summary>Reads the next rows.</summary>
    public abstract ColumnBlock Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken);

    /// <summary>Skips rows; pages that are skipped entirely are not read.</summary>
    public abstract void Skip(long rows, CancellationToken cancellationToken);

    /// <summary>Called between slices: releases what exceeds the memory limit.</summary>
    public void SkipRest() => Pages.SkipRest();

    public void Dispose() => Pages.Dispose();
}

/// <summary>
/// Reads one column of a row group forward: pages of plain values, dictionary indexes or runs, with definition levels if the column is nullable.
/// </summary>
/// <param name="codec">Reads plain values.</param>
/// <param name="isOptional">True if there are definition levels.</param>
/// <param name="pages">The pages; disposed with the cursor.</param>
/// <param name="total">Rows of the row group.</param>
/// <param name="held">Counts the dictionary.</param>
/// <param name="handed">Counts the bytes of returned texts.</param>
/// <param name="lists">Receives the levels of a list column, whose entries count as rows; null for a plain column.</param>
internal sealed class ColumnCursor<T>(PlainCodec<T> codec, bool isOptional, ColumnPages pages, long total, ReadingMemory held, ReadingMemory handed,
    EntryLevels? lists = null) : ColumnCursor(pages)
{
    // Rows skipped at a time within a page.
    private const int SkipRows = 1 << 12;
    private ColumnDictionary<T>? dictionary;
    private RleDecoder? levels, runs;
    private int left, nulls;
    private long done;
    private bool hasRuns;

    public override ColumnBlock Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
    {
        var column = new ColumnBuilder<T>(rows, recycler, dictionary);
        while (column.Row < rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (left == 0) NextPage(0, column);
            ReadPart(column, Math.Min(left, rows - column.Row));
        }
        return column.Finish();
    }

    public override void Skip(long rows, CancellationToken cancellationToken)
    {
        while (rows > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (left == 0)
            {
                rows -= NextPage(rows, null);
                continue;
            }
            var part = (int)Math.Min(Math.Min(left, SkipRows), rows);
            SkipPart(part);
            rows -= part;
        }
    }

    // Opens the next page and returns 0, or skips the page if all of its rows are to be skipped, and returns their number.
    private int NextPage(long skip, ColumnBuilder<T>? column)
    {
        while (true)
        {
            if (!Pages.Next()) throw new BrokenFileException($"pages of {done} values", $"{total}");
            var header = Pages.Header;
            switch (header.Kind)
            {
                case PageKind.Index:
                    continue;
                case PageKind.Dictionary:
                    ReadDictionary(header);
                    if (column is not null) column.Dictionary = dictionary;
                    continue;
                case PageKind.Data or PageKind.DataV2:
                    if (header.Values > total - done)
                        throw new BrokenFileException($"a page of {header.Values} values after {done}", $"at most {total - done}");
                    if (header.Values == 0) continue;
                    if (header.Values <= skip)
                    {
                        done += header.Values;
                        return header.Values;
                    }
                    BeginPage(header);
                    return 0;
                default:
                    throw new BrokenFileException($"a page of kind {(int)header.Kind}", "0 to 3");
            }
        }
    }

    private void ReadDictionary(in PageHeader header)
    {
        if (dictionary is not null) throw new BrokenFileException("a second dictionary", "one");
        if (header.Encoding is not (PageEncoding.Plain or PageEncoding.PlainDictionary))
            throw new BrokenFileException($"a dictionary encoded as {header.Encoding}", "plain");
        if (header.Values > header.UncompressedBytes * 8L)
            throw new BrokenFileException($"a dictionary of {header.Values} values in {header.UncompressedBytes} bytes", "as many as fit");
        held.Take((long)header.Values * codec.DecodedBytes + (codec.IsVariable ? 2L * header.UncompressedBytes : 0), "a dictionary");
        Pages.Open();
        var values = new T[header.Values];
        if (values is bool[] flags) RleDecoder.Bits(Pages.Body).DecodeFlags(flags);
        else ReadPlain(values, null);
        dictionary = new ColumnDictionary<T>(values);
        Pages.Close();
    }

    private void BeginPage(in PageHeader header)
    {
        Pages.Open();
        (left, nulls, levels, runs, hasRuns) = (header.Values, 0, null, null, false);
        if (lists is not null)
        {
            lists.Begin(Pages);
            return;
        }
        if (!isOptional) return;
        if (header.Kind == PageKind.DataV2)
        {
            levels = new RleDecoder(PageBytes.Of(Pages.Levels.ToArray(), Pages.Levels.Length), 1);
            return;
        }
        if (header.LevelEncoding != PageEncoding.Rle) throw new BrokenFileException($"definition levels encoded as {header.LevelEncoding}", "RLE");
        var body = Pages.Body;
        var bytes = body.Peek(4);
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
        // No encoding takes more than six bytes per level.
        if (length < 0 || length > body.Left - 4 || length > 64 + 6L * header.Values)
            throw new BrokenFileException($"definition levels of {length} bytes", $"0 to {body.Left - 4} bytes");
        body.Advance(4);
        // The levels precede the values, so they are copied to read both in parallel.
        levels = new RleDecoder(PageBytes.Of(length == 0 ? [] : body.Peek(length)[..length].ToArray(), length), 1);
        body.Advance(length);
    }

    private void ReadPart(ColumnBuilder<T> column, int rows)
    {
        if (levels is null && lists is null)
        {
            ReadValues(column, rows);
            column.Advance(rows, rows, null);
        }
        else
        {
            var flags = ArrayPool<bool>.Shared.Rent(rows);
            try
            {
                var count = lists is null ? levels!.DecodeFlags(flags.AsSpan(0, rows)) : lists.Read(flags.AsSpan(0, rows));
                nulls += rows - count;
                if (rows == left && lists is null) CheckNulls();
                if (count > 0) ReadValues(column, count);
                column.Advance(rows, count, count < rows ? flags : null);
            }
            finally
            {
                ArrayPool<bool>.Shared.Return(flags);
            }
        }
        Pass(rows);
    }

    private void Pass(int rows)
    {
        left -= rows;
        done += rows;
        if (left == 0) Pages.Close();
    }

    private void CheckNulls()
    {
        if (Pages.Header.Kind == PageKind.DataV2 && nulls != Pages.Header.Nulls)
            throw new BrokenFileException($"{nulls} nulls", $"{Pages.Header.Nulls}, as the page says");
    }

    private void ReadValues(ColumnBuilder<T> column, int count)
    {
        if (!hasRuns) BeginValues();
        if (runs is null) ReadPlain(column.Values().AsSpan(column.Row, count), handed);
        else if (typeof(T) == typeof(bool) && Pages.Header.Encoding is PageEncoding.Plain or PageEncoding.Rle)
            runs.DecodeFlags(((bool[])(object)column.Values()).AsSpan(column.Row, count));
        else
        {
            var indexes = column.Indexes(count);
            ReadIndexes(indexes);
            column.IndexesRead(count);
        }
    }

    private void SkipPart(int rows)
    {
        var count = rows;
        if (levels is not null)
        {
            var flags = ArrayPool<bool>.Shared.Rent(rows);
            count = levels.DecodeFlags(flags.AsSpan(0, rows));
            ArrayPool<bool>.Shared.Return(flags);
            nulls += rows - count;
            if (rows == left) CheckNulls();
        }
        if (count > 0)
        {
            if (!hasRuns) BeginValues();
            if (runs is null) SkipPlain(count);
            else
            {
                var indexes = ArrayPool<int>.Shared.Rent(count);
                runs.Decode(indexes.AsSpan(0, count));
                ArrayPool<int>.Shared.Return(indexes);
            }
        }
        Pass(rows);
    }

    // Called before the first value of a page; a page of nulls may lack even the values' header.
    private void BeginValues()
    {
        hasRuns = true;
        var body = Pages.Body;
        switch (Pages.Header.Encoding)
        {
            case PageEncoding.Plain:
                if (typeof(T) == typeof(bool)) runs = RleDecoder.Bits(body);
                break;
            case PageEncoding.PlainDictionary or PageEncoding.RleDictionary:
                if (dictionary is null) throw new BrokenFileException("indexes into a dictionary", "a dictionary before them");
                var width = body.Peek(1);
                if (width.Length == 0) throw new BrokenFileException("no indexes", $"{left}");
                runs = new RleDecoder(body, width[0]);
                body.Advance(1);
                break;
            case PageEncoding.Rle when typeof(T) == typeof(bool):
                // In both page versions, the runs are preceded by their length.
                if (body.Peek(4).Length < 4) throw new BrokenFileException("no runs", $"{left} values");
                body.Advance(4);
                runs = new RleDecoder(body, 1);
                break;
            default:
                throw new BrokenFileException($"values encoded as {Pages.Header.Encoding}", "plain, dictionary or RLE, as the column chunk says");
        }
    }

    private void ReadIndexes(Span<int> indexes)
    {
        runs!.Decode(indexes);
        var largest = TensorPrimitives.Max<uint>(MemoryMarshal.Cast<int, uint>(indexes));
        if (largest >= dictionary!.Count) throw new BrokenFileException($"the index {largest} into a dictionary", $"less than {dictionary.Count}, its length");
    }

    private void ReadPlain(Span<T> target, ReadingMemory? count)
    {
        while (target.Length > 0)
        {
            var fit = Fit(target.Length, out var bytes, count);
            if (codec.IsVariable) count?.Take(2L * bytes, fit == 1 ? "a value" : "values");
            codec.Read(Pages.Body.Peek(1), target[..fit]);
            Pages.Body.Advance(bytes);
            target = target[fit..];
        }
    }

    private void SkipPlain(int count)
    {
        while (count > 0)
        {
            count -= Fit(count, out var bytes, null);
            Pages.Body.Advance(bytes);
        }
    }

    // The number of next values in the buffer, at least one.
    private int Fit(int count, out int bytes, ReadingMemory? memory)
    {
        var body = Pages.Body;
        var fit = codec.Fit(body.Peek(1), count, out bytes);
        while (fit == 0)
        {
            // Buffers the length of a text first, then the text.
            if (bytes > body.Left)
                throw new BrokenFileException(codec.IsVariable && bytes > 4 ? $"a value of {bytes - 4L} bytes" : $"{body.Left} bytes of values",
                    $"{(codec.IsVariable ? $"0 to {Math.Max(0, body.Left - 4)}" : bytes)} bytes");
            if (codec.IsVariable) memory?.Check(2L * bytes, "a value");
            fit = codec.Fit(body.Peek(bytes), count, out bytes);
        }
        return fit;
    }
}
