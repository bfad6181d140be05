using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipelines.Docs.Tests;

/// <summary>Compares what a page shows with what was printed.</summary>
internal static partial class Transcript
{
    /// <summary>
    /// Equal text; numbers to three digits, as kernels of different CPUs sum in different orders; lines about time and memory only in their words.
    /// </summary>
    public static void AssertSame(string[] expected, string[] found)
    {
        var (want, got) = (Clean(expected), Clean(found));
        Assert.True(want.Select(Masked).SequenceEqual(got.Select(Masked)), $"shown:\n{string.Join('\n', want)}\nprinted:\n{string.Join('\n', got)}");
        foreach (var (w, g) in want.Zip(got).Where(p => !p.First.Contains("peak memory", StringComparison.Ordinal)))
            foreach (var (a, b) in Number().Matches(w).Zip(Number().Matches(g)))
                Assert.True(Math.Abs(Value(a) - Value(b)) <= 1e-3 * Math.Max(1, Math.Abs(Value(a))), $"{w}\n{g}");

        static string[] Clean(IEnumerable<string> text) => [.. text.Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
        static string Masked(string line) => line.Contains("peak memory", StringComparison.Ordinal) ? Unit().Replace(line, "#") : Number().Replace(line, "#");
        static double Value(Match number) => double.Parse(number.Value, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"-?\d[\d,]*(\.\d+)?")]
    private static partial Regex Number();

    // A time is a number of seconds or m:ss; a rate and a size have a unit that depends on the machine.
    [GeneratedRegex(@"\d[\d:]*(\.\d+)?( s(?=,)|[kMG] rows/s| rows/s|[MG]B)?")]
    private static partial Regex Unit();
}
