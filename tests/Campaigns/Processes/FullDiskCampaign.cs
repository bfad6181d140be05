using System.Diagnostics;

namespace Pipelines.Campaigns.Processes;

/// <summary>
/// A disk that fills up at seeded sizes: a clear error, exit code 1, an old output as it was, and resuming works once there is space. The disk is a small
/// tmpfs; where none can be mounted, the largest file that a process may write is limited instead.
/// </summary>
internal sealed class FullDiskCampaign : Campaign
{
    private const int Seed = 63;

    public override string Name => "full-disk";

    public override string Title => "A full disk";

    public override int Order => 62;

    public override bool NeedsUnix => true;

    public override async Task RunAsync(Trials trials)
    {
        using var data = new TempFolder();
        trials.Header = ["job", "disk, KiB", "exit code", "old output as it was", "resumed to equal SHA-256", "the error"];
        var random = new Random(Seed);
        var mount = Directory.CreateDirectory(data["mount"]).FullName;
        var canMount = await MountAsync(mount, 64) && await UnmountAsync(mount);
        var jobs = (await Job.AllAsync(trials)).Where(j => trials.IsLong || j.Name != "fit kmeans").ToList();
        var sizes = trials.Pick(1, 5);
        foreach (var job in jobs)
        {
            for (var s = 0; s < sizes; s++) await TryAsync(trials, job, random, canMount ? mount : null, data, s / (double)sizes);
        }
        trials.Note(canMount
            ? $"Seed {Seed}. A tmpfs of the given size, which is made larger before the run is resumed."
            : $"Seed {Seed}. No tmpfs can be mounted here: the size of the largest file that the process may write is limited instead (RLIMIT_FSIZE).");
    }

    private static async Task TryAsync(Trials trials, Job job, Random random, string? mount, TempFolder data, double from)
    {
        var files = Directory.GetFiles(job.ReferenceFolder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        // On a tmpfs all files together must find room; a limit holds for each of them.
        var needed = (mount is null ? files.Max(f => new FileInfo(f).Length) : files.Sum(f => new FileInfo(f).Length)) >> 10;
        // A fit's first checkpoints hold a sample of the rows, and are gone when it is done.
        if (job.IsFit) needed = Math.Max(needed, 8 << 10);
        var kilobytes = Math.Max(4, (int)(needed * Math.Min(0.97, from + (random.NextDouble() / 5))));
        // The old output of a job to one file is replaced only at the end.
        var old = job.Resume.Length == 0 || job.IsFit ? "an output of long ago" : null;
        string[] force = old is null ? [] : ["--force"];
        var what = $"{job.Name}, {kilobytes} KiB";
        var root = mount ?? Directory.CreateDirectory(data["limited"]).FullName;
        if (mount is not null && !await MountAsync(mount, kilobytes)) trials.Finding($"{what}: the disk cannot be mounted");
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, "t")).FullName;
            if (old is not null) await File.WriteAllTextAsync(Path.Combine(folder, job.Output), old);
            var end = await ToolProcess.RunAsync([.. job.Args(folder), .. force], limitKilobytes: mount is null ? kilobytes : null);
            var isIntact = old is null || await File.ReadAllTextAsync(Path.Combine(folder, job.Output)) == old;
            // A fit writes little: where all found room, nothing was to fail.
            if (end.Code == 0 && job.Difference(folder) is { } wrong) trials.Finding($"{what}: exit code 0, but {wrong}");
            if (end.Code != 0)
            {
                if (end.Code != 1) trials.Finding($"{what}: exit code {end.Code}: {end.ErrorText}");
                if (!end.ErrorText.Contains("free space", StringComparison.Ordinal))
                    trials.Finding($"{what}: the error does not say what to do: {end.ErrorText}{end.Error}");
                if (!isIntact) trials.Finding($"{what}: the old output was changed");
                if (old is null && job.PartialResult(folder) is { } partial) trials.Finding($"{what}: {partial}");
            }
            if (mount is not null && !await RunAsync("mount", "-o", $"remount,size={(needed * 3) + (512 << 10)}k", mount))
                trials.Finding($"{what}: the disk cannot be made larger");
            var resumed = await ToolProcess.RunAsync([.. job.Args(folder), .. job.Resume, .. force]);
            var difference = job.Difference(folder);
            if (resumed.Code != 0 || difference is not null)
                trials.Finding($"{what}, resumed: exit code {resumed.Code}, {difference ?? "the same bytes"}: {resumed.ErrorText}");
            trials.Row(job.Name, kilobytes, end.Code, old is null ? "-" : end.Code == 0 ? "replaced" : isIntact ? "yes" : "no",
                resumed.Code == 0 && difference is null ? "yes" : "no", end.Code == 0 ? "" : end.ErrorText.Replace(root, "", StringComparison.Ordinal));
        }
        finally
        {
            if (mount is not null) await UnmountAsync(mount);
            else Directory.Delete(root, recursive: true);
        }
    }

    private static Task<bool> MountAsync(string folder, int kilobytes) =>
        RunAsync("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k,mode=0777", "tmpfs", folder);

    private static Task<bool> UnmountAsync(string folder) => RunAsync("umount", folder);

    private static async Task<bool> RunAsync(string program, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
            await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
