namespace Pipelines.Io;

/// <summary>One dictionary for rows that have several: each row group has its own, usually with the same few texts.</summary>
/// <typeparam name="T">Type of a value.</typeparam>
internal sealed class DictionaryUnion<T>
{
    // Shape [parts][values of the part's dictionary]: indexes into the union; null = the same as in the part.
    private readonly int[]?[] indexes;

    private DictionaryUnion(ColumnDictionary<T> dictionary, int[]?[] indexes) => (Dictionary, this.indexes) = (dictionary, indexes);

    /// <summary>The union; the first part's dictionary if that has all values.</summary>
    public ColumnDictionary<T> Dictionary { get; }

    /// <summary>Unites the dictionaries of some parts.</summary>
    /// <param name="parts">Shape [parts]; null = a part without a dictionary.</param>
    /// <param name="rows">Number of rows: larger dictionaries are not worth the search for equal values.</param>
    /// <returns>Null if there is no union: plain values are better then.</returns>
    public static DictionaryUnion<T>? Of(IReadOnlyList<ColumnDictionary<T>?> parts, int rows)
    {
        if (parts[0] is not { } first) return null;
        if (parts.All(p => p == first)) return new(first, new int[]?[parts.Count]);
        // Texts only: equality of numbers is not that of their bits, and numbers take no more memory than indexes.
        if (first is not ColumnDictionary<string> texts || parts.Sum(p => p?.Count ?? rows + 1L) > rows) return null;
        // A null in a dictionary is no value, and rows of nulls have indexes even into an empty one.
        if (parts.Any(p => p!.HasNull || p.Count == 0)) return null;
        return (DictionaryUnion<T>)(object)OfTexts(texts, [.. parts.Select(p => (ColumnDictionary<string>)(object)p!)]);
    }

    private static DictionaryUnion<string> OfTexts(ColumnDictionary<string> first, ColumnDictionary<string>[] parts)
    {
        var (all, indexes) = (new List<string>(first.Values.ToArray()), new int[]?[parts.Length]);
        Dictionary<string, int>? places = null;
        for (var p = 1; p < parts.Length; p++)
        {
            var values = parts[p].Values.Span;
            if (values.Length <= first.Count && values.SequenceEqual(first.Values.Span[..values.Length])) continue;
            if (places is null)
            {
                places = new(StringComparer.Ordinal);
                for (var i = 0; i < all.Count; i++) places.TryAdd(all[i], i);
            }
            var map = indexes[p] = new int[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                if (places.TryAdd(values[i], all.Count)) all.Add(values[i]);
                map[i] = places[values[i]];
            }
        }
        return new(all.Count == first.Count ? first : new ColumnDictionary<string>([.. all]), indexes);
    }

    /// <summary>Turns a part's indexes into those of the union.</summary>
    /// <param name="part">The part.</param>
    /// <param name="from">Shape [rows].</param>
    /// <param name="to">Shape [rows] or longer.</param>
    public void Translate(int part, ReadOnlySpan<int> from, Span<int> to)
    {
        if (indexes[part] is not { } map) from.CopyTo(to);
        else
            for (var i = 0; i < from.Length; i++) to[i] = map[from[i]];
    }
}
