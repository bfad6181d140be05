using Pipelines.Cli;
using Pipelines.Cli.Commands;
using Pipelines.Cli.Terminal;
using Pipelines.Io;
using Pipelines.Models.Serialization;

namespace Pipelines.Campaigns.Values;

/// <summary>The same hostile numbers through the command line: <c>fit</c> of every kind, found by reflection, then <c>score</c>.</summary>
internal sealed class CommandLineCampaign : Campaign
{
    public override string Name => "values-command-line";

    public override string Title => "Values: the same through the command line";

    public override int Order => 21;

    public override async Task RunAsync(Trials trials)
    {
        trials.Header = ["data", "fits tried", "exit code 0", "exit code 3", "others", "scored", "an error"];
        foreach (var data in HostileData.All)
        {
            using var folder = new TempFolder();
            await WriteAsync(folder["d.parquet"], data);
            var (tried, done, rejected, others, scored, example) = (0, 0, 0, 0, 0, "");
            foreach (var kind in Kinds(trials.IsLong))
            {
                var what = $"{data.Name}, fit {string.Join(' ', kind)}";
                string[] weights = data.Weights is null ? [] : ["--weights", "w"];
                var (code, error) = await RunAsync(["fit", .. kind, folder["d.parquet"], "--features", string.Join(',', HostileData.Columns), .. weights,
                    "--iterations", "1000", "--batch-size", "16", "--quiet", "--output", folder["m.json"]]);
                tried++;
                if (code == 0)
                {
                    done++;
                    var saved = SavedModel.Load(folder["m.json"]);
                    var text = saved.ToString();
                    foreach (var bad in new[] { "\"NaN\"", "Infinity\"" })
                        if (text.Contains(bad, StringComparison.Ordinal)) trials.Finding($"{what}: the model holds {bad}");
                    if (await ScoreAsync(trials, what, folder, saved)) scored++;
                    File.Delete(folder["m.json"]);
                    continue;
                }
                if (code == 3) rejected++;
                else others++;
                if (example.Length == 0) example = error.Replace(folder.Root, "", StringComparison.Ordinal);
                if (code != 3) trials.Finding($"{what}: exit code {code}: {error}");
                if (File.Exists(folder["m.json"])) trials.Finding($"{what}: failed, but left a model");
                if (HostileData.CanBlame(string.Join(' ', kind)) && data.Blamed.Length > 0
                    && !data.Blamed.Any(j => error.Contains($"'{HostileData.Columns[j]}'", StringComparison.Ordinal))
                    && !error.Contains("as fewer do not vary", StringComparison.Ordinal)
                    && !error.Contains("distinct row", StringComparison.Ordinal) && !error.Contains("weight of", StringComparison.Ordinal))
                    trials.Finding($"{what}: the error names no feature: {error}");
            }
            trials.Row(data.Name, tried, done, rejected, others, scored, example);
        }
        trials.Note($"Kinds: {string.Join("; ", Kinds(trials.IsLong).Select(k => string.Join(' ', k)))}. Exit code 3: the data were rejected with an error "
            + "that names the column.");
    }

    private static IEnumerable<string[]> Kinds(bool isLong)
    {
        // The rows here are no sequences and no categories, and have no labels.
        string[] others = ["hmm", "markov-chain", "naive-bayes", "bayes-classifier", "bayesian-network", "markov-network"];
        foreach (var kind in FitKind.All.Select(k => k.Name).Except(others))
        {
            string[] components = isLong ? ["1", "2", "5"] : ["2"];
            string[][] own = kind is "mixture" or "distribution"
                ? [.. ModelFormat.Families.Where(f => f.Name != IndependentComponentsDistribution.FamilyName).Select(f => new[] { "--distribution", f.Name })]
                : [[]];
            if (kind == "distribution")
            {
                foreach (var options in own) yield return [kind, .. options];
                continue;
            }
            foreach (var k in components)
                foreach (var options in own) yield return [kind, .. options, "--components", k];
        }
    }

    private static async Task<bool> ScoreAsync(Trials trials, string what, TempFolder folder, SavedModel saved)
    {
        var kinds = saved.Model.ScoreKinds;
        var (code, error) = await RunAsync(["score", folder["m.json"], folder["d.parquet"], "--columns", string.Join(',', kinds.Select(k => k.Name)), "--quiet",
            "--output", folder["s.parquet"]]);
        if (code != 0)
        {
            trials.Finding($"{what}, scored: exit code {code}: {error}");
            return false;
        }
        await foreach (var batch in new ParquetSource(folder["s.parquet"]).ReadAsync(new ReadOptions(), default))
        {
            foreach (var column in kinds.SelectMany(k => k.Columns))
                for (var i = 0; i < batch.Rows; i++)
                    if (batch[column.Name].GetValue(i) is null or double.NaN)
                        trials.Finding($"{what}: {column.Name} of row {i} is {batch[column.Name].GetValue(i) ?? "null"}");
            batch.Release();
        }
        return true;
    }

    private static async Task WriteAsync(string path, HostileData data)
    {
        var rows = data.Rows.GetLength(0);
        var columns = HostileData.Columns.Select((name, j) => (name, (Array)Enumerable.Range(0, rows).Select(i => data.Rows[i, j]).ToArray())).ToList();
        columns.Add(("w", data.Weights ?? [.. Enumerable.Repeat(1.0, rows)]));
        var source = MemorySource.FromArrays(columns);
        await using var sink = new ParquetSink(path);
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        if (rows > 0)
            await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await PipelinesTool.RunAsync(args, new ToolConsole(output, TextWriter.Synchronized(error), ErrorIsTerminal: false));
        return (code, string.Join(' ', error.ToString().Split('\n').Where(l => l.StartsWith("pipelines: error:", StringComparison.Ordinal)))
            .Replace("pipelines: error: ", "", StringComparison.Ordinal));
    }
}
