namespace Pipelines.Campaigns.Fuzzing;

/// <summary>Makes inputs out of others, from a seeded generator.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words, int longest)
{
    private static readonly byte[][] numbers =
        [[0], [0xFF], [0x7F], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0, 0, 0, 0x80],
            [0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0x80, 0x80, 0x80, 0x08]];

    /// <summary>Changes an input in a few places; now and then a second one is spliced in.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        if (random.Next(10) == 0)
        {
            var (keep, from) = (random.Next(bytes.Count + 1), random.Next(other.Length + 1));
            bytes.RemoveRange(keep, bytes.Count - keep);
            bytes.AddRange(other[from..]);
        }
        for (var n = 1 << random.Next(5); n > 0; n--) Change(bytes);
        if (bytes.Count > longest) bytes.RemoveRange(longest, bytes.Count - longest);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)random.Next(256));
            return;
        }
        var at = random.Next(bytes.Count);
        switch (random.Next(words.Count > 0 ? 9 : 7))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes[at] += (byte)(random.Next(2) == 0 ? 1 + random.Next(16) : -1 - random.Next(16)); break;
            case 3: Overwrite(bytes, at, numbers[random.Next(numbers.Length)]); break;
            case 4: bytes.InsertRange(at, numbers[random.Next(numbers.Length)]); break;
            case 5: bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + Length())); break;
            case 6: bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + Length()))); break;
            case 7: bytes.InsertRange(at, words[random.Next(words.Count)]); break;
            default: Overwrite(bytes, at, words[random.Next(words.Count)]); break;
        }
    }

    private int Length() => random.Next(1 << random.Next(1, 7));

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (var i = 0; i < with.Length && at + i < bytes.Count; i++) bytes[at + i] = with[i];
    }
}
