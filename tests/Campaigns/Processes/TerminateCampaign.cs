namespace Pipelines.Campaigns.Processes;

/// <summary>
/// SIGTERM at seeded points: the run winds down, ends with exit code 130, and can be resumed to equal bytes; a second signal ends it at once, and it can be
/// resumed all the same.
/// </summary>
internal sealed class TerminateCampaign : Campaign
{
    private const int Seed = 62;

    // The tool's default, and what a busy machine may add until the process is gone.
    private static readonly TimeSpan grace = TimeSpan.FromSeconds(10);

    public override string Name => "sigterm";

    public override string Title => "SIGTERM";

    public override int Order => 61;

    public override bool NeedsUnix => true;

    public override async Task RunAsync(Trials trials)
    {
        using var data = new TempFolder();
        trials.Header = ["job", "signals", "runs struck", "exit code 130", "ended well before the signal told", "ended by the second signal", "slowest end, ms",
            "resumed to equal SHA-256"];
        var random = new Random(Seed);
        foreach (var job in await Job.AllAsync(trials))
        {
            foreach (var how in new[] { Strike.Terminate, Strike.TerminateTwice })
            {
                if (!trials.IsLong && (how == Strike.TerminateTwice ? job.Name != "fit mixture" : job.Name is "fit kmeans" or "score with a quarantine"))
                    continue;
                var runs = how == Strike.Terminate ? trials.Pick(1, 16) : trials.Pick(1, 6);
                var (struck, wound, finished, cut, equal, tried, slowest) = (0, 0, 0, 0, 0, 0, TimeSpan.Zero);
                for (; struck < runs && tried < 3 * runs; tried++)
                {
                    var folder = Directory.CreateDirectory(data[$"trial-{job.Name.Replace(' ', '-')}-{how}-{tried}"]).FullName;
                    var point = new StrikePoint(how, 1 + random.Next(Math.Max(1, job.Changes * 9 / 10)), random.Next(1000));
                    var what = $"{job.Name}, {how} after {point.Changes} changes";
                    var end = await ToolProcess.RunAsync(job.Args(folder), folder, point);
                    if (end.WasStruck) struck++;
                    if (end.Code == 130 && end.Error.Contains("second signal", StringComparison.Ordinal)) cut++;
                    else if (end.Code == 130) wound++;
                    else if (end.Code == 0) finished++;
                    else trials.Finding($"{what}: exit code {end.Code}: {end.ErrorText}");
                    if (end.Code == 130 && job.Resume.Length > 0 && !end.Error.Contains("--resume", StringComparison.Ordinal))
                        trials.Finding($"{what}: the message does not say how to go on: {end.ErrorText}");
                    if (end.AfterStrike > slowest) slowest = end.AfterStrike;
                    if (trials.IsLong && end.AfterStrike > grace + TimeSpan.FromSeconds(2))
                        trials.Finding($"{what}: it ended after {end.AfterStrike.TotalSeconds:F1} s");
                    if (job.PartialResult(folder) is { } partial) trials.Finding($"{what}: {partial}");
                    var resumed = await ToolProcess.RunAsync([.. job.Args(folder), .. job.Resume]);
                    if (resumed.Code != 0) trials.Finding($"{what}, resumed: exit code {resumed.Code}: {resumed.ErrorText}");
                    else if (job.Difference(folder) is { } difference) trials.Finding($"{what}, resumed: {difference}");
                    else equal++;
                    Directory.Delete(folder, recursive: true);
                }
                trials.Row(job.Name, how == Strike.Terminate ? "one" : "two", struck, wound, finished, cut,
                    trials.IsLong ? (object)(int)slowest.TotalMilliseconds : "-", $"{equal} of {tried}");
            }
        }
        trials.Note($"Seed {Seed}. The grace period is the default of {grace.TotalSeconds} s.");
    }
}
