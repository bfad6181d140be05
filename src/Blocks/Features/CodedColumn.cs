using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Numbers the values of a column as they come, before its categories are known: 0 is null, and each other value has the next number. Afterwards a table turns
/// the numbers into the categories' codes.
/// </summary>
internal abstract class CodedColumn
{
    /// <summary>Largest number.</summary>
    public const int Most = ushort.MaxValue;

    /// <summary>Largest number so far.</summary>
    public abstract int Count { get; }

    /// <summary>Creates the numbers for columns like this one; null if values of its type are not numbered.</summary>
    public static CodedColumn? Of(BatchColumn column) => column.Accept(new Creation());

    /// <summary>Writes the numbers of all rows.</summary>
    /// <param name="column">The rows.</param>
    /// <param name="target">Shape [rows].</param>
    /// <returns>False if the values are too many or of another type.</returns>
    public abstract bool Write(BatchColumn column, Span<ushort> target);

    /// <summary>Writes the numbers of all rows if they have a dictionary and fit bytes.</summary>
    /// <param name="column">The rows.</param>
    /// <param name="target">Shape [rows].</param>
    /// <returns>False if nothing was written.</returns>
    public abstract bool TryWriteBytes(BatchColumn column, Span<byte> target);

    /// <summary>The code of each number, shape [Count + 1]; NaN for null, and any code for values that no row has.</summary>
    public abstract double[] Codes(CategoryCodes categories);

    private sealed class Creation : IColumnVisitor<CodedColumn?>
    {
        // A floating-point number may be infinite, which makes its row a bad row.
        public CodedColumn? Visit<T>(BatchColumn<T> column) =>
            typeof(T) == typeof(string) || typeof(T) == typeof(bool) || column.Field.IsInteger ? new Numbered<T>(column.Field) : null;
    }

    private sealed class Numbered<T>(ColumnField field) : CodedColumn
    {
        private readonly Dictionary<Key, ushort> numbers = [];
        private readonly List<T> values = [];

        // Batches of a row group share their dictionary.
        private ColumnDictionary<T>? dictionary;
        private ushort[] table = [];
        private readonly byte[] bytes = new byte[byte.MaxValue + 1];

        public override int Count => values.Count;

        public override bool TryWriteBytes(BatchColumn column, Span<byte> target)
        {
            if (column is not BatchColumn<T> { Dictionary: { Count: <= byte.MaxValue } found } typed) return false;
            if ((found != dictionary && !Take(found)) || Count > byte.MaxValue) return false;
            for (var i = 0; i < found.Count; i++) bytes[i] = (byte)table[i];
            ByteTable.Translate(typed.Indexes.Span, bytes, found.Count, target);
            if (typed.Present is not { } present) return true;
            for (var i = 0; i < present.Length; i++)
                if (!present[i]) target[i] = 0;
            return true;
        }

        public override bool Write(BatchColumn column, Span<ushort> target)
        {
            if (column is not BatchColumn<T> typed) return false;
            if (typed.Dictionary is { } found)
            {
                if (found != dictionary && !Take(found)) return false;
                Translate(typed.Indexes.Span, table, target);
            }
            else if (!Each(typed.Values.Span, typed.Present, target)) return false;
            if (typed.Present is not { } present) return true;
            for (var i = 0; i < present.Length; i++)
                if (!present[i]) target[i] = 0;
            return true;
        }

        public override double[] Codes(CategoryCodes categories)
        {
            var codes = new double[Count + 1];
            codes[0] = double.NaN;
            categories.Write(new BatchColumn<T>(field, values.ToArray()), codes.AsSpan(1));
            return codes;
        }

        private bool Take(ColumnDictionary<T> found)
        {
            var all = found.Values.Span;
            if (table.Length < all.Length) table = new ushort[all.Length];
            dictionary = null;
            for (var i = 0; i < all.Length; i++)
                if (!TryNumber(all[i], out table[i])) return false;
            dictionary = found;
            return true;
        }

        private bool Each(ReadOnlySpan<T> all, bool[]? present, Span<ushort> target)
        {
            for (var i = 0; i < all.Length; i++)
            {
                if (present is not null && !present[i]) continue;
                if (!TryNumber(all[i], out target[i])) return false;
            }
            return true;
        }

        private bool TryNumber(T value, out ushort number)
        {
            number = 0;
            if (value is null || numbers.TryGetValue(new(value), out number)) return true;
            if (values.Count == Most) return false;
            values.Add(value);
            numbers.Add(new(value), number = (ushort)values.Count);
            return true;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Translate(ReadOnlySpan<int> indexes, ushort[] table, Span<ushort> target)
        {
            for (var i = 0; i < indexes.Length; i++) target[i] = table[indexes[i]];
        }

        // A value that may be a key of a dictionary.
        private readonly record struct Key(T Value);
    }
}
