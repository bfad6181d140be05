namespace Pipelines;

/// <summary>
/// The only random generator: xoshiro256** (Blackman and Vigna 2018) seeded by splitmix64, so that a seed gives the same numbers on every
/// machine and in every .NET version. Not thread-safe.
/// </summary>
public sealed class SeededRandom
{
    private ulong s0, s1, s2, s3;
    private double spare = double.NaN;

    /// <summary>Creates a generator; equal seeds and streams give equal numbers.</summary>
    /// <param name="seed">Any number; 0 by convention if none is given.</param>
    /// <param name="stream">Separates independent uses of one seed.</param>
    public SeededRandom(long seed, long stream = 0)
    {
        var state = Mix((ulong)seed) ^ (Mix((ulong)stream + 0x9E3779B97F4A7C15UL) * 3);
        s0 = Next(ref state);
        s1 = Next(ref state);
        s2 = Next(ref state);
        s3 = Next(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var result = ulong.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = ulong.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="bound"/> - 1, without bias.</summary>
    public long NextInt64(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var limit = ulong.MaxValue - (ulong.MaxValue % (ulong)bound);
        ulong r;
        do r = NextUInt64();
        while (r >= limit);
        return (long)(r % (ulong)bound);
    }

    /// <summary>Standard normal, by Marsaglia's polar method.</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(spare))
        {
            var s = spare;
            spare = double.NaN;
            return s;
        }
        double u, v, r;
        do
        {
            u = (2 * NextDouble()) - 1;
            v = (2 * NextDouble()) - 1;
            r = (u * u) + (v * v);
        }
        while (r >= 1 || r == 0);
        var f = Math.Sqrt(-2 * Math.Log(r) / r);
        spare = v * f;
        return u * f;
    }

    /// <summary>An index drawn with probability proportional to its weight.</summary>
    /// <param name="weights">Not negative, at least one above 0.</param>
    /// <param name="total">Their sum.</param>
    public int NextIndex(ReadOnlySpan<double> weights, double total)
    {
        var left = NextDouble() * total;
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0) continue;
            last = i;
            left -= weights[i];
            if (left < 0) return i;
        }
        return last;
    }

    /// <summary>Scrambles 64 bits (splitmix64's finaliser): a hash of row numbers that depends on nothing else.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    private static ulong Next(ref ulong state) => Mix(state += 0x9E3779B97F4A7C15UL);
}
