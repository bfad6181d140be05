using System.Collections.Concurrent;

namespace Pipelines.Models.Structures;

/// <summary>Numbers by set of variables. Thread-safe; full, it keeps what it has.</summary>
/// <param name="variables">Number of variables.</param>
/// <param name="maxBytes">Memory that it may take; null = no limit.</param>
internal sealed class SubsetCache(int variables, long? maxBytes)
{
    // Few variables: pages of numbers by the set's bits, so that all sets together take no more than their numbers.
    private const int MostPagedVariables = 24;
    private const int PageBits = 8;

    // More: a set's bits, or the indexes of a few variables, are a key.
    private const int MostBits = 128;
    private const int IndexBits = 12;
    private const int MostIndexes = 10;
    private const long EntryBytes = 80;

    private readonly double[]?[] pages = variables <= MostPagedVariables ? new double[]?[Math.Max(1, (1 << variables) >> PageBits)] : [];
    private readonly ConcurrentDictionary<UInt128, double> entries = new();
    private long bytes;

    /// <summary>Looks a set up.</summary>
    /// <param name="subset">Indexes of variables, ascending.</param>
    /// <param name="value">Its number.</param>
    public bool TryGet(ReadOnlySpan<int> subset, out double value)
    {
        value = 0;
        if (pages.Length > 0)
        {
            var bits = (int)Key(subset);
            if (Volatile.Read(ref pages[bits >> PageBits]) is not { } page) return false;
            value = page[bits & ((1 << PageBits) - 1)];
            return !double.IsNaN(value);
        }
        return HasKey(subset) && entries.TryGetValue(Key(subset), out value);
    }

    /// <summary>Keeps a number, if there is room.</summary>
    public void Set(ReadOnlySpan<int> subset, double value)
    {
        if (pages.Length > 0)
        {
            var bits = (int)Key(subset);
            ref var page = ref pages[bits >> PageBits];
            if (Volatile.Read(ref page) is null)
            {
                if (!Take(sizeof(double) << PageBits)) return;
                var empty = new double[1 << PageBits];
                Array.Fill(empty, double.NaN);
                Interlocked.CompareExchange(ref page, empty, null);
            }
            page![bits & ((1 << PageBits) - 1)] = value;
            return;
        }
        if (HasKey(subset) && Take(EntryBytes)) entries.TryAdd(Key(subset), value);
    }

    private bool Take(long more)
    {
        if (maxBytes is not { } most) return true;
        if (Volatile.Read(ref bytes) + more > most) return false;
        Interlocked.Add(ref bytes, more);
        return true;
    }

    private bool HasKey(ReadOnlySpan<int> subset) => variables <= MostBits || subset.Length <= MostIndexes;

    private UInt128 Key(ReadOnlySpan<int> subset)
    {
        UInt128 key = 0;
        if (variables <= MostBits)
        {
            foreach (var v in subset) key |= UInt128.One << v;
            return key;
        }
        // No index is 0, so that sets of different sizes differ.
        foreach (var v in subset) key = (key << IndexBits) | (uint)(v + 1);
        return key;
    }
}
