using System.Text.RegularExpressions;

namespace Pipelines.Docs.Tests;

/// <summary>The folders of a project form layers: of two folders, at most one uses the other. Found by the names of types in the sources.</summary>
public sealed partial class FolderTests
{
    // They go when Parquet gets a project of its own; ARCHITECTURE.md says so.
    private static readonly string[] known = ["Io/Batches and Io/Parquet", "Io/Parquet and Io/Storage"];

    // PipelineOptions holds the CheckpointOptions; ARCHITECTURE.md says so.
    private static readonly string[] against = ["Blocks/Running uses Blocks/Checkpoints"];

    [Fact]
    public void No_two_folders_use_each_other_but_those_that_the_architecture_names()
    {
        var uses = Uses();
        Assert.True(uses.Count > 100, $"found only {uses.Count} uses");
        Assert.Equal(known, uses.Where(u => string.CompareOrdinal(u.From, u.To) < 0 && uses.Contains((u.To, u.From)))
            .Select(u => $"{u.From} and {u.To}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Folders_use_only_those_before_them_in_the_order_that_the_architecture_gives()
    {
        var order = Orders().Matches(File.ReadAllText(Repository.File("ARCHITECTURE.md")))
            .SelectMany(m => m.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries).Select(f => $"{m.Groups[1].Value}/{f}"))
            .ToArray();
        Assert.Equal(3, order.Select(Project).Distinct().Count());
        var uses = Uses();
        // A project's own folder is the layer below all others.
        var folders = Sources().Select(s => Folder(s.Path)).Distinct().Where(f => f.Contains('/', StringComparison.Ordinal));
        Assert.Empty(folders.Where(f => order.Any(o => Project(o) == Project(f))).Except(order));
        Assert.Equal(against, uses
            .Where(u => Array.IndexOf(order, u.From) is >= 0 and var from && Array.IndexOf(order, u.To) is >= 0 and var to && to > from)
            .Select(u => $"{u.From} uses {u.To}").Order(StringComparer.Ordinal));
    }

    private static (string Path, string Text)[] Sources()
    {
        var root = Repository.File("src");
        return [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path: Path.GetRelativePath(root, f).Replace('\\', '/'), Text: Bare(File.ReadAllText(f))))
            .Where(f => !f.Path.Contains("/obj/", StringComparison.Ordinal) && !f.Path.Contains("/bin/", StringComparison.Ordinal))];
    }

    private static HashSet<(string From, string To)> Uses()
    {
        var sources = Sources();
        var declared = sources.SelectMany(s => Declared().Matches(s.Text).Select(m => (Name: m.Groups[1].Value, s.Path))).ToLookup(d => d.Name, d => d.Path);
        var uses = new HashSet<(string From, string To)>();
        foreach (var (path, text) in sources)
        {
            foreach (var name in Names().Matches(text).Select(m => m.Value).Distinct())
            {
                // A name means a type of the same folder first, then one of the same project.
                var homes = declared[name].Where(h => Project(h) == Project(path)).ToArray();
                if (homes.Length == 0 || Array.Exists(homes, h => Folder(h) == Folder(path))) continue;
                uses.Add((Folder(path), Folder(homes[0])));
            }
        }
        return uses;
    }

    private static string Bare(string text) => Strings().Replace(Comments().Replace(text, ""), "\"\"");

    private static string Project(string path) => path[..path.IndexOf('/', StringComparison.Ordinal)];

    private static string Folder(string path) => string.Join('/', path.Split('/')[..^1].Take(2));

    [GeneratedRegex(@"^(?:\w+ )*(?:class|struct|record struct|record|interface|enum) ([A-Z]\w+)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Names();

    // - **Models**: Base, Numerics, …
    [GeneratedRegex(@"^- \*\*(\w+)\*\*: ((?:\w+,\s+)+\w+)\.", RegexOptions.Multiline)]
    private static partial Regex Orders();

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();

    [GeneratedRegex("\"(\\\\.|[^\"\\\\\\n])*\"")]
    private static partial Regex Strings();
}
