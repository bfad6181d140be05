namespace Pipelines.Docs.Tests;

/// <summary>A page of the documentation.</summary>
/// <param name="Path">Its path below the root of the repository, with slashes.</param>
internal sealed record Document(string Path)
{
    private readonly string[] lines = File.ReadAllLines(Repository.File(Path.Split('/')));

    /// <summary>The README first, then the pages of <c>docs</c>.</summary>
    public static IReadOnlyList<Document> All { get; } =
        [new("README.md"), .. Directory.GetFiles(Repository.File("docs"), "*.md").Select(p => new Document($"docs/{System.IO.Path.GetFileName(p)}"))
            .OrderBy(d => d.Path, StringComparer.Ordinal)];

    public IReadOnlyList<string> Lines => lines;

    /// <summary>The blocks of code, in order.</summary>
    public IEnumerable<CodeBlock> Blocks()
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal)) continue;
            var end = Array.IndexOf(lines, "```", i + 1);
            yield return new CodeBlock(lines[i][3..], i + 1, [.. lines[(i + 1)..end]]);
            i = end;
        }
    }

    /// <summary>The commands of the tool with what they print: <c>$ pipelines …</c>, where a backslash at the end of a line continues it.</summary>
    public IEnumerable<(string[] Arguments, string[] Output)> Commands()
    {
        foreach (var block in Blocks().Where(b => b.Language == "console"))
        {
            Assert.StartsWith("$ pipelines ", block.Lines[0], StringComparison.Ordinal);
            for (var i = 0; i < block.Lines.Length;)
            {
                var command = block.Lines[i++]["$ pipelines ".Length..];
                while (command.EndsWith('\\')) command = command[..^1] + block.Lines[i++];
                var end = Array.FindIndex(block.Lines, i, l => l.StartsWith("$ pipelines ", StringComparison.Ordinal));
                if (end < 0) end = block.Lines.Length;
                yield return (ArgumentsOf(command), block.Lines[i..end]);
                i = end;
            }
        }
    }

    // As a shell splits them: at blanks, except within single quotes.
    private static string[] ArgumentsOf(string command) =>
    [
        .. command.Split('\'').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    /// <summary>The programs, each with the output that a block of text behind it shows, if any.</summary>
    public IEnumerable<(CodeBlock Program, string[]? Output)> Programs()
    {
        var blocks = Blocks().ToArray();
        for (var i = 0; i < blocks.Length; i++)
            if (blocks[i].Language == "csharp")
                yield return (blocks[i], i + 1 < blocks.Length && blocks[i + 1].Language == "text" ? blocks[i + 1].Lines : null);
    }

    public override string ToString() => Path;
}

/// <summary>A block of code in a page.</summary>
/// <param name="Language">What stands behind the backquotes.</param>
/// <param name="Line">Number of the line above its first, from 1.</param>
/// <param name="Lines">The code.</param>
internal sealed record CodeBlock(string Language, int Line, string[] Lines);
