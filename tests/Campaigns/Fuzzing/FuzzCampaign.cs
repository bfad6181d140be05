using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>Coverage-guided fuzzing of everything that reads bytes from outside. The corpus is kept and replayed.</summary>
internal sealed class FuzzCampaign : Campaign
{
    private const int Seed = 41;

    public override string Name => "fuzz";

    public override string Title => "Coverage-guided fuzzing";

    public override int Order => 90;

    /// <summary>Inputs that were kept for a target, by file name.</summary>
    public static IEnumerable<(string File, byte[] Bytes)> Kept(string target)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "corpus", target);
        return !Directory.Exists(folder) ? [] : Directory.GetFiles(folder).Order(StringComparer.Ordinal)
            .Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)));
    }

    public override async Task RunAsync(Trials trials)
    {
        using var code = new InstrumentedCode();
        trials.Header = ["target", "corpus before", "executions", "executions a second", "branches before", "branches after", "kept", "new crashes", "hangs"];
        // The long form may be told its time, in seconds for all targets together, an hour by default, and its targets.
        var total = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("CAMPAIGN_FUZZ_SECONDS"), out var seconds) ? seconds : 3600);
        var named = Environment.GetEnvironmentVariable("CAMPAIGN_FUZZ_TARGETS")?.Split(',');
        var targets = FuzzTarget.All.Where(t => named?.Contains(t.Name) != false).ToList();
        if (named?.Except(targets.Select(t => t.Name)).FirstOrDefault() is { } unknown) trials.Finding($"no target '{unknown}'");
        foreach (var target in targets)
        {
            var fuzzer = new CoverageFuzzer(code, target, new Random(Seed));
            var before = 0;
            foreach (var input in (await target.SeedsAsync()).Concat(Kept(target.Name).Select(k => k.Bytes)))
            {
                fuzzer.Add(input);
                before++;
            }
            var edges = fuzzer.Edges;
            var clock = Stopwatch.StartNew();
            var hangs = trials.IsLong
                ? RunFor(fuzzer, total / targets.Count, trials, target)
                : RunBriefly(fuzzer);
            var time = clock.Elapsed.TotalSeconds;
            foreach (var (input, what) in fuzzer.Crashes)
            {
                trials.Finding($"{target.Name}: {what}; input {Save(target, input, "crash-")}");
            }
            trials.Row(target.Name, before, fuzzer.Executions, trials.IsLong ? (object)(long)(fuzzer.Executions / time) : "-", edges, fuzzer.Edges,
                fuzzer.Corpus.Count, fuzzer.Crashes.Count, hangs);
            if (hangs > 0) return;
            foreach (var input in trials.IsLong ? fuzzer.Minimised() : []) Save(target, input, "");
        }
        trials.Note($"Seed {Seed}. The code is instrumented by SharpFuzz 2.3.0; inputs that take a branch as none before are kept and mutated in the same "
            + "process. The kept ones, one for each branch, are in `tests/Campaigns/corpus` and are replayed by every test run.");
    }

    private static int RunBriefly(CoverageFuzzer fuzzer)
    {
        var end = fuzzer.Executions + 6_000;
        fuzzer.Run(() => fuzzer.Executions >= end);
        return 0;
    }

    // The only way to find an endless loop is to wait for it; 10 seconds for an input of some kilobytes.
    private static int RunFor(CoverageFuzzer fuzzer, TimeSpan time, Trials trials, FuzzTarget target)
    {
        var clock = Stopwatch.StartNew();
        var thread = new Thread(() => fuzzer.Run(() => clock.Elapsed > time)) { IsBackground = true };
        thread.Start();
        var (at, quiet) = (-1L, 0);
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            quiet = at == fuzzer.Executions ? quiet + 1 : 0;
            at = fuzzer.Executions;
            if (at % 20 == 0) trials.Log($"{target.Name}: {at} executions, {fuzzer.Corpus.Count} kept, {fuzzer.Crashes.Count} crashes");
            if (quiet < 10) continue;
            trials.Finding($"{target.Name}: an input runs for more than 10 s; input {Save(target, fuzzer.Current, "hang-")}");
            return 1;
        }
        return 0;
    }

    private static string Save(FuzzTarget target, byte[] input, string prefix)
    {
        var folder = Path.Combine(Environment.GetEnvironmentVariable("CAMPAIGN_CORPUS") ?? Path.Combine(Path.GetTempPath(), "pipelines-corpus"), target.Name);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, prefix + Convert.ToHexStringLower(SHA256.HashData(input))[..16]);
        File.WriteAllBytes(path, input);
        return path;
    }
}
