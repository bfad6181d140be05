using System.Diagnostics;
using System.Text.RegularExpressions;
using Pipelines.Cli;
using Pipelines.Cli.Terminal;

namespace Pipelines.Docs.Tests;

/// <summary>What the README and the pages of <c>docs</c> show is what happens, as it stands there.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Pages => [.. Document.All.Select(d => d.Path)];

    public static TheoryData<string> PagesWithCommands => [.. Document.All.Where(d => d.Commands().Any()).Select(d => d.Path)];

    public static TheoryData<string> PagesWithPrograms => [.. Document.All.Where(d => d.Programs().Any()).Select(d => d.Path)];

    [Fact]
    public void The_README_is_a_landing_page() => Assert.InRange(Document.All[0].Lines.Count, 1, 200);

    /// <summary>The commands of each page follow those of the README's tour.</summary>
    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public async Task Commands_print_what_is_shown(string path)
    {
        using var folder = new ScratchFolder();
        foreach (var (arguments, output) in Document.All.Where(d => d.Path == "README.md" || d.Path == path).SelectMany(d => d.Commands()))
        {
            var (standard, error) = (new StringWriter(), new StringWriter());
            await PipelinesTool.RunAsync(arguments, new ToolConsole(standard, TextWriter.Synchronized(error), ErrorIsTerminal: false));
            var errors = error.ToString().Split('\n').Where(l => l.StartsWith("pipelines: ", StringComparison.Ordinal));
            // A terminal shows warnings before the summary.
            Transcript.AssertSame(output, [.. errors, .. standard.ToString().Split('\n')]);
        }
    }

    [Theory]
    [MemberData(nameof(PagesWithPrograms))]
    public void Programs_compile_as_they_stand_and_print_what_is_shown(string path)
    {
        using var folder = new ScratchFolder();
        foreach (var (program, output) in Document.All.Single(d => d.Path == path).Programs())
        {
            var printed = Snippet.Run(string.Join('\n', program.Lines), $"{path}, line {program.Line}");
            if (output is not null) Transcript.AssertSame(output, printed.Split('\n'));
        }
    }

    /// <summary>The block of the README that sets the tour up, run in a clean clone, gives the folder that the other tests start from.</summary>
    [UnixFact]
    public void The_tour_is_set_up_by_the_commands_shown()
    {
        var setup = Document.All[0].Blocks().Single(b => b.Language == "sh" && b.Lines.Any(l => l.Contains("scratch", StringComparison.Ordinal)));
        var clone = ScratchFolder.Clone();
        var start = new ProcessStartInfo("bash", ["-ec", $"{string.Join('\n', setup.Lines)}\npwd -P\nls"])
        {
            WorkingDirectory = clone.FullName,
            RedirectStandardOutput = true
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((0, $"{ScratchFolder.Sample}\n"), (process.ExitCode, output[(output.IndexOf('\n', StringComparison.Ordinal) + 1)..]));
        Assert.EndsWith("/scratch", output.Split('\n')[0], StringComparison.Ordinal);
        clone.Delete(recursive: true);
        // What the alias and the line above the programs name, seen from the scratch folder.
        foreach (var project in ProjectPath().Matches(string.Join('\n', Document.All[0].Lines)).Select(m => m.Groups[1].Value))
            Assert.True(Path.Exists(Repository.File(project.Split('/'))), project);
        Assert.Contains("/scratch/", File.ReadAllLines(Repository.File(".gitignore")));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_somewhere(string path)
    {
        foreach (Match link in Link().Matches(string.Join('\n', Document.All.Single(d => d.Path == path).Lines)))
        {
            var target = link.Groups[1].Value.Split('#');
            var file = target[0].Length == 0
                ? Repository.File(path.Split('/'))
                : Path.GetFullPath(Path.Combine(Repository.File(path.Split('/')), "..", target[0]));
            Assert.True(Path.Exists(file), $"{path}: {link.Groups[1].Value}");
            if (target.Length == 2) Assert.Contains(target[1], File.ReadLines(file).Where(l => l.StartsWith('#')).Select(Anchor));
        }
    }

    /// <summary>Tables and what programs print cannot be broken.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Lines_are_at_most_160_columns_long(string path)
    {
        var document = Document.All.Single(d => d.Path == path);
        var printed = document.Blocks().Where(b => b.Language is "console" or "text").SelectMany(b => b.Lines).Where(l => !l.StartsWith('$')).ToHashSet();
        Assert.DoesNotContain(document.Lines, l => l.Length > 160 && !l.StartsWith('|') && !printed.Contains(l));
    }

    /// <summary>What GitHub makes of a heading.</summary>
    private static string Anchor(string heading) => NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?!https?:)([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"(?:--project|#:project) \.\./(\S+?)(?= --|`)")]
    private static partial Regex ProjectPath();
}
