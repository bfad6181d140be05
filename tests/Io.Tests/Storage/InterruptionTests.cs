using Pipelines.Io.Storage;
using Pipelines.Testing;

namespace Pipelines.Io.Tests;

/// <summary>
/// A run that is stopped before any of its steps, by a kill or by the loss of power, and then resumed, leaves the bytes of a run that was never stopped; nobody
/// ever sees a part that is not whole, or a manifest before its parts. The same check fails as soon as one of the precautions is left out.
/// </summary>
public sealed class InterruptionTests
{
    /// <summary>A precaution that is left out.</summary>
    public enum Mutant
    {
        /// <summary>None.</summary>
        None,

        /// <summary>Files' bytes are not made durable.</summary>
        NoSync,

        /// <summary>Folders' names are not made durable.</summary>
        NoFolderSync,

        /// <summary>Parts are written under their final names at once.</summary>
        NoRename,

        /// <summary>The manifest gets its name before the parts get theirs.</summary>
        ManifestFirst,

        /// <summary>Parts of an earlier run are trusted without a look at their checksums.</summary>
        NoChecksum,
    }

    [Fact]
    public async Task Every_interruption_resumes_to_the_same_bytes() => Assert.Null(await FirstFailureAsync(Mutant.None));

    [Theory]
    [InlineData(Mutant.NoSync, "is seen, and is not whole"), InlineData(Mutant.NoFolderSync, "the files are"),
        InlineData(Mutant.NoRename, "is seen before its time")]
    [InlineData(Mutant.ManifestFirst, "the manifest is seen before all parts are"), InlineData(Mutant.NoChecksum, "has other bytes")]
    public async Task The_check_notices_a_precaution_that_is_left_out(Mutant mutant, string failure) =>
        Assert.Contains(failure, await FirstFailureAsync(mutant), StringComparison.Ordinal);

    [Fact]
    public async Task A_run_that_is_stopped_again_and_again_comes_to_the_same_bytes()
    {
        var (reference, steps) = await ReferenceAsync();
        for (var seed = 0; seed < 40; seed++)
        {
            using var folder = new TempFolder();
            var random = new Random(seed);
            var isDone = false;
            for (var stops = 0; !isDone; stops++)
            {
                using var disk = new SimulatedDisk { KillAt = stops < 8 ? random.Next(1, steps) : null };
                isDone = (await SmallJob.RunAsync(folder.Path, disk, resume: true)).IsDone;
                if (!isDone && random.Next(2) == 0) disk.CutPower(random.Next());
                Assert.True(isDone || Unseen(folder.Path, reference, isCommitting: true) is null, $"seed {seed}: {Unseen(folder.Path, reference, true)}");
            }
            Assert.True(Difference(reference, SmallJob.Files(folder.Path)) is null, $"seed {seed}: {Difference(reference, SmallJob.Files(folder.Path))}");
        }
    }

    [Fact]
    public async Task A_single_file_is_old_or_new_at_every_step_and_is_begun_anew()
    {
        SortedDictionary<string, byte[]> reference;
        byte[] whole;
        int steps;
        using (var folder = new TempFolder())
        using (var disk = new SimulatedDisk())
        {
            await SmallJob.RunAsync(folder.Path, disk, resume: false, isFile: true);
            (reference, whole, steps) = (SmallJob.Files(folder.Path), await File.ReadAllBytesAsync(folder["out.parquet"]), disk.Steps);
            Assert.Equal([folder["out.parquet"], folder["q"], folder["q/_manifest.json"], folder["q/part-00000.parquet"]], folder.Entries);
        }
        // Of another program it would not be replaced.
        byte[] old;
        using (var folder = new TempFolder())
        {
            await new TestTable(3).ToSource().CopyTo(new ParquetSink(folder["old.parquet"]));
            old = await File.ReadAllBytesAsync(folder["old.parquet"]);
        }
        for (var kill = 1; kill <= steps + 1; kill++)
        {
            foreach (var seed in (int[])[-1, kill])
            {
                using var folder = new TempFolder();
                await File.WriteAllBytesAsync(folder["out.parquet"], old);
                using (var disk = new SimulatedDisk { KillAt = kill })
                {
                    var run = await SmallJob.RunAsync(folder.Path, disk, resume: false, isFile: true);
                    if (seed >= 0) disk.CutPower(seed);
                    var seen = await File.ReadAllBytesAsync(folder["out.parquet"]);
                    Assert.True(seen.AsSpan().SequenceEqual(whole) || (!run.IsDone && seen.AsSpan().SequenceEqual(old)), $"step {kill}, seed {seed}");
                }
                using var next = new SimulatedDisk();
                Assert.True((await SmallJob.RunAsync(folder.Path, next, resume: true, isFile: true)).IsDone);
                Assert.Equal([folder["out.parquet"], folder["q"], folder["q/_manifest.json"], folder["q/part-00000.parquet"]], folder.Entries);
                Assert.Equal(whole, await File.ReadAllBytesAsync(folder["out.parquet"]));
                Assert.True(Difference(reference, SmallJob.Files(folder.Path)) is null,
                    $"step {kill}, seed {seed}: {Difference(reference, SmallJob.Files(folder.Path))}");
            }
        }
    }

