using System.Text;

namespace Pipelines.Blocks.Tests.Checkpoints;

/// <summary>A fit that was interrupted anywhere ends, once resumed, with the bytes of a fit that was not.</summary>
public sealed class FitCheckpointTests : IDisposable
{
    private const int BatchSize = 128;
    private const int Batches = 12;
    private static readonly double[][] data = TestData.Random((Batches * BatchSize) - 5, 2);
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-checkpoints-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Folder => Path.Combine(root, "checkpoints");

    public static TheoryData<int, int> Interruptions
    {
        get
        {
            var cases = new TheoryData<int, int>();
            // The survey, the start, and the first iterations, of 12 batches each, in steps that meet every place of a pass.
            for (var batches = 1; batches <= 5 * Batches; batches += 5) cases.Add(batches, batches % 2 == 0 ? 1 : 3);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Interrupted_anywhere_the_bytes_are_the_same(int batches, int parallelism)
    {
        var expected = await FitAsync(null, int.MaxValue, 1);
        var runs = 0;
        byte[]? model;
        while ((model = await FitAsync(Kept(resume: true), batches, parallelism)) is null) Assert.True(++runs < 100);
        Assert.Equal(Encoding.UTF8.GetString(expected!), Encoding.UTF8.GetString(model));
        Assert.True(runs > 0);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(64, 1)]
    [InlineData(70, 3)]
    [InlineData(130, 2)]
    [InlineData(191, 8)]
    [InlineData(400, 1)]
    public async Task Interrupted_within_a_subtotal_the_bytes_are_the_same(int batches, int parallelism)
    {
        // 192 batches of 8 rows: three subtotals to a pass.
        var expected = await FitAsync(null, int.MaxValue, 1, batchSize: 8);
        Assert.Null(await FitAsync(Kept(resume: false), batches, parallelism, batchSize: 8));
        var read = 0;
        Assert.Equal(expected, await FitAsync(Kept(resume: true), int.MaxValue, parallelism, new Seen(() => read++), batchSize: 8));
        // The survey, the start and four updates, without what had been folded.
        Assert.InRange(read, 6 * 192 - batches - (3 * parallelism), (6 * 192) - batches);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stopped_at_once_it_goes_on_from_the_last_checkpoint(bool kmeans)
    {
        var expected = await FitAsync(null, int.MaxValue, 1, kmeans: kmeans);
        using (var stop = new CancellationTokenSource())
        {
            var seen = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FitAsync(Kept(resume: false), int.MaxValue, 2, new Seen(() =>
            {
                if (++seen == (3 * Batches) + 4) stop.Cancel();
            }), kmeans, token: stop.Token));
        }
        Assert.Equal(2, Directory.GetFiles(Folder).Length);
        var read = 0;
        Assert.Equal(expected, await FitAsync(Kept(resume: true), int.MaxValue, 2, new Seen(() => read++), kmeans));
        // It did not begin anew: survey, start and first iteration are not done again.
        Assert.True(read < 4 * Batches, $"{read} batches");
    }

    /// <summary>The sums that are mixed are saved, and an update that was refused is refused again.</summary>
    [Theory]
    [InlineData(50, 1)]
    [InlineData(62, 3)]
    [InlineData(71, 2)]
    [InlineData(100, 1)]
    public async Task An_accelerated_fit_has_the_same_bytes_wherever_it_is_interrupted(int batches, int parallelism)
    {
        const int iterations = 14;
        var all = 0;
        var expected = await FitAsync(null, int.MaxValue, 1, new Seen(() => all++), iterations: iterations, acceleration: FitAcceleration.Anderson);
        Assert.NotEqual(expected, await FitAsync(null, int.MaxValue, 1, iterations: iterations));
        Assert.True(all > (iterations + 2) * Batches, "no update was refused");
        var runs = 0;
        byte[]? model;
        while ((model = await FitAsync(Kept(resume: true), batches, parallelism, iterations: iterations, acceleration: FitAcceleration.Anderson)) is null)
            Assert.True(++runs < 100);
        Assert.Equal(Encoding.UTF8.GetString(expected!), Encoding.UTF8.GetString(model));
        Assert.True(runs > 0);
    }

    [Fact]
    public async Task A_fit_may_go_on_for_more_iterations()
    {
        await FitAsync(Kept(resume: false), int.MaxValue, 1, iterations: 2);
        Assert.Equal(await FitAsync(null, int.MaxValue, 1), await FitAsync(Kept(resume: true), int.MaxValue, 1));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_passed_over_and_reported()
    {
        var expected = await FitAsync(null, int.MaxValue, 1);
        await FitAsync(Kept(resume: false), int.MaxValue, 1);
        var files = Directory.GetFiles(Folder).Order(StringComparer.Ordinal).ToArray();
        Flip(files[1]);
        var warnings = new List<string>();
        Assert.Equal(expected, await FitAsync(Kept(resume: true), int.MaxValue, 1, warnings: warnings));
        Assert.Equal([$"{files[1]} is damaged; the fit resumes from the checkpoint before it"], warnings);

        foreach (var file in Directory.GetFiles(Folder)) File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        warnings.Clear();
        Assert.Equal(expected, await FitAsync(Kept(resume: true), int.MaxValue, 1, warnings: warnings));
        Assert.All(warnings, w => Assert.EndsWith("is damaged, and there is no checkpoint before it: the fit starts over", w, StringComparison.Ordinal));
        Assert.Equal(2, warnings.Count);
    }

    [Fact]
    public async Task Beginning_anew_says_what_it_deletes()
    {
        await FitAsync(Kept(resume: false), int.MaxValue, 1);
        var warnings = new List<string>();
        await FitAsync(Kept(resume: false), int.MaxValue, 1, warnings: warnings);
        Assert.Equal([$"deleted 2 checkpoints of an earlier run in {Folder}; resuming would have continued from there"], warnings);
    }

    [Fact]
    public async Task Files_of_somebody_else_stay_and_leftovers_of_a_killed_fit_go()
    {
        Directory.CreateDirectory(Folder);
        string[] mine = ["fit-00000001.checkpoint", "fit-12.checkpoint", "fit-notes.checkpoint", ".notes.tmp", "lock"];
        foreach (var resume in new[] { false, true, false })
        {
            foreach (var name in mine) await File.WriteAllTextAsync(Path.Combine(Folder, name), "mine");
            foreach (var name in (string[])[".fit-00000099.checkpoint.tmp", ".lock"]) await File.WriteAllTextAsync(Path.Combine(Folder, name), "{\"Host\":\"");
            await FitAsync(Kept(resume), int.MaxValue, 1);
            var found = Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Except(mine).ToList();
            Assert.Equal(2, found.Count);
            Assert.All(found, name => Assert.Matches("^fit-000000[0-9]{2}\\.checkpoint$", name));
            foreach (var name in mine) Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(Folder, name)));
        }
    }

    [Fact]
    public async Task Two_fits_in_one_folder_refuse_each_other()
    {
        Directory.CreateDirectory(Folder);
        using var held = Io.Storage.RunLock.Take(FileLayer.Disk, Path.Combine(Folder, ".lock"), Folder, static () => { });
        var error = await Assert.ThrowsAsync<FlowException>(() => FitAsync(Kept(resume: true), int.MaxValue, 1));
        Assert.StartsWith($"checkpoint folder {Folder}: found a run that writes it now (process {Environment.ProcessId} on host "
            + $"{Environment.MachineName} since ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("expected no other run on the same output; wait for its end, or give another output", error.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Checkpoints_are_private()
    {
        await FitAsync(Kept(resume: false), int.MaxValue, 1);
        foreach (var file in Directory.GetFiles(Folder)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("seed", "seed was 0 and is now 7")]
    [InlineData("batch size", "batch size was 128 and is now 64")]
    [InlineData("components", "mixture was 2 x multivariate-gaussian and is now 3 x multivariate-gaussian")]
    [InlineData("data", "input was array, 1531 rows of x0 double, x1 double and is now other, 1531 rows of x0 double, x1 double")]
    [InlineData("features", "features was x0, x1 and is now x1")]
    public async Task Another_job_is_refused_with_a_reason(string what, string difference)
    {
        await FitAsync(Kept(resume: false), int.MaxValue, 1);
        var pipeline = Pipeline.From(new ArraySource(data, what == "data" ? "other" : "array"));
        if (what == "features") pipeline = pipeline.Features("x1");
        var fit = new FitOptions { MaxIterations = 4, StopThreshold = -1, Seed = what == "seed" ? 7 : 0, InitializationRows = 100 };
        var options = new PipelineOptions { BatchSize = what == "batch size" ? 64 : BatchSize, Checkpoints = Kept(resume: true) };
        var mixture = Mixture.Of<MultivariateGaussianDistribution>(what == "components" ? 3 : 2);
        var error = await Assert.ThrowsAsync<FlowException>(() => pipeline.With(options).FitAsync(mixture, fit));
        var newest = Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Last();
        Assert.Equal((newest, $"a checkpoint of another job: {difference}", "the same data, model and options"), (error.Place, error.Found, error.Expected));
        Assert.EndsWith("; resume with those, or start over (without CheckpointOptions.Resume)", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Usage, error.Kind);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(99)]
    public async Task A_checkpoint_of_another_version_is_refused(byte version)
    {
        await FitAsync(Kept(resume: false), int.MaxValue, 1);
        foreach (var file in Directory.GetFiles(Folder))
        {
            var bytes = File.ReadAllBytes(file);
            bytes[4] = version;
            System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
            File.WriteAllBytes(file, bytes);
        }
        var error = await Assert.ThrowsAsync<FlowException>(() => FitAsync(Kept(resume: true), int.MaxValue, 1));
        Assert.Equal($"{Directory.GetFiles(Folder).Max()}: found a checkpoint of version {version}, expected version 5; resume with the version of Pipelines "
            + "that wrote it, or start over (without CheckpointOptions.Resume)", error.Message);
    }

    [Theory]
    [InlineData("file", "found a file, expected a folder, or a name that does not exist yet; give another name")]
    [InlineData("no/folder", "expected a folder that exists; create it first")]
    public async Task A_folder_that_cannot_be_is_refused_before_reading(string name, string message)
    {
        await File.WriteAllTextAsync(Path.Combine(root, "file"), "x");
        var source = new ArraySource(data);
        var options = new PipelineOptions { BatchSize = BatchSize, Checkpoints = new CheckpointOptions { Folder = Path.Combine(root, name) } };
        var error = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source).With(options).FitAsync(Mixture.Of<NormalDistribution>(2)));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Made);
    }

    [Theory]
    [InlineData(0, "free space or choose another folder, and start over; nothing was left behind")]
    [InlineData(20_000, "free space and resume from the earlier checkpoints (CheckpointOptions.Resume), or start over in another folder")]
    public async Task A_full_disk_says_what_is_left_to_resume_from(long room, string remedy)
    {
        using var disk = new SimulatedDisk { Room = room };
        var error = await Assert.ThrowsAsync<FlowException>(() => FitAsync(Kept(resume: false) with { Files = disk }, int.MaxValue, 1, iterations: 50));
        Assert.Equal(
            $"checkpoint folder {Folder}: found an error when writing (No space left on device), expected room and permission for checkpoints; {remedy}",
            error.Message);
        // Neither a lock nor half a checkpoint is left, and no folder without any.
        Assert.Equal(room > 0, Directory.Exists(Folder));
        var left = room > 0 ? Directory.GetFileSystemEntries(Folder) : [];
        Assert.All(left, file => Assert.Matches("^fit-[0-9]{8}\\.checkpoint$", Path.GetFileName(file)));
        Assert.Equal(room > 0, left.Length > 0);
    }

    private CheckpointOptions Kept(bool resume) => new() { Folder = Folder, Resume = resume, EveryBatches = 3 };

    /// <summary>Fits; asks to wind down after some batches. Null = it ended before its end.</summary>
    private static async Task<byte[]?> FitAsync(CheckpointOptions? checkpoints, int windDownAfter, int parallelism, IProgress<RunProgress>? progress = null,
        bool kmeans = false, int iterations = 4, List<string>? warnings = null, int batchSize = BatchSize,
        FitAcceleration acceleration = FitAcceleration.None, CancellationToken token = default)
    {
        using var windDown = new CancellationTokenSource();
        var seen = 0;
        var options = new PipelineOptions
        {
            BatchSize = batchSize,
            MaxDegreeOfParallelism = parallelism,
            Checkpoints = checkpoints,
            WindDown = windDown.Token,
            Progress = progress ?? new Seen(() =>
            {
                if (Interlocked.Increment(ref seen) == windDownAfter) windDown.Cancel();
            }),
        };
        var fit = new FitOptions { MaxIterations = iterations, StopThreshold = -1, InitializationRows = 100, Acceleration = acceleration };
        var pipeline = Pipeline.From(new ArraySource(data)).With(options);
        try
        {
            if (kmeans) return (await pipeline.FitAsync(new KMeansEstimator(3), fit with { StopThreshold = double.NegativeInfinity }, token)).Saved.ToJson();
            var fitted = await pipeline.FitAsync(Mixture.Of<MultivariateGaussianDistribution>(2), fit, token);
            warnings?.AddRange(fitted.Result.Warnings);
            Assert.Equal(iterations, fitted.Result.History.Count);
            return fitted.Saved.ToJson();
        }
        catch (OperationCanceledException) when (windDown.IsCancellationRequested)
        {
            return null;
        }
    }

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private sealed class Seen(Action act) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => act();
    }
}
