using System.Text.RegularExpressions;

namespace Pipelines.Docs.Tests;

/// <summary>The folders of a project form layers: of two folders, at most one uses the other. Found by the names of types in the sources.</summary>
public sealed partial class FolderTests
{
    // They go when Parquet gets a project of its own; ARCHITECTURE.md says so.
    private static readonly string[] known = ["Io/Batches and Io/Parquet", "Io/Parquet and Io/Storage"];

    [Fact]
    public void No_two_folders_use_each_other_but_those_that_the_architecture_names()
    {
        var root = Repository.File("src");
        var sources = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(f => (Path: Path.GetRelativePath(root, f).Replace('\\', '/'), Text: Bare(File.ReadAllText(f))))
            .Where(f => !f.Path.Contains("/obj/", StringComparison.Ordinal) && !f.Path.Contains("/bin/", StringComparison.Ordinal))
            .ToArray();
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
        Assert.True(uses.Count > 100, $"found only {uses.Count} uses");
        Assert.Equal(known, uses.Where(u => string.CompareOrdinal(u.From, u.To) < 0 && uses.Contains((u.To, u.From)))
            .Select(u => $"{u.From} and {u.To}").Order(StringComparer.Ordinal));
    }

    private static string Bare(string text) => Strings().Replace(Comments().Replace(text, ""), "\"\"");

    private static string Project(string path) => path[..path.IndexOf('/', StringComparison.Ordinal)];

    private static string Folder(string path) => string.Join('/', path.Split('/')[..^1].Take(2));

    [GeneratedRegex(@"^(?:\w+ )*(?:class|struct|record struct|record|interface|enum) ([A-Z]\w+)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"\b[A-Z]\w+\b")]
    private static partial Regex Names();

    [GeneratedRegex("//.*")]
    private static partial Regex Comments();

    [GeneratedRegex("\"(\\\\.|[^\"\\\\\\n])*\"")]
    private static partial Regex Strings();
}
