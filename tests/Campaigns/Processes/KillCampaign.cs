namespace Pipelines.Campaigns.Processes;

/// <summary>
/// kill -9 at seeded points of scoring runs and fits of the real tool: what is visible is whole, and resuming ends with the bytes of an uninterrupted run.
/// </summary>
internal sealed class KillCampaign : Campaign
{
    private const int Seed = 61;

    public override string Name => "kill";

    public override string Title => "kill -9";

    public override int Order => 60;

    public override bool NeedsUnix => true;

    public override async Task RunAsync(Trials trials)
    {
        using var data = new TempFolder();
        trials.Header = ["job", "changes on disk of an uninterrupted run", "runs struck", "ended before the strike", "killed again while resuming",
            "killed before anything was on disk", "nothing partial visible", "resumed to equal SHA-256"];
        var random = new Random(Seed);
        foreach (var job in await Job.AllAsync(trials))
        {
            // The scoring runs together and the fits together get their full number.
            var runs = job.IsFit ? trials.Pick(3, 100) : job.Name == "score to a folder" ? trials.Pick(3, 100) : trials.Pick(2, 50);
            var (struck, early, again, empty, whole, equal) = (0, 0, 0, 0, 0, 0);
            for (var attempts = 0; struck < runs && attempts < 2 * runs + 5; attempts++)
            {
                var folder = Directory.CreateDirectory(data[$"trial-{job.Name.Replace(' ', '-')}-{attempts}"]).FullName;
                var point = Point(random, job);
                var what = $"{job.Name}, killed after {point.Changes} changes and {point.Work} hashes";
                var end = await ToolProcess.RunAsync(job.Args(folder), folder, point);
                if (!end.WasStruck || end.Code == 0) early++;
                else struck++;
                if (end.Code is not (0 or 137)) trials.Finding($"{what}: exit code {end.Code}: {end.ErrorText}");
                if (end.Changes == 0) empty++;
                if (job.PartialResult(folder) is { } partial) trials.Finding($"{what}: {partial}");
                else whole++;
                // One in five is killed once more while it resumes.
                if (attempts % 5 == 4)
                {
                    var second = await ToolProcess.RunAsync([.. job.Args(folder), .. job.Resume], folder, Point(random, job));
                    if (second.WasStruck) again++;
                    if (second.Code is not (0 or 137)) trials.Finding($"{what}, killed again: exit code {second.Code}: {second.ErrorText}");
                    if (job.PartialResult(folder) is { } still) trials.Finding($"{what}, killed again: {still}");
                }
                var resumed = await ToolProcess.RunAsync([.. job.Args(folder), .. job.Resume]);
                if (resumed.Code != 0) trials.Finding($"{what}, resumed: exit code {resumed.Code}: {resumed.ErrorText}");
                else if (job.Difference(folder) is { } difference) trials.Finding($"{what}, resumed: {difference}");
                else equal++;
                Directory.Delete(folder, recursive: true);
            }
            trials.Row(job.Name, job.Changes, struck, early, again, empty, $"{whole} of {struck + early}", $"{equal} of {struck + early}");
            if (struck < runs) trials.Finding($"{job.Name}: only {struck} of {runs} runs could be struck");
        }
        trials.Note($"Seed {Seed}. The kill comes after a seeded number of changes of files and names in the output's folder (or at once), and a seeded amount "
            + "of work after that; no clock. A single file and its replacement are one change: such a run begins anew.");
    }

    private static StrikePoint Point(Random random, Job job) =>
        new(Strike.Kill, random.Next(20) == 0 ? 0 : 1 + random.Next(Math.Max(1, job.Changes)), random.Next(3) == 0 ? 0 : random.Next(1 << random.Next(1, 14)));
}
