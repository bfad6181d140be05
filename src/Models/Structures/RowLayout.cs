using System.Numerics;

namespace Pipelines.Models.Structures;

/// <summary>How a row of codes is packed: each variable takes the bits that its codes need, and no variable crosses the border of two words.</summary>
internal sealed class RowLayout
{
    public RowLayout(IReadOnlyList<int> sizes)
    {
        Sizes = [.. sizes];
        Word = new int[sizes.Count];
        Shift = new int[sizes.Count];
        int word = 0, used = 0;
        for (var j = 0; j < sizes.Count; j++)
        {
            // One code more means missing.
            var bits = BitOperations.Log2((uint)sizes[j]) + 1;
            if (used + bits > 64) (word, used) = (word + 1, 0);
            (Word[j], Shift[j]) = (word, used);
            used += bits;
        }
        Words = word + 1;
    }

    /// <summary>Number of values of each variable, shape [variables].</summary>
    public int[] Sizes { get; }

    /// <summary>The word that holds each variable, shape [variables].</summary>
    public int[] Word { get; }

    /// <summary>Its lowest bit there, shape [variables].</summary>
    public int[] Shift { get; }

    /// <summary>Words in a row.</summary>
    public int Words { get; }

    /// <summary>Mask of a variable's codes.</summary>
    public ulong Mask(int variable) => (2UL << BitOperations.Log2((uint)Sizes[variable])) - 1;

    /// <summary>The sizes as text: neighbours of one size are counted.</summary>
    public string Text()
    {
        var runs = new List<string>();
        for (var (j, next) = (0, 0); j < Sizes.Length; j = next)
        {
            while (next < Sizes.Length && Sizes[next] == Sizes[j]) next++;
            runs.Add(next - j > 1 ? $"{next - j} x {Sizes[j]}" : $"{Sizes[j]}");
        }
        return string.Join(", ", runs);
    }
}
