namespace Pipelines;

/// <summary>The one form of every error: where, what was found, what was expected, what to try.</summary>
internal static class ErrorText
{
    /// <summary>Most characters of a message. A program can put its name in front and stay within 300.</summary>
    public const int MostCharacters = 280;

    private const char Cut = '…';

    /// <summary>
    /// Makes a message of at most <see cref="MostCharacters"/> characters. Long parts are cut in their middle, the longest first; the remedy last of all.
    /// </summary>
    /// <param name="place">Where.</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    public static string Of(string place, string found, string expected, string remedy)
    {
        const int between = 22;
        // A remedy that takes more than half of the message quotes something long itself.
        remedy = Shortened(remedy, Math.Max(MostCharacters / 2, MostCharacters - between - place.Length - found.Length - expected.Length));
        string[] parts = [place, found, expected];
        var most = MostOfEach([.. parts.Select(p => p.Length)], MostCharacters - between - remedy.Length);
        return $"{Shortened(place, most)}: found {Shortened(found, most)}, expected {Shortened(expected, most)}; {remedy}";
    }

    /// <summary>The text, with a mark in place of its middle if it is longer than <paramref name="most"/> characters.</summary>
    public static string Shortened(string text, int most)
    {
        if (text.Length <= most) return text;
        var (head, tail) = (most / 2, text.Length - (most - (most / 2) - 1));
        // Half of a surrogate pair is no character.
        if (char.IsHighSurrogate(text[head - 1])) head--;
        if (char.IsLowSurrogate(text[tail])) tail++;
        return string.Concat(text.AsSpan(0, head), [Cut], text.AsSpan(tail));
    }

    // The largest limit under which all parts together fit: short parts leave their share to long ones.
    private static int MostOfEach(int[] lengths, int room)
    {
        Array.Sort(lengths);
        for (var i = 0; i < lengths.Length; i++)
        {
            var share = room / (lengths.Length - i);
            if (lengths[i] > share) return share;
            room -= lengths[i];
        }
        return lengths[^1];
    }
}
