using System.Security.Cryptography;
using Pipelines.Io;

namespace Pipelines.Campaigns.Processes;

/// <summary>A job of the tool that can be interrupted: how it is started, and what it must leave.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Output">Name of the output, a file or folder below the trial's folder.</param>
/// <param name="Args">The arguments, given the trial's folder.</param>
/// <param name="Resume">What is added to go on.</param>
internal sealed record Job(string Name, string Output, Func<string, string[]> Args, string[] Resume)
{
    private static IReadOnlyList<Job>? all;

    /// <summary>What the uninterrupted run left: path below the trial's folder and SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Reference { get; set; } = new Dictionary<string, string>();

    /// <summary>Changes in the folder that an uninterrupted run makes.</summary>
    public int Changes { get; set; }

    /// <summary>Where the uninterrupted run left it.</summary>
    public string ReferenceFolder { get; private set; } = "";

    /// <summary>True for a fit.</summary>
    public bool IsFit => Resume.Length > 0 && Output.EndsWith(".json", StringComparison.Ordinal);

    /// <summary>Runs the job without interruption, as the measure of all others.</summary>
    private async Task PrepareAsync(Trials trials, TempFolder data)
    {
        var folder = Directory.CreateDirectory(data[$"reference-{Name.Replace(' ', '-')}"]).FullName;
        var end = await ToolProcess.RunAsync(Args(folder), folder);
        if (end.Code != 0) trials.Finding($"{Name}: the uninterrupted run ended with exit code {end.Code}: {end.Error}");
        (Reference, Changes, ReferenceFolder) = (Outcome(folder), end.Changes, folder);
        if (Reference.Count == 0) trials.Finding($"{Name}: the uninterrupted run left nothing");
    }

