using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Pipelines.Campaigns;

/// <summary>What campaigns tried and found, as Markdown. The file is whole after each campaign, so that a stopped run leaves what it had.</summary>
internal sealed class Report(string path)
{
    private readonly StringBuilder body = new();

    public int Findings { get; private set; }

    public void Add(Campaign campaign, Trials trials, TimeSpan time)
    {
        Findings += trials.Findings.Count;
        body.Append(CultureInfo.InvariantCulture, $"\n## {campaign.Title}\n\n`{campaign.Name}`, {time.TotalSeconds:F0} s, "
            + $"{(trials.Findings.Count == 0 ? "nothing found" : $"**{trials.Findings.Count} findings**")}\n\n");
        Table(trials.Header, trials.Rows);
        foreach (var note in trials.Notes) body.Append('\n').Append(note).Append('\n');
        if (trials.Findings.Count > 0) body.Append("\nFindings:\n");
        foreach (var finding in trials.Findings) body.Append("- ").Append(finding.ReplaceLineEndings(" ")).Append('\n');
        File.WriteAllText(path, Head() + body);
    }

    private static string Head() => string.Create(CultureInfo.InvariantCulture,
        $"""
        # Campaigns

        What was tried to break it, and what came of it. All trials are seeded; `tests/Campaigns/run_long.sh` runs them again.

        | | |
        |---|---|
        | processor | {Processor()}, {Environment.ProcessorCount} cores |
        | system | {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription} |
        | commit | {Environment.GetEnvironmentVariable("CAMPAIGN_COMMIT") ?? "not told"} |
        | libraries | {string.Join(", ", Libraries())} |
        | date | {DateTime.UtcNow:yyyy-MM-dd} |

        """);

    private void Table(string[] header, IReadOnlyList<string[]> rows)
    {
        if (header.Length == 0) return;
        Line(header);
        Line([.. header.Select(_ => "---")]);
        foreach (var row in rows) Line(row);
    }

    private void Line(string[] cells) =>
        body.Append("| ").AppendJoin(" | ",
            cells.Select(c => string.Concat(c.Select(l => char.IsControl(l) ? '\uFFFD' : l)).Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");

    private static string Processor() => !File.Exists("/proc/cpuinfo")
        ? RuntimeInformation.ProcessArchitecture.ToString()
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static IEnumerable<string> Libraries() => new[] { typeof(global::Parquet.ParquetReader), typeof(DuckDB.NET.Data.DuckDBConnection) }
        .Select(
            t => $"{t.Assembly.GetName().Name} {t.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}");
}
