using System.Numerics;

namespace Pipelines.Models.Inference;

/// <summary>Sets of variables as rows of a bit matrix.</summary>
/// <param name="rows">Number of sets.</param>
/// <param name="size">Number of variables.</param>
internal sealed class BitMatrix(int rows, int size)
{
    private readonly int words = (size + 63) / 64;
    private readonly ulong[] bits = new ulong[rows * ((size + 63) / 64)];

    /// <summary>The words of a set.</summary>
    public Span<ulong> this[int row] => bits.AsSpan(row * words, words);

    /// <summary>Adds an element to a set.</summary>
    public void Add(int row, int element) => bits[(row * words) + (element >> 6)] |= 1UL << element;

    /// <summary>Removes an element from a set.</summary>
    public void Remove(int row, int element) => bits[(row * words) + (element >> 6)] &= ~(1UL << element);

    /// <summary>Number of elements of a set.</summary>
    public static int Count(ReadOnlySpan<ulong> set)
    {
        var count = 0;
        foreach (var word in set) count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>Writes the elements of a set in ascending order.</summary>
    /// <param name="set">The set.</param>
    /// <param name="elements">Receives them.</param>
    /// <returns>Their number.</returns>
    public static int Elements(ReadOnlySpan<ulong> set, Span<int> elements)
    {
        var count = 0;
        for (var w = 0; w < set.Length; w++)
            for (var rest = set[w]; rest != 0; rest &= rest - 1) elements[count++] = (w * 64) + BitOperations.TrailingZeroCount(rest);
        return count;
    }
}
