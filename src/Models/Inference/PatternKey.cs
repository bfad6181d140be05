namespace Pipelines.Models.Inference;

/// <summary>A set of observed variables.</summary>
internal readonly struct PatternKey : IEquatable<PatternKey>
{
    private readonly ulong[] words;

    /// <summary>Makes a key of the words of a bit set.</summary>
    public PatternKey(ReadOnlySpan<ulong> words) => this.words = words.ToArray();

    /// <summary>Makes a key of some variables.</summary>
    public static PatternKey Of(ReadOnlySpan<bool> isObserved)
    {
        var words = new ulong[(isObserved.Length + 63) / 64];
        for (var v = 0; v < isObserved.Length; v++)
            if (isObserved[v]) words[v >> 6] |= 1UL << v;
        return new(words);
    }

    /// <summary>True if the variable is observed.</summary>
    public bool Contains(int variable) => (words[variable >> 6] >> variable & 1) != 0;

    /// <summary>True if it is this set.</summary>
    public bool Is(ReadOnlySpan<ulong> other) => other.SequenceEqual(words);

    /// <inheritdoc/>
    public bool Equals(PatternKey other) => words.AsSpan().SequenceEqual(other.words);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PatternKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashOf(words);

    /// <summary>The hash code of a set.</summary>
    public static int HashOf(ReadOnlySpan<ulong> words)
    {
        ulong hash = 0;
        foreach (var word in words) hash = (System.Numerics.BitOperations.RotateLeft(hash, 23) ^ word) * 0x9E3779B97F4A7C15;
        return (int)(hash >> 32);
    }
}