    [Fact]
    public async Task A_full_disk_is_one_error_and_resumes_to_the_same_bytes()
    {
        var (reference, _) = await ReferenceAsync();
        long written;
        using (var folder = new TempFolder())
        using (var disk = new SimulatedDisk())
        {
            await SmallJob.RunAsync(folder.Path, disk, resume: false);
            written = disk.Written;
        }
        for (var i = 0; i < 20; i++)
        {
            using var folder = new TempFolder();
            using (var full = new SimulatedDisk { Room = written * i / 20 })
            {
                var error = await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, full, resume: false));
                Assert.Equal((ErrorKind.Storage, "an error when writing (No space left on device)"), (error.Kind, error.Found));
                Assert.EndsWith(Directory.Exists(folder["out/.unfinished"])
                    ? "finished parts were kept: resuming (ParquetSinkOptions.Resume) continues from them"
                    : "nothing was left behind", error.Remedy, StringComparison.Ordinal);
                Assert.DoesNotContain(SmallJob.Files(folder.Path).Keys, f => f.EndsWith(".parquet", StringComparison.Ordinal));
            }
            using var disk = new SimulatedDisk();
            Assert.True((await SmallJob.RunAsync(folder.Path, disk, resume: true)).IsDone);
            Assert.Null(Difference(reference, SmallJob.Files(folder.Path)));
        }
    }

    /// <summary>Kills and cuts the power at every step; says what is wrong first, null if nothing is.</summary>
    private static async Task<string?> FirstFailureAsync(Mutant mutant)
    {
        var (reference, steps) = await ReferenceAsync();
        for (var kill = 1; kill <= steps + 1; kill++)
        {
            // Without a seed: killed, the disk keeps all. At the last one the run has come to its end before the power goes.
            foreach (var seed in (int[])[-1, 2 * kill, 2 * kill + 1])
            {
                using var folder = new TempFolder();
                using var disk = new SimulatedDisk { KillAt = kill };
                try
                {
                    if (await FailureAtAsync(folder.Path, disk, mutant, seed, reference) is { } failure)
                        return $"{mutant}, step {kill} ({disk.Log[^1]}), seed {seed}: {failure}";
                }
                catch (Exception e) when (mutant != Mutant.None && e is not KilledException)
                {
                    return $"{mutant}, step {kill}, seed {seed}: {e.Message}";
                }
            }
        }
        return null;
    }

    private static async Task<string?> FailureAtAsync(string root, SimulatedDisk disk, Mutant mutant, int seed, SortedDictionary<string, byte[]> reference)
    {
        var run = await SmallJob.RunAsync(root, Mutate(disk, mutant), resume: false, verifies: mutant != Mutant.NoChecksum);
        if (seed >= 0) disk.CutPower(seed);
        if (run.IsDone) return Difference(reference, SmallJob.Files(root));
        if (Unseen(root, reference, run.IsCommitting) is { } seen) return seen;
        // A disk that comes back from a loss of power may have damaged anything; so every third time a finished part is.
        if (disk.Steps % 3 == 0) FlipBit(root, seed);
        using var next = new SimulatedDisk();
        run = await SmallJob.RunAsync(root, Mutate(next, mutant), resume: true, verifies: mutant != Mutant.NoChecksum);
        return run.IsDone ? Difference(reference, SmallJob.Files(root)) : "the resumed run did not come to its end";
    }

    private static FileLayer Mutate(SimulatedDisk disk, Mutant mutant) => mutant is Mutant.None or Mutant.NoChecksum ? disk : new CarelessDisk(disk, mutant);

    private static async Task<(SortedDictionary<string, byte[]> Files, int Steps)> ReferenceAsync()
    {
        using var folder = new TempFolder();
        using var disk = new SimulatedDisk();
        Assert.True((await SmallJob.RunAsync(folder.Path, disk, resume: false)).IsDone);
        var files = SmallJob.Files(folder.Path);
        Assert.Equal(
            ["out/_manifest.json", "out/part-00000.parquet", "out/part-00001.parquet", "out/part-00002.parquet", "out/part-00003.parquet", "q/_manifest.json",
                "q/part-00000.parquet", "q/part-00001.parquet", "q/part-00003.parquet"],
            files.Keys);
        return (files, disk.Steps);
    }

    // What a reader may see before the run is done: nothing before all parts are there, then whole parts, and the manifest only when all of them are.
    private static string? Unseen(string root, SortedDictionary<string, byte[]> reference, bool isCommitting)
    {
        var seen = SmallJob.Files(root).Where(f => !f.Key.Contains("/.", StringComparison.Ordinal)).ToList();
        if (!isCommitting && seen.Count > 0) return $"{seen[0].Key} is seen before its time";
        foreach (var (name, bytes) in seen)
            if (!reference.TryGetValue(name, out var expected) || !expected.AsSpan().SequenceEqual(bytes)) return $"{name} is seen, and is not whole";
        return seen.Exists(f => f.Key == "out/_manifest.json") && seen.Count < reference.Count ? "the manifest is seen before all parts are" : null;
    }

    private static string? Difference(SortedDictionary<string, byte[]> expected, SortedDictionary<string, byte[]> found)
    {
        if (!expected.Keys.SequenceEqual(found.Keys)) return $"the files are {string.Join(", ", found.Keys)}";
        return expected.FirstOrDefault(f => !f.Value.AsSpan().SequenceEqual(found[f.Key])).Key is { } name ? $"{name} has other bytes" : null;
    }

    private static void FlipBit(string root, int seed)
    {
        var parts = SmallJob.Files(root).Where(f => f.Key.StartsWith("out/.unfinished/part-", StringComparison.Ordinal) && f.Value.Length > 0).ToList();
        if (parts.Count == 0) return;
        var (name, bytes) = parts[(seed + 1) % parts.Count];
        bytes[bytes.Length / 2] ^= 16;
        File.WriteAllBytes(Path.Combine(root, name), bytes);
    }

    /// <summary>A disk below a program that leaves out one precaution.</summary>
    private sealed class CarelessDisk(SimulatedDisk disk, Mutant mutant) : FileLayer
    {
        private readonly List<(string From, string To)> late = [];

        public override Stream Create(string path) => disk.Create(
            mutant == Mutant.NoRename && path.EndsWith(".parquet.tmp", StringComparison.Ordinal)
                ? Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path))!, Path.GetFileName(path)[..^4])
                : path);

        public override Stream Append(string path) => disk.Append(path);

        public override void Sync(Stream file)
        {
            if (mutant != Mutant.NoSync) disk.Sync(file);
        }

        public override void Rename(string from, string to)
        {
            if (mutant == Mutant.ManifestFirst && to.Contains("out/part-", StringComparison.Ordinal))
            {
                late.Add((from, to));
                return;
            }
            disk.Rename(from, to);
            if (!to.EndsWith("out/_manifest.json", StringComparison.Ordinal)) return;
            foreach (var (source, target) in late) disk.Rename(source, target);
            late.Clear();
        }

        public override void Delete(string path) => disk.Delete(path);

        public override void CreateFolder(string path) => disk.CreateFolder(path);

        public override void DeleteFolder(string path) => disk.DeleteFolder(path);

        public override void SyncFolder(string path)
        {
            if (mutant != Mutant.NoFolderSync) disk.SyncFolder(path);
        }
    }
}
