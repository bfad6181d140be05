using System.Text;

namespace Pipelines.Models;

/// <summary>
/// The numbers from which folds and held-out shares follow. All arithmetic is on unsigned 64-bit integers and wraps, so that other programs can compute
/// them: an item with number h has the position unit(seed * <see cref="OfSeed"/> + h) in [0, 1).
/// </summary>
internal static class FoldHash
{
    /// <summary>The number of an integer or of a row is a multiple of this one: the golden ratio of 64 bits.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    private const ulong OfSeed = 0xD1B54A32D192ED03;
    private const ulong OfClass = 0xA0761D6478BD642F;

    /// <summary>The number of the item at a place, counted from 0 over the whole input.</summary>
    public static ulong Place(long place) => ((ulong)place + 1) * Step;

    /// <summary>The number of an integer key.</summary>
    public static ulong Key(long key) => (ulong)key * Step;

    /// <summary>The number of a text key: FNV-1a of its UTF-8 bytes (Fowler, Noll and Vo; RFC 9923).</summary>
    public static ulong Key(string key)
    {
        var hash = 0xCBF29CE484222325UL;
        Span<byte> few = stackalloc byte[256];
        var bytes = Encoding.UTF8.GetMaxByteCount(key.Length) <= few.Length ? few[..Encoding.UTF8.GetBytes(key, few)] : Encoding.UTF8.GetBytes(key);
        foreach (var value in bytes) hash = (hash ^ value) * 0x100000001B3UL;
        return hash;
    }

    /// <summary>What a seed adds to each number.</summary>
    public static ulong Seed(long seed) => (ulong)seed * OfSeed;

    /// <summary>The position of an item, in [0, 1).</summary>
    /// <param name="number">The item's number plus that of the seed.</param>
    public static double Unit(ulong number) => (SeededRandom.Mix(number) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The order in which the folds take the next items of a class: one item each.</summary>
    /// <param name="seed">The number of the seed.</param>
    /// <param name="label">The class; -1 = unlabelled.</param>
    /// <param name="round">How many items each fold has had.</param>
    /// <param name="folds">Shape [folds]; receives the folds.</param>
    public static void Order(ulong seed, int label, long round, Span<int> folds)
    {
        Span<ulong> keys = folds.Length <= 128 ? stackalloc ulong[folds.Length] : new ulong[folds.Length];
        for (var f = 0; f < folds.Length; f++)
        {
            keys[f] = SeededRandom.Mix(seed + ((ulong)(label + 1) * OfClass) + ((((ulong)round * (ulong)folds.Length) + (ulong)f + 1) * Step));
            folds[f] = f;
        }
        keys.Sort(folds);
    }
}
