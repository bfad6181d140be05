using System.Runtime.InteropServices;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>The numbers of rows from which their folds follow (<see cref="FeatureBlock.FoldKeys"/>).</summary>
/// <param name="Name">Name of the column with the keys; null = a row's number follows from its place in the input, which is written down because rejected rows
/// change the places of those after them.</param>
internal sealed record FoldKeyColumn(string? Name)
{
    private static readonly Type[] types =
        [typeof(string), typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>Checks the column's type.</summary>
    /// <param name="field">The column.</param>
    /// <param name="place">Name of the source or block, for messages.</param>
    /// <exception cref="FlowException">Its values cannot be keys.</exception>
    public static void Check(ColumnField field, string place)
    {
        if (field.Obstacle is null && types.Contains(field.ValueType)) return;
        throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'",
            field.Obstacle is { } obstacle ? $"a column that is only passed on: {obstacle}" : $"values of type {TypeNames.Of(field.ValueType)}",
            "fold keys of texts or whole numbers", "choose another column (FoldOptions.Key), or convert it first");
    }

    /// <summary>Writes the number of each row.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="column">Index of the column; -1 = the rows' places.</param>
    /// <param name="target">Shape [rows]; the bits of the numbers.</param>
    /// <param name="bad">Receives the rows without a key.</param>
    public static void Write(DataBatch batch, int column, Span<double> target, ref List<BadRow>? bad)
    {
        var numbers = MemoryMarshal.Cast<double, ulong>(target);
        if (column < 0)
        {
            for (var row = 0; row < batch.Rows; row++) numbers[row] = FoldHash.Place(batch.FirstRow + row);
            return;
        }
        var keys = batch.Columns[column];
        switch (keys)
        {
            case BatchColumn<string> texts: Texts(texts, numbers); break;
            case BatchColumn<bool> flags: Each(flags, numbers, v => v ? 1 : 0); break;
            case BatchColumn<sbyte> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<byte> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<short> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<ushort> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<int> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<uint> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<long> whole: Each(whole, numbers, v => v); break;
            case BatchColumn<ulong> whole: Each(whole, numbers, v => (long)v); break;
            default: throw new InvalidOperationException($"fold keys of type {keys.Field.ValueType.Name}");
        }
        for (var row = 0; row < batch.Rows; row++)
            if (keys.IsNull(row))
                (bad ??= []).Add(new(row, keys.Field.Name, "null", "a key, which says in which fold the row lies",
                    "fill in the key, or choose another column of keys (FoldOptions.Key)"));
    }

    private static void Each<T>(BatchColumn<T> column, Span<ulong> numbers, Func<T, long> key)
    {
        for (var row = 0; row < column.Length; row++) numbers[row] = FoldHash.Key(key(column[row]));
    }

    // The rows of a batch share the values of a dictionary: each is hashed once.
    private static void Texts(BatchColumn<string> column, Span<ulong> numbers)
    {
        if (column.Dictionary is null)
        {
            for (var row = 0; row < column.Length; row++) numbers[row] = column[row] is { } text ? FoldHash.Key(text) : 0;
            return;
        }
        var known = new Dictionary<int, ulong>();
        var indexes = column.Indexes.Span;
        for (var row = 0; row < indexes.Length; row++)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(known, indexes[row], out var isKnown);
            if (!isKnown && column.Dictionary.Values.Span[indexes[row]] is { } text) number = FoldHash.Key(text);
            numbers[row] = number;
        }
    }
}
