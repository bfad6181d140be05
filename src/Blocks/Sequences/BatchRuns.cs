using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>The runs of equal keys in one batch; <see cref="SequenceIndex"/> combines them across batches, in batch order.</summary>
/// <param name="Rows">Number of rows in the batch, not counting those rejected.</param>
/// <param name="Starts">Shape [runs], ascending from 0: the row at which each run starts.</param>
/// <param name="Keys">Shape [runs]: the keys; equal if and only if the original keys are equal (text by a 128-bit hash).</param>
/// <param name="FirstOrder">The first row's value in the order column; null without an order column.</param>
/// <param name="LastOrder">The last row's value.</param>
/// <param name="Place">The batch without its columns, to locate a row.</param>
/// <param name="Name">The key of a run as text.</param>
internal sealed record BatchRuns(int Rows, int[] Starts, UInt128[] Keys, IComparable? FirstOrder, IComparable? LastOrder, DataBatch Place,
    Func<int, string> Name)
{
    /// <summary>Finds the runs of a batch and checks the order within them.</summary>
    /// <exception cref="FlowException">A key or a value of the order column is missing, or the order decreases within a run.</exception>
    public static BatchRuns Find(DataBatch batch, SequenceColumns columns)
    {
        var key = batch[columns.Key];
        var starts = new List<int>();
        var keys = new List<UInt128>();
        key.Accept(new Runs(batch, starts, keys));
        var (first, last) = columns.Order is { } order && batch.Rows > 0 ? batch[order].Accept(new Order(batch, starts)) : default;
        // Looks up only the runs' first rows, so that the column is not kept alive.
        var names = starts.ConvertAll(s => key.GetValue(s));
        return new BatchRuns(batch.Rows, [.. starts], [.. keys], first, last,
            new DataBatch(new BatchSchema([]), [], batch.Rows, batch.Index, batch.FirstRow, batch.Origins),
            run => Describe(names[run]));
    }

    // Dates and times in sortable form.
    private static string Describe(object? value) => value switch
    {
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        DateTime time => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static FlowException Missing(DataBatch batch, BatchColumn column, int row, string role) => new(
        ErrorKind.Data, $"{batch.Locate(row)}, column '{column.Field.Name}'", column.IsNull(row) ? "null" : "NaN", $"{role} in every row",
        "leave such rows out of the file, or choose another column");

    private sealed class Runs(DataBatch batch, List<int> starts, List<UInt128> keys) : IColumnVisitor<bool>
    {
        public bool Visit<T>(BatchColumn<T> column)
        {
            for (var row = 0; row < batch.Rows; row++)
                if (column.IsNull(row)) throw Missing(batch, column, row, "a sequence's key");
            if (column.Dictionary is not null) Of(column.Indexes.Span, column);
            else Of(column.Values.Span, column);
            return true;
        }

        private void Of<TValue, T>(ReadOnlySpan<TValue> values, BatchColumn<T> column)
        {
            for (var row = 0; row < batch.Rows; row++)
            {
                if (row > 0 && EqualityComparer<TValue>.Default.Equals(values[row], values[row - 1])) continue;
                // Two dictionary indexes may refer to equal values.
                var hash = Hash(column[row]);
                if (keys.Count > 0 && keys[^1] == hash) continue;
                starts.Add(row);
                keys.Add(hash);
            }
        }

        private static UInt128 Hash<T>(T value)
        {
            if (value is string text) return Short(MemoryMarshal.AsBytes(text.AsSpan()));
            if (value is byte[] bytes) return Short(bytes);
            // -0.0 equals 0.0.
            if (value is double real) return BitConverter.DoubleToUInt64Bits(real + 0.0);
            if (value is float single) return BitConverter.SingleToUInt32Bits(single + 0.0f);
            if (RuntimeHelpers.IsReferenceOrContainsReferences<T>() || Unsafe.SizeOf<T>() > 16)
                throw new NotSupportedException($"keys of type {typeof(T).Name}");
            UInt128 made = 0;
            Unsafe.WriteUnaligned(ref Unsafe.As<UInt128, byte>(ref made), value);
            return made;
        }
    }

    /// <summary>The error for a row without a value in the order column.</summary>
    public static FlowException MissingOrder(DataBatch batch, BatchColumn column, int row) => Missing(batch, column, row, "a value of the order column");

    private static UInt128 Short(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private sealed class Order(DataBatch batch, List<int> starts) : IColumnVisitor<(IComparable?, IComparable?)>
    {
        public (IComparable?, IComparable?) Visit<T>(BatchColumn<T> column)
        {
            var run = 0;
            for (var row = 0; row < batch.Rows; row++)
            {
                if (column.IsNull(row) || column[row] is double.NaN or float.NaN) throw MissingOrder(batch, column, row);
                if (run < starts.Count && starts[run] == row) run++;
                else if (Comparer<T>.Default.Compare(column[row], column[row - 1]) < 0)
                    throw Falls(batch, column.Field.Name, row, column[row], column[row - 1]);
            }
            return (column[0] as IComparable, column[batch.Rows - 1] as IComparable);
        }
    }

    /// <summary>The error for an order that decreases within a sequence.</summary>
    public static FlowException Falls(DataBatch batch, string column, int row, object? value, object? before) => new(
        ErrorKind.Data, $"{batch.Locate(row)}, column '{column}'", $"{Describe(value)} after {Describe(before)} in one sequence",
        "values that do not decrease within a sequence",
        "sort the file by key and order, or let rows be regrouped (SequenceColumns.Regroup)");
}