    /// <summary>Everything but checkpoints, which are not part of the result.</summary>
    public static IReadOnlyDictionary<string, string> Outcome(string folder) =>
        Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(f => (Path: f, Name: Path.GetRelativePath(folder, f)))
        .Where(f => !f.Name.StartsWith(Path.Combine("checkpoints", "fit-"), StringComparison.Ordinal))
        .ToDictionary(f => f.Name, f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f.Path))));

    /// <summary>In what a finished trial differs from the reference; null if in nothing.</summary>
    public string? Difference(string folder)
    {
        var found = Outcome(folder);
        foreach (var (name, hash) in Reference)
            if (!found.TryGetValue(name, out var other)) return $"{name} is missing";
            else if (other != hash) return $"{name} has other bytes";
        return found.Keys.FirstOrDefault(n => !Reference.ContainsKey(n)) is { } extra ? $"{extra} is there" : null;
    }

    /// <summary>What readers can see of an interrupted run and must not: a result that is not whole; null if nothing.</summary>
    public string? PartialResult(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var name = Path.GetRelativePath(folder, file);
            // Hidden by their names: readers of folders and globs leave them out.
            if (name.Split('/').Any(p => p.StartsWith('.')) || name.StartsWith("checkpoints", StringComparison.Ordinal)
                || name.EndsWith(".tmp", StringComparison.Ordinal)) continue;
            if (!Reference.TryGetValue(name, out var hash)) return $"{name} is visible";
            if (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))) != hash) return $"{name} is visible and not whole";
        }
        var manifest =
            Reference.Keys.FirstOrDefault(n => n.StartsWith(Output, StringComparison.Ordinal) && n.EndsWith("_manifest.json", StringComparison.Ordinal));
        if (manifest is not null && File.Exists(Path.Combine(folder, manifest)))
            foreach (var name in Reference.Keys)
                if (!File.Exists(Path.Combine(folder, name))) return $"{manifest} is there, but not {name}";
        return null;
    }

    /// <summary>The jobs of the campaigns over their data; several campaigns of one process share them.</summary>
    public static async Task<IReadOnlyList<Job>> AllAsync(Trials trials)
    {
        if (all is not null) return all;
        var data = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => data.Dispose();
        var rows = trials.Pick(120_000, 200_000);
        await WriteAsync(data["d.parquet"], rows, bad: false);
        await WriteAsync(data["bad.parquet"], rows, bad: true);
        var components =
            new[] { 0.0, 4.0 }.Select(m => new MultivariateGaussianDistribution([m, -m, m], new double[,] { { 2, 0.3, 0 }, { 0.3, 1, 0.2 }, { 0, 0.2, 3 } }));
        new SavedModel(new GeneralMixtureModel([.. components]), [new Feature("x"), new Feature("y"), new Feature("z")]).Save(data["model.json"]);
        string[] score = ["score", data["model.json"]];
        string[] cut = ["--batch-size", "4096", "--rows-per-file", (rows / 10).ToString(System.Globalization.CultureInfo.InvariantCulture), "--quiet"];
        string[] several = ["--features", "x,y,z", "--iterations", "6", "--batch-size", "4096", "--checkpoint-batches", trials.Pick("8", "12"), "--memory",
            "64MiB", "--quiet"];
        string[] fit = [.. several, "--components", "2"];
        Job[] jobs =
        [
            new("score to a folder", "scored", f => [.. score, data["d.parquet"], "--output", Path.Combine(f, "scored"), .. cut], ["--resume"]),
            new("score with a quarantine", "scored",
                f => [.. score, data["bad.parquet"], "--output", Path.Combine(f, "scored"), "--on-bad-row", "quarantine", Path.Combine(f, "refused"), .. cut],
                ["--resume"]),
            new("score to a file", "scored.parquet",
                f => [.. score, data["d.parquet"], "--output", Path.Combine(f, "scored.parquet"), "--batch-size", "4096", "--quiet"], []),
            new("fit mixture", "fitted.json", f => ["fit", "mixture", data["d.parquet"], "--distribution", "multivariate-gaussian", "--tolerance", "-1e300",
                .. fit, "--checkpoint", Path.Combine(f, "checkpoints"), "--output", Path.Combine(f, "fitted.json")], ["--resume"]),
            new("fit kmeans", "fitted.json", f => ["fit", "kmeans", data["d.parquet"], "--tolerance", "-1e300", .. fit, "--checkpoint",
                Path.Combine(f, "checkpoints"), "--output", Path.Combine(f, "fitted.json")], ["--resume"]),
            new("fit of several numbers of components", "fitted.json",
                f => ["fit", "mixture", data["d.parquet"], "--distribution", "multivariate-gaussian", .. several, "--components", "1..3", "--restarts", "2",
                    "--checkpoint", Path.Combine(f, "checkpoints"), "--output", Path.Combine(f, "fitted.json")], ["--resume"]),
            new("fit in mini-batches", "fitted.json",
                f => ["fit", "mixture", data["d.parquet"], "--distribution", "multivariate-gaussian", "--tolerance", "-1e300", .. fit,
                    "--batches-per-iteration", "7", "--learning-rate-decay", "0.6", "--checkpoint", Path.Combine(f, "checkpoints"), "--output",
                    Path.Combine(f, "fitted.json")], ["--resume"]),
            // A third of the rows has no label.
            new("fit naive-bayes", "fitted.json", f => ["fit", "naive-bayes", data["d.parquet"], "--label", "class", "--distribution", "normal", "--tolerance",
                "-1e300", .. several, "--checkpoint", Path.Combine(f, "checkpoints"), "--output", Path.Combine(f, "fitted.json")], ["--resume"]),
            new("fit bayes-classifier of mixtures", "fitted.json", f => ["fit", "bayes-classifier", data["d.parquet"], "--label", "class", "--class-model",
                "mixture", "--distribution", "multivariate-gaussian", "--tolerance", "-1e300", .. fit, "--checkpoint", Path.Combine(f, "checkpoints"),
                "--output", Path.Combine(f, "fitted.json")], ["--resume"]),
        ];
        foreach (var job in jobs) await job.PrepareAsync(trials, data);
        return all = jobs;
    }

    private static async Task WriteAsync(string path, int rows, bool bad)
    {
        var random = new SeededRandom(51);
        var columns =
            new[] { "x", "y",
                "z" }.Select(
                    (name, j) => (name,
                        (Array)Enumerable.Range(0, rows)
                            .Select(i => bad && i % 7001 == 5 + j ? double.PositiveInfinity : (i % 3 == 0 ? 4 : 0) + random.NextNormal()).ToArray())).ToList();
        columns.Add(("class", Enumerable.Range(0, rows).Select(i => i % 3 == 1 ? null : i % 6 == 0 ? "even" : "odd").ToArray()));
        var source = MemorySource.FromArrays(columns);
        await using var sink = new ParquetSink(path);
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }
}
