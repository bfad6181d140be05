using System.Globalization;
using System.Text.RegularExpressions;
using Pipelines.Cli;

namespace Pipelines.Docs.Tests;

/// <summary>What the README shows is what happens.</summary>
public sealed partial class ReadmeTests : IClassFixture<FlightsFolder>
{
    private static readonly string[] lines = File.ReadAllLines(Repository.File("README.md"));

    [Fact]
    public void Code_is_what_the_tour_runs()
    {
        var shown = Blocks("csharp").ToArray();
        Assert.Equal(7, shown.Length);
        Assert.Equal(shown, Regions(File.ReadAllLines(Repository.File("tests", "Docs.Tests", "TourTests.cs"))));
    }

    [Fact]
    public async Task Commands_print_what_is_shown()
    {
        var commands = string.Join('\n', Blocks("console")).Split("$ pipelines ", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(20, commands.Length);
        foreach (var command in commands)
        {
            var expected = command.Split('\n');
            var (output, error) = (new StringWriter(), new StringWriter());
            await CommandLine.RunAsync(expected[0].Split(' '), new ToolConsole(output, TextWriter.Synchronized(error), ErrorIsTerminal: false));
            var errors = error.ToString().Split('\n').Where(l => l.StartsWith("pipelines: ", StringComparison.Ordinal));
            AssertSame(expected[1..], [.. output.ToString().Split('\n'), .. errors]);
        }
    }

    [Fact]
    public void Links_lead_somewhere()
    {
        foreach (Match link in Link().Matches(string.Join('\n', lines)))
            Assert.True(Path.Exists(Repository.File(link.Groups[1].Value)), link.Groups[1].Value);
    }

    /// <summary>Equal text; numbers to three digits, as kernels of different CPUs sum in different orders; lines about time and memory only in their words.</summary>
    private static void AssertSame(string[] expected, string[] found)
    {
        var (want, got) = (Clean(expected), Clean(found));
        Assert.Equal(want.Select(Masked), got.Select(Masked));
        foreach (var (w, g) in want.Zip(got).Where(p => !p.First.Contains("peak memory", StringComparison.Ordinal)))
            foreach (var (a, b) in Number().Matches(w).Zip(Number().Matches(g)))
                Assert.True(Math.Abs(Value(a) - Value(b)) <= 1e-3 * Math.Max(1, Math.Abs(Value(a))), $"{w}\n{g}");

        static string[] Clean(IEnumerable<string> text) => [.. text.Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
        static string Masked(string line) => line.Contains("peak memory", StringComparison.Ordinal) ? Unit().Replace(line, "#") : Number().Replace(line, "#");
        static double Value(Match number) => double.Parse(number.Value, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    /// <summary>The README's blocks of one language.</summary>
    private static IEnumerable<string> Blocks(string language)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != $"```{language}") continue;
            var end = Array.IndexOf(lines, "```", i);
            yield return string.Join('\n', lines[(i + 1)..end]);
        }
    }

    /// <summary>The regions named README of a source file, without their indentation.</summary>
    private static IEnumerable<string> Regions(string[] source)
    {
        for (var i = 0; i < source.Length; i++)
        {
            var indent = source[i].IndexOf("#region README", StringComparison.Ordinal);
            if (indent < 0) continue;
            var end = Array.FindIndex(source, i, l => l.Trim() == "#endregion");
            yield return string.Join('\n', source[(i + 1)..end].Select(l => l.Length > indent ? l[indent..] : ""));
        }
    }

    [GeneratedRegex(@"-?\d[\d,]*(\.\d+)?")]
    private static partial Regex Number();

    // A time is a number of seconds or m:ss; a rate and a size have a unit that depends on the machine.
    [GeneratedRegex(@"\d[\d:]*(\.\d+)?( s(?=,)|[kMG] rows/s| rows/s|[MG]B)?")]
    private static partial Regex Unit();

    [GeneratedRegex(@"\]\((?!https?:)([^)]+)\)")]
    private static partial Regex Link();
}
