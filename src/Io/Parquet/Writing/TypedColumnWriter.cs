using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>
/// Collects a row group's rows of one column. Values are dictionary-encoded as they arrive; if there are too many distinct values, they are kept plain. The
/// decision depends only on the values in their order, so the bytes do not depend on batches.
/// </summary>
internal sealed partial class ColumnWriter<T>(ColumnField field, int rowGroupRows, LeafLevels? levels) : ColumnWriter(field)
{
    private const int AlwaysDictionary = 1024;
    private const int LargestDictionary = 1 << 16;
    private const int PageBytes = 1 << 20;
    private const int SampleBytes = 1 << 16;
    private const double LeastGain = 0.97;
    private readonly PlainCodec<T> codec = (PlainCodec<T>)PlainCodecs.For(ValueTypes.For(field));
    private readonly DictionaryBuilder<T> dictionary = new();
    private int[] indexes = [];
    private T[] values = [];
    private bool[]? present;
    private ColumnDictionary<T>? source;
    private int[] renumber = [];
    private bool isPlain = typeof(T) == typeof(bool);
    private int rows, stored;

    public ParquetStorage Storage { get; } = ValueTypes.For(field);

    public IReadOnlyList<string> Path => levels?.Path ?? [Field.Name];

    public ByteBuffer Output { get; } = new();

    public override IReadOnlyList<IChunkWriter> Chunks => [this];

    public override void Add(DataBatch batch, int column, int start, int count)
    {
        var from = (BatchColumn<T>)batch.Columns[column];
        if (from.Present is { } flags && flags.AsSpan(start, count).Contains(false)) AddWithNulls(batch, from, flags, start, count);
        else if (!typeof(T).IsValueType && HasNull(from, start, count)) AddWithNulls(batch, from, null, start, count);
        else
        {
            present?.AsSpan(rows, count).Fill(true);
            AddValues(from, start, count);
        }
        rows += count;
    }

    public override long LengthBound(DataBatch batch, int column, int start, int count)
    {
        var from = (BatchColumn<T>)batch.Columns[column];
        if (from.Dictionary is { } distinct) return count * distinct.LongestLength;
        var sum = 0L;
        foreach (var value in from.Values.Span.Slice(start, count)) sum += LengthOf(value);
        return sum;
    }

    public override void AddLengths(DataBatch batch, int column, int start, Span<long> lengths)
    {
        var from = (BatchColumn<T>)batch.Columns[column];
        for (var i = 0; i < lengths.Length; i++)
            if (from.Present is not { } flags || flags[start + i]) lengths[i] += LengthOf(from[start + i]);
    }

    public override long HeldLength()
    {
        var sum = 0L;
        if (isPlain)
            for (var i = 0; i < stored; i++) sum += LengthOf(values[i]);
        else
        {
            var distinct = dictionary.Values;
            for (var i = 0; i < stored; i++) sum += LengthOf(distinct[indexes[i]]);
        }
        return sum;
    }

    private static long LengthOf(T value) => ColumnDictionary<T>.LengthOf(value);

