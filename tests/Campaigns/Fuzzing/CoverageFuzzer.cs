using System.Runtime.InteropServices;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>
/// A coverage-guided fuzzer in one process: an input that takes a branch, or takes it about how often, as none before it did is kept and mutated further.
/// From the same corpus, seed and number of executions come the same inputs.
/// </summary>
internal sealed class CoverageFuzzer(InstrumentedCode code, FuzzTarget target, Random random)
{
    private readonly Action<byte[]> run = code.Target(target.Name);
    private readonly Mutator mutator = new(random, target.Words, target.LongestInput);
    private readonly byte[] seen = new byte[InstrumentedCode.MapSize];
    private readonly List<Entry> corpus = [];
    private readonly HashSet<string> known = [];
    private long executions;

    /// <summary>Inputs that were run.</summary>
    public long Executions => Interlocked.Read(ref executions);

    /// <summary>Branches that were taken.</summary>
    public int Edges => seen.Count(s => s != 0);

    /// <summary>Inputs that each take a branch in a way that none before did.</summary>
    public IReadOnlyList<byte[]> Corpus => [.. corpus.Select(e => e.Bytes)];

    /// <summary>The input that is being run.</summary>
    public byte[] Current { get; private set; } = [];

    /// <summary>Inputs that gave what they must not, one for each place: the input, and what came.</summary>
    public List<(byte[] Input, string What)> Crashes { get; } = [];

    /// <summary>Runs an input as it is, and keeps it if it is new in some way.</summary>
    public void Add(byte[] input)
    {
        if (input.Length <= target.LongestInput && Execute(input)) corpus.Add(new(input));
    }

    /// <summary>Mutates until told to stop.</summary>
    public void Run(Func<bool> stop)
    {
        if (corpus.Count == 0) corpus.Add(new([]));
        while (!stop())
        {
            var parent = Pick();
            parent.Children++;
            var input = mutator.Mutate(parent.Bytes, corpus[random.Next(corpus.Count)].Bytes);
            if (Execute(input)) corpus.Add(new(input));
        }
    }

    /// <summary>The smallest inputs that together take every branch that the corpus takes: one for each branch is enough.</summary>
    public IReadOnlyList<byte[]> Minimised()
    {
        var kept = new List<byte[]>();
        Array.Clear(seen);
        foreach (var entry in corpus.OrderBy(e => e.Bytes.Length))
        {
            Execute(entry.Bytes, out var newBranch);
            if (newBranch) kept.Add(entry.Bytes);
        }
        return kept;
    }

    // The one that was tried least, or any: new ones get their turn, and old ones are not forgotten.
    private Entry Pick()
    {
        var best = corpus[random.Next(corpus.Count)];
        for (var n = random.Next(4); n > 0; n--)
            if (corpus[random.Next(corpus.Count)] is var other && other.Children < best.Children) best = other;
        return best;
    }

    private bool Execute(byte[] input) => Execute(input, out _);

    private bool Execute(byte[] input, out bool newBranch)
    {
        Current = input;
        Interlocked.Increment(ref executions);
        code.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            run(input);
            if (GC.GetAllocatedBytesForCurrentThread() - before is var bytes && bytes > target.MostAllocated)
                Crash(input, $"{bytes >> 20} MiB allocated", "memory");
        }
        catch (Exception e) when (e is not OutOfMemoryException { Data.Count: > 0 })
        {
            var frames = e.StackTrace?.Split('\n').Select(f => f.Trim()).Where(f => f.StartsWith("at Pipelines.", StringComparison.Ordinal)).Take(2) ?? [];
            Crash(input, $"{e.GetType().Name}: {e.Message} {string.Join(' ', frames)}", e.GetType().Name + string.Concat(frames));
        }
        return Merge(out newBranch);
    }

    private void Crash(byte[] input, string what, string place)
    {
        if (known.Add(place)) Crashes.Add((input, what));
    }

    // Counts are put into classes (1, 2, 3, 4-7, 8-15, 16-31, 32-127, more), one bit each.
    private bool Merge(out bool newBranch)
    {
        newBranch = false;
        var isNew = false;
        var map = code.Map;
        var words = MemoryMarshal.Cast<byte, ulong>(map);
        for (var w = 0; w < words.Length; w++)
        {
            if (words[w] == 0) continue;
            for (var i = w * 8; i < (w * 8) + 8; i++)
            {
                if (map[i] == 0) continue;
                var bit = map[i] switch { < 4 => 1 << (map[i] - 1), < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
                if ((seen[i] & bit) != 0) continue;
                newBranch |= seen[i] == 0;
                seen[i] |= (byte)bit;
                isNew = true;
            }
        }
        return isNew;
    }

    private sealed class Entry(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public int Children { get; set; }
    }
}
