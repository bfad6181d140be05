using System.Globalization;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Transition probabilities for people, to two digits: a matrix, or where that is too wide a line for each row with its likeliest transitions.
/// </summary>
internal static class TransitionOutline
{
    private const int MostWidth = 72;
    private const int MostTargets = 6;
    private const int MostRows = 18;

    /// <summary>The lines.</summary>
    /// <param name="from">Names of the rows.</param>
    /// <param name="to">Names of the columns.</param>
    /// <param name="probability">Probability of a row's transition to a column; exactly 0 = there is none.</param>
    public static IEnumerable<OutlineEntry> Of(IReadOnlyList<string> from, IReadOnlyList<string> to, Func<int, int, double> probability)
    {
        string[] rows = [.. from.Take(MostRows)];
        OutlineEntry[] rest = from.Count > MostRows ? [new($"… and {from.Count - MostRows} more")] : [];
        var margin = rows.Max(f => f.Length);
        // Each column is as wide as its name or 0.00, after two blanks; the sum stops as soon as it is too large.
        var width = margin;
        for (var t = 0; t < to.Count && width <= MostWidth; t++) width += 2 + Math.Max(4, to[t].Length);
        if (width > MostWidth) return rows.Select((name, f) => new OutlineEntry(Line(name, f, to, probability))).Concat(rest);
        var head = string.Concat(to.Select(t => $"  {t.PadLeft(4)}"));
        return rows.Select((name, f) => new OutlineEntry(name.PadRight(margin)
                + string.Concat(to.Select((t, i) => $"  {Digits(probability(f, i)).PadLeft(Math.Max(4, t.Length))}"))))
            .Prepend(new OutlineEntry(new string(' ', margin) + head)).Concat(rest);
    }

    /// <summary>0 and 1 are exact; what is rounded to them keeps its digits.</summary>
    private static string Digits(double probability) => probability is 0 or 1
        ? probability.ToString(CultureInfo.InvariantCulture)
        : probability.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Line(string name, int from, IReadOnlyList<string> to, Func<int, int, double> probability)
    {
        int[] own = [.. Enumerable.Range(0, to.Count).Where(t => probability(from, t) > 0).OrderByDescending(t => probability(from, t))];
        return $"from {name}: {string.Join(", ", own.Take(MostTargets).Select(t => $"{to[t]} {Digits(probability(from, t))}"))}"
            + (own.Length > MostTargets ? $" and {own.Length - MostTargets} less likely" : "");
    }
}
