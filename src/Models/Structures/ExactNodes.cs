namespace Pipelines.Models.Structures;

/// <summary>
/// The sets of variables that an A* search has met, with the least cost so far and the variable placed last, and the queue of those to expand.
/// </summary>
internal sealed class ExactNodes
{
    /// <summary>Bytes of a set: itself, its cost, its last variable, two places in the table; and of a place in the queue.</summary>
    private const int BytesOfNode = 8 + 8 + 1 + (2 * 4), BytesOfPlace = 16;

    private const byte ExpandedBit = 0x80;

    private readonly long maxBytes;
    private ulong[] sets = new ulong[1024];
    private long[] costs = new long[1024];
    private byte[] lasts = new byte[1024];

    // By hash: a set's index + 1, or 0. Shape [2 sets].
    private int[] table = new int[2048];
    private (long Bound, int Node)[] queue = new (long, int)[1024];
    private int queued;

    /// <summary>No sets.</summary>
    /// <param name="maxBytes">Memory that the sets may take.</param>
    public ExactNodes(long maxBytes) => this.maxBytes = maxBytes;

    /// <summary>Number of sets.</summary>
    public int Count { get; private set; }

    /// <summary>A set.</summary>
    public ulong this[int node] => sets[node];

    /// <summary>The least cost of a set so far.</summary>
    public long Cost(int node) => costs[node];

    /// <summary>The variable placed last in the set.</summary>
    public int Last(int node) => lasts[node] & ~ExpandedBit;

    /// <summary>Adds a set, or notes its lower cost, and queues it. False if the memory does not suffice.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cost">Its cost.</param>
    /// <param name="last">The variable placed last.</param>
    /// <param name="bound">Cost of a whole order that goes through the set, at least.</param>
    public bool Add(ulong set, long cost, int last, long bound)
    {
        if (Count == sets.Length && !Grow()) return false;
        var slot = Slot(set);
        if (table[slot] == 0)
        {
            sets[Count] = set;
            table[slot] = ++Count;
        }
        else if (costs[table[slot] - 1] <= cost)
        {
            return true;
        }
        var node = table[slot] - 1;
        (costs[node], lasts[node]) = (cost, (byte)last);
        if (queued == queue.Length)
        {
            if (!Fits(sets.Length, 2L * queued, queued)) return false;
            Array.Resize(ref queue, 2 * queued);
        }
        Up(queued++, (bound, node));
        return true;
    }

    /// <summary>The index of a set that was added.</summary>
    public int Find(ulong set) => table[Slot(set)] - 1;

    /// <summary>Takes the set with the least bound from the queue, of equal ones the newest; -1 if the queue is empty. Each set comes once.</summary>
    public int Next()
    {
        while (queued > 0)
        {
            var node = queue[0].Node;
            var moved = queue[--queued];
            if (queued > 0) Down(moved);
            // A set whose cost fell is in the queue several times; the last entry comes first, because the bound is consistent.
            if ((lasts[node] & ExpandedBit) != 0) continue;
            lasts[node] |= ExpandedBit;
            return node;
        }
        return -1;
    }

    private static bool IsBefore((long Bound, int Node) a, (long Bound, int Node) b) => a.Bound != b.Bound ? a.Bound < b.Bound : a.Node > b.Node;

    private int Slot(ulong set)
    {
        // Multiplicative hashing (Knuth 1973, section 6.4) by 2^64 over the golden ratio.
        var slot = (int)((set * 0x9E3779B97F4A7C15) >> 33) & (table.Length - 1);
        while (table[slot] != 0 && sets[table[slot] - 1] != set) slot = (slot + 1) & (table.Length - 1);
        return slot;
    }

    private bool Grow()
    {
        var length = 2L * sets.Length;
        if (length > 1 << 29 || !Fits(length, queue.Length, sets.Length)) return false;
        Array.Resize(ref sets, (int)length);
        Array.Resize(ref costs, (int)length);
        Array.Resize(ref lasts, (int)length);
        table = new int[2 * length];
        for (var node = 0; node < Count; node++) table[Slot(sets[node])] = node + 1;
        return true;
    }

    // While arrays grow, the old ones are still there.
    private bool Fits(long nodes, long places, long old) => (nodes * BytesOfNode) + (places * BytesOfPlace) + (old * BytesOfPlace) <= maxBytes;

    private void Up(int place, (long Bound, int Node) item)
    {
        for (; place > 0 && IsBefore(item, queue[(place - 1) / 2]); place = (place - 1) / 2) queue[place] = queue[(place - 1) / 2];
        queue[place] = item;
    }

    private void Down((long Bound, int Node) item)
    {
        var place = 0;
        for (int child; (child = (2 * place) + 1) < queued; place = child)
        {
            if (child + 1 < queued && IsBefore(queue[child + 1], queue[child])) child++;
            if (!IsBefore(queue[child], item)) break;
            queue[place] = queue[child];
        }
        queue[place] = item;
    }
}