    public WrittenChunk Encode(PageCompressor compressor)
    {
        Output.Clear();
        var nulls = rows - stored;
        var chunk = EncodeWith(compressor, compressor.Codec, nulls);
        // Noise does not compress: it is written uncompressed, which is faster to read.
        if (chunk is null || (compressor.Codec != PageCodec.None && chunk.CompressedBytes > LeastGain * chunk.UncompressedBytes))
        {
            Output.Clear();
            chunk = EncodeWith(compressor, PageCodec.None, nulls)!;
        }
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>()) Array.Clear(values);
        dictionary.Clear();
        compressor.Page.Clear();
        levels?.Clear();
        (source, isPlain, rows, stored, present) = (null, typeof(T) == typeof(bool), 0, 0, null);
        return chunk;
    }

    private static bool HasNull(BatchColumn<T> from, int start, int count)
    {
        if (from.Dictionary is not null) return from.Dictionary.HasNull && Enumerable.Range(start, count).Any(from.IsNull);
        return from.Values.Span.Slice(start, count).ContainsNull();
    }

    private void AddWithNulls(DataBatch batch, BatchColumn<T> from, bool[]? flags, int start, int count)
    {
        if (present is null) Array.Fill(present = new bool[rowGroupRows], true, 0, rows);
        for (var i = start; i < start + count;)
        {
            var isNull = IsNull(i);
            var end = i + 1;
            while (end < start + count && IsNull(end) == isNull) end++;
            if (isNull && !Field.IsNullable) throw NullIn(batch, i);
            present.AsSpan(rows + i - start, end - i).Fill(!isNull);
            if (!isNull) AddValues(from, i, end - i);
            i = end;
        }

        bool IsNull(int row) => (flags is not null && !flags[row]) || (!typeof(T).IsValueType && from[row] is null);
    }

    private void AddValues(BatchColumn<T> from, int start, int count)
    {
        var done = 0;
        if (!isPlain) Grow(ref indexes, stored + count);
        if (!isPlain)
            done = from.Dictionary is null ? Number(from.Values.Span.Slice(start, count)) : Renumber(from.Dictionary, from.Indexes.Span.Slice(start, count));
        if (done == count) return;
        EnsurePlain(stored + count - done);
        if (from.Dictionary is null) from.Values.Span.Slice(start + done, count - done).CopyTo(values.AsSpan(stored));
        else
        {
            var distinct = from.Dictionary.Values.Span;
            var at = from.Indexes.Span.Slice(start + done, count - done);
            for (var i = 0; i < at.Length; i++) values[stored + i] = distinct[at[i]];
        }
        Own(values.AsSpan(stored, count - done));
        stored += count - done;
    }

    // Both return the number of values processed before there were too many distinct ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Number(ReadOnlySpan<T> from)
    {
        var into = indexes.AsSpan(stored);
        for (var i = 0; i < from.Length; i++)
        {
            var before = dictionary.Count;
            into[i] = dictionary.Add(from[i]);
            if (dictionary.Count > before && IsTooMany(stored + i + 1))
            {
                Flatten(stored += i + 1);
                return i + 1;
            }
        }
        stored += from.Length;
        return from.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Renumber(ColumnDictionary<T> from, ReadOnlySpan<int> at)
    {
        if (!ReferenceEquals(source, from))
        {
            source = from;
            if (renumber.Length < from.Count) renumber = new int[from.Count];
            Array.Clear(renumber);
        }
        var distinct = from.Values.Span;
        var into = indexes.AsSpan(stored, at.Length);
        var numbers = renumber;
        for (var i = 0; i < at.Length; i++)
        {
            var number = numbers[at[i]] - 1;
            if (number < 0)
            {
                var before = dictionary.Count;
                number = dictionary.Add(distinct[at[i]]);
                numbers[at[i]] = number + 1;
                if (dictionary.Count > before && IsTooMany(stored + i + 1))
                {
                    into[i] = number;
                    Flatten(stored += i + 1);
                    return i + 1;
                }
            }
            into[i] = number;
        }
        stored += at.Length;
        return at.Length;
    }

    // Floating-point numbers are usually measured or computed: if many are distinct, most will be, and looking each up costs more than writing it.
    private bool IsTooMany(int seen) =>
        dictionary.Count > AlwaysDictionary && (dictionary.Count > seen / 2 || dictionary.Count > LargestDictionary || typeof(T) == typeof(double)
            || typeof(T) == typeof(float));

    private void Flatten(int count)
    {
        EnsurePlain(count);
        var distinct = dictionary.Values;
        for (var i = 0; i < count; i++) values[i] = distinct[indexes[i]];
    }

    private void EnsurePlain(int needed)
    {
        Grow(ref values, needed);
        isPlain = true;
    }

    // Memory for a whole row group is allocated only when needed: thousands of columns or few rows should not pay for it.
    private void Grow<TItem>(ref TItem[] array, int needed)
    {
        if (array.Length >= needed) return;
        var larger = GC.AllocateUninitializedArray<TItem>((int)Math.Min(rowGroupRows, Math.Max(needed, 2L * array.Length)));
        array.CopyTo(larger, 0);
        array = larger;
    }

    // Null if the first values show that compressing all of them would gain nothing.
    private WrittenChunk? EncodeWith(PageCompressor compressor, PageCodec codecUsed, int nulls)
    {
        long uncompressed = 0, dictionaryBytes = 0;
        var page = compressor.Page;
        if (!isPlain)
        {
            page.Clear();
            codec.Write(dictionary.Values, page);
            uncompressed += compressor.WriteDictionaryPage(codecUsed, page, dictionary.Count, Output);
            dictionaryBytes = Output.Length;
        }
        // The meaning, and so the order, of a nested leaf's values is not known here.
        var range = levels is not null ? null : ColumnRange.Of(Storage, isPlain ? values.AsSpan(0, stored) : dictionary.Values, codec);
        var (row, value) = (0, 0);
        do
        {
            page.Clear();
            var first = row;
            var firstValue = value;
            NextPage(ref row, ref value);
            if (levels is not null) levels.Write(page, first, row);
            else if (Field.IsNullable) WriteLevels(page, first, row);
            if (isPlain) codec.Write(values.AsSpan(firstValue, value - firstValue), page);
            else
            {
                var width = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(0, dictionary.Count - 1)));
                page.Write((byte)width);
                RleEncoder.Encode(indexes.AsSpan(firstValue, value - firstValue), width, page);
            }
            if (isPlain && first == 0 && codecUsed != PageCodec.None && page.Length >= 4 * SampleBytes
                && compressor.CompressedLength(page.Written[..SampleBytes]) > LeastGain * SampleBytes) return null;
            uncompressed += compressor.WriteDataPage(codecUsed, page, row - first, isPlain ? PageEncoding.Plain : PageEncoding.RleDictionary, Output);
        }
        while (row < rows);
        PageEncoding[] encodings = isPlain ? [PageEncoding.Plain, PageEncoding.Rle] : [PageEncoding.Plain, PageEncoding.Rle, PageEncoding.RleDictionary];
        return new WrittenChunk(codecUsed, encodings, rows, nulls, Output.Length, uncompressed, dictionaryBytes) { Range = range };
    }

    // A page holds 1 MiB of values, or a single larger value.
    private void NextPage(ref int row, ref int value)
    {
        if (levels is not null)
        {
            NextPageOfEntries(ref row, ref value);
            return;
        }
        if (!isPlain || typeof(T).IsValueType)
        {
            (row, value) = (rows, stored);
            return;
        }
        var bytes = 0L;
        for (; row < rows; row++)
        {
            if (present is not null && !present[row]) continue;
            bytes += 4 + (values[value] switch { string s => s.Length, byte[] b => b.Length, _ => 16 });
            value++;
            if (bytes >= PageBytes)
            {
                row++;
                return;
            }
        }
    }

    private void WriteLevels(ByteBuffer page, int first, int end)
    {
        var at = page.Length;
        page.Reserve(4);
        var levels = new int[end - first];
        if (present is null) Array.Fill(levels, 1);
        else
            for (var i = 0; i < levels.Length; i++) levels[i] = present[first + i] ? 1 : 0;
        RleEncoder.Encode(levels, 1, page);
        BinaryPrimitives.WriteInt32LittleEndian(page.Written[at..], page.Length - at - 4);
    }
}
