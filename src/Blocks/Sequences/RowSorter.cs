using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>
/// Groups the rows with the same key: decoded rows are sorted by key, order and position, within the memory budget. The result depends neither on threads nor
/// on how the data are divided into files.
/// </summary>
/// <param name="layout">The memory layout of a batch's decoded rows.</param>
/// <param name="columns">The columns that define a sequence.</param>
/// <param name="memoryBytes">Bytes of rows in memory.</param>
/// <param name="createSpill">Opens temporary files.</param>
internal sealed class RowSorter(FeatureLayout layout, SequenceColumns columns, long memoryBytes, Func<SpillFile> createSpill) : IDisposable
{
    // Key, order, batch and row within it: all big-endian, so that comparing bytes compares the values.
    private const int KeyBytes = 16, OrderEnd = KeyBytes + 8, PlaceEnd = OrderEnd + 8;

    private readonly int values = layout.AllColumns;
    private readonly ExternalSort sort = new(PlaceEnd + (sizeof(double) * layout.AllColumns), PlaceEnd, memoryBytes, createSpill);
    private readonly Lock gate = new();

    /// <summary>Adds the rows of a batch. Thread-safe; batches may arrive in any order.</summary>
    /// <exception cref="FlowException">A key or a value of the order column is missing, or the order column cannot be used for sorting.</exception>
    public void Add(DataBatch batch, BatchRuns runs, ReadOnlySpan<double> decoded)
    {
        var order = columns.Order is { } name && batch.Rows > 0 ? batch[name].Accept(new SortableOrder(batch)) : null;
        lock (gate)
        {
            var run = -1;
            for (var row = 0; row < batch.Rows; row++)
            {
                if (run + 1 < runs.Starts.Length && runs.Starts[run + 1] == row) run++;
                var record = sort.Add();
                BinaryPrimitives.WriteUInt128BigEndian(record, runs.Keys[run]);
                BinaryPrimitives.WriteUInt64BigEndian(record[KeyBytes..], order?[row] ?? 0);
                BinaryPrimitives.WriteInt64BigEndian(record[OrderEnd..], Place(batch.Index, row));
                var cells = MemoryMarshal.Cast<byte, double>(record[PlaceEnd..]);
                for (var c = 0; c < values; c++) cells[c] = decoded[(c * layout.Stride) + row];
            }
        }
    }

    /// <summary>Fills a cache with the rows in their new order, finds the sequences, and returns the original position of each row.</summary>
    /// <param name="cache">An empty cache.</param>
    /// <param name="index">An empty index without an order column.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="token">Cancels the operation.</param>
    /// <returns>The original position of each row in the new order; dispose it.</returns>
    public RowPlaces Fill(FeatureCache cache, SequenceIndex index, int batchSize, CancellationToken token)
    {
        using var scope = Cancellation.Enter(token);
        var places = new RowPlaces(createSpill());
        try
        {
            var (starts, keys, old) = (new List<int>(), new List<UInt128>(), new long[batchSize]);
            AlignedBuffer? buffer = null;
            var (row, batch) = (0, 0L);
            foreach (var record in sort.Sorted())
            {
                buffer ??= cache.Buffers.Rent();
                var key = BinaryPrimitives.ReadUInt128BigEndian(record.Span);
                if (keys.Count == 0 || keys[^1] != key)
                {
                    starts.Add(row);
                    keys.Add(key);
                }
                old[row] = BinaryPrimitives.ReadInt64BigEndian(record.Span[OrderEnd..]);
                var cells = MemoryMarshal.Cast<byte, double>(record.Span[PlaceEnd..]);
                for (var c = 0; c < values; c++) buffer.Span[(c * layout.Stride) + row] = cells[c];
                if (++row == batchSize) Store();
            }
            if (row > 0) Store();
            cache.Seal(sort.Count);
            index.Seal();
            return places;

            void Store()
            {
                token.ThrowIfCancellationRequested();
                var stored = new DataBatch(new BatchSchema([]), [], row, batch, batch * batchSize);
                index.Add(new BatchRuns(row, [.. starts], [.. keys], null, null, stored, run => $"of hash {keys[run]:x}"));
                places.Add(old.AsSpan(0, row));
                if (!cache.Store(stored, buffer!)) cache.Buffers.Return(buffer!);
                (row, batch, buffer) = (0, batch + 1, null);
                starts.Clear();
                keys.Clear();
            }
        }
        catch
        {
            places.Dispose();
            throw;
        }
    }

    public void Dispose() => sort.Dispose();

    private static long Place(long batch, int row) => (batch << 24) | (uint)row;

    /// <summary>Maps a column's values to numbers with the same order.</summary>
    private sealed class SortableOrder(DataBatch batch) : IColumnVisitor<ulong[]>
    {
        public ulong[] Visit<T>(BatchColumn<T> column)
        {
            var made = new ulong[batch.Rows];
            for (var row = 0; row < made.Length; row++)
            {
                if (column.IsNull(row) || column[row] is double.NaN or float.NaN) throw BatchRuns.MissingOrder(batch, column, row);
                made[row] = column[row] switch
                {
                    double real => Real(real),
                    float single => Real(single),
                    DateTime time => Whole(time.Ticks),
                    DateTimeOffset time => Whole(time.UtcTicks),
                    TimeOnly time => Whole(time.Ticks),
                    TimeSpan time => Whole(time.Ticks),
                    DateOnly day => Whole(day.DayNumber),
                    bool flag => flag ? 1UL : 0,
                    ulong big => big,
                    IConvertible number and not string and not char and not decimal => Whole(number.ToInt64(null)),
                    _ => throw new FlowException(ErrorKind.Data, $"{batch.Locate(row)}, column '{column.Field.Name}'",
                        $"values of type {TypeNames.Of(column.Field.ValueType)}", "numbers or times to sort by",
                        "choose another order column, or sort the file"),
                };
            }
            return made;
        }

        private static ulong Whole(long value) => (ulong)value ^ (1UL << 63);

        // Negative numbers in reverse, and before the others; -0.0 equals 0.0.
        private static ulong Real(double value) => BitConverter.DoubleToUInt64Bits(value + 0.0) is var bits && bits >> 63 != 0 ? ~bits : bits | (1UL << 63);
    }
}

/// <summary>The original position of each row in a new order: a number that increases with batch and row.</summary>
internal sealed class RowPlaces(SpillFile file) : IDisposable
{
    private long count;

    /// <summary>Adds the next rows.</summary>
    public void Add(ReadOnlySpan<long> places)
    {
        file.Write(MemoryMarshal.AsBytes(places), count * sizeof(long));
        count += places.Length;
    }

    /// <summary>Reads the positions of some rows.</summary>
    public void Read(long firstRow, Span<long> places) => file.Read(MemoryMarshal.AsBytes(places), firstRow * sizeof(long));

    public void Dispose() => file.Dispose();
}
