namespace Pipelines;

/// <summary>Finds the name that a mistyped name most likely stands for.</summary>
internal static class NearestName
{
    private const int LeastPrefix = 3;

    /// <summary>The nearest of the given names; null if none is close.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="names">The valid names.</param>
    public static string? Of(string text, IEnumerable<string> names)
    {
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            var distance = Distance(Plain(text), Plain(name));
            if (distance >= least || distance > Most(Plain(text).Length, Plain(name).Length)) continue;
            (nearest, least) = (name, distance);
        }
        return nearest ?? names.FirstOrDefault(n => IsPart(Plain(text), Plain(n)) || IsPart(Plain(n), Plain(text)));
    }

    /// <summary>A remedy that suggests the nearest name, or <paramref name="otherwise"/> if none is close.</summary>
    public static string Remedy(string text, IEnumerable<string> names, string otherwise) =>
        Of(text, names) is { } name ? $"did you mean '{name}'?" : otherwise;

    // Case and leading dashes do not count as typing errors.
    private static string Plain(string text) => text.TrimStart('-').ToLowerInvariant();

    // One error in a short word, three in a long one: with more it is a different word.
    private static int Most(int a, int b) => Math.Max(a, b) switch { <= 2 => 0, <= 5 => 1, <= 8 => 2, _ => 3 };

    // "multi" or "parallelism" for a longer name that contains it.
    private static bool IsPart(string part, string whole) =>
        part.Length >= LeastPrefix && (whole.StartsWith(part, StringComparison.Ordinal) || whole.EndsWith($"-{part}", StringComparison.Ordinal));

    /// <summary>The number of characters to insert, remove, change or swap with a neighbour to turn one text into the other.</summary>
    private static int Distance(string a, string b)
    {
        // Names from files can be of any length; one this long is never a typing error for another.
        const int longest = 200;
        if (a == b) return 0;
        if (a.Length > longest || b.Length > longest) return int.MaxValue;
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                var best = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }
        return rows[a.Length, b.Length];
    }
}
