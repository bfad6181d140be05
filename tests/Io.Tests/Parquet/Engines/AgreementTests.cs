using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Pipelines.Io.Tests;

/// <summary>On every file and column the engines give equal values, or refuse with the typed error.</summary>
public class AgreementTests(ITestOutputHelper output)
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus");

    [Fact]
    public async Task Engines_agree_on_every_column_of_every_odd_file_or_refuse()
    {
        int both = 0, some = 0, none = 0;
        output.WriteLine($"{"file",-46} {"column",-18} {string.Join(" ", EngineRows.Names.Select(n => $"{n,-14}"))} values");
        foreach (var path in Files())
        {
            var (columns, refusal) = EngineRows.Columns(path);
            if (refusal is not null)
            {
                output.WriteLine($"{Path.GetFileName(path),-46} footer refused: {refusal.Found}");
                continue;
            }
            foreach (var column in columns)
            {
                var results = new List<(string Engine, List<object?>? Values, FlowException? Error)>();
                foreach (var engine in EngineRows.Names)
                {
                    foreach (var size in (int[])[37, 1000])
                    {
                        var (values, error) = await EngineRows.Read(path, column.Name, engine, size);
                        results.Add((engine, values, error));
                    }
                }
                var read = results.Where(r => r.Values is not null).ToList();
                foreach (var other in read.Skip(1))
                {
                    Assert.True(read[0].Values!.Count == other.Values!.Count, $"{path}, column '{column.Name}': {read[0].Engine} reads {read[0].Values!.Count} "
                        + $"rows, {other.Engine} {other.Values.Count}");
                    for (var i = 0; i < other.Values.Count; i++)
                        TestTable.AssertSame(read[0].Values![i], other.Values[i], $"{path}, column '{column.Name}', row {i}, {read[0].Engine} and "
                            + $"{other.Engine}");
                }
                foreach (var error in results.Select(r => r.Error).OfType<FlowException>())
                {
                    Assert.Equal(ErrorKind.Data, error.Kind);
                    // Of a file of which no column can be read, the message names the first and counts the others.
                    if (error.Found.StartsWith("no column that can be read: ", StringComparison.Ordinal) && columns.Length > 1)
                        Assert.Matches($"'{Regex.Escape(columns[0].Name)}': .*, and {columns.Length - 1} more$", error.Found);
                    else Assert.Contains($"'{column.Name}'", error.Message, StringComparison.Ordinal);
                }
                if (read.Count == results.Count) both++;
                else if (read.Count > 0) some++;
                else none++;
                var outcome = results.Where((_, i) => i % 2 == 0).Select(r => $"{(r.Values is null ? "refuses" : "reads"),-14}");
                output.WriteLine($"{Path.GetFileName(path),-46} {column.Name,-18} {string.Join(" ", outcome)} "
                    + $"{(read.Count > 0 ? read[0].Values!.Count.ToString(CultureInfo.InvariantCulture) : results[0].Error!.Found)}");
            }
        }
        output.WriteLine($"{both} columns read by all engines, {some} by some, {none} by none");
        Assert.True(both >= 50, $"{both} columns read by all engines");
    }

    // The odd files that came with the tests; and, where the full collection lies beside the repository, all of it.
    private static IEnumerable<string> Files()
    {
        var files = Directory.GetFiles(Corpus, "*.parquet*").ToList();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var full = Path.Combine(folder.FullName, "shared", "parquet-testing");
            if (Directory.Exists(full))
                files.AddRange(Directory.GetFiles(full, "*.parquet*", SearchOption.AllDirectories)
                    .Where(f => !files.Exists(k => Path.GetFileName(k) == Path.GetFileName(f))));
        }
        return files.OrderBy(Path.GetFileName, StringComparer.Ordinal);
    }
}
