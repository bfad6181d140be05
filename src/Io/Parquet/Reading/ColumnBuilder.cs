namespace Pipelines.Io.Reading;

/// <summary>Builds a column of a slice incrementally: as dictionary indexes while all rows have one, else as plain values.</summary>
/// <param name="rows">Rows of the slice.</param>
/// <param name="recycler">Pool for arrays; null = allocate new ones.</param>
/// <param name="dictionary">The chunk's dictionary, if it was read before.</param>
internal sealed class ColumnBuilder<T>(int rows, ArrayRecycler? recycler, ColumnDictionary<T>? dictionary)
{
    private T[]? values;
    private int[]? indexes;
    private int[] spare = [];
    private bool[]? present;

    public int Rows => rows;

    public int Row { get; private set; }

    public ColumnDictionary<T>? Dictionary { get; set; } = dictionary;

    /// <summary>The array for plain values, shape [rows]; values read as indexes so far are converted.</summary>
    public T[] Values()
    {
        if (values is not null) return values;
        values = New<T>();
        if (indexes is not null)
        {
            var distinct = Dictionary!.Values.Span;
            for (var i = 0; i < Row; i++) values[i] = distinct.Length == 0 ? default! : distinct[indexes[i]];
            indexes = null;
        }
        return values;
    }

    /// <summary>The target of the next indexes, shape [count].</summary>
    public Span<int> Indexes(int count)
    {
        if (values is not null)
        {
            if (spare.Length < count) spare = new int[count];
            return spare.AsSpan(0, count);
        }
        indexes ??= New<int>();
        return indexes.AsSpan(Row, count);
    }

    public void IndexesRead(int count)
    {
        if (values is null) return;
        var distinct = Dictionary!.Values.Span;
        for (var i = 0; i < count; i++) values[Row + i] = distinct[spare[i]];
    }

    /// <summary>Completes rows; their <paramref name="count"/> values are spread to the rows that are not null.</summary>
    public void Advance(int partRows, int count, bool[]? flags)
    {
        if (flags is not null)
        {
            if (present is null) Array.Fill(present = New<bool>(), true);
            flags.AsSpan(0, partRows).CopyTo(present.AsSpan(Row));
            if (values is null && (Dictionary is null || Dictionary.Count == 0)) Values();
            if (values is not null) Spread(values.AsSpan(Row, partRows), flags, count);
            else Spread((indexes ??= New<int>()).AsSpan(Row, partRows), flags, count);
        }
        Row += partRows;
    }

    public ColumnBlock Finish()
    {
        if (values is null && indexes is not null) return new ColumnBlock<T>(default, Dictionary, indexes.AsMemory(0, rows), present);
        return new ColumnBlock<T>(Values().AsMemory(0, rows), null, default, present);
    }

    private TValue[] New<TValue>() => recycler is null ? GC.AllocateUninitializedArray<TValue>(rows) : recycler.Rent<TValue>(rows);

    private static void Spread<TValue>(Span<TValue> target, bool[] flags, int count)
    {
        for (var i = target.Length - 1; i >= 0; i--) target[i] = flags[i] ? target[--count] : default!;
    }
}
