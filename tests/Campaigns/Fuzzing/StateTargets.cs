using System.Security.Cryptography;
using System.Text;
using Pipelines.Blocks.Checkpoints;
using Pipelines.Blocks.Incremental;
using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Models.Fitting;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A file that the tool reads back from an earlier run of its own.</summary>
internal abstract class StateTarget : FuzzTarget
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"pipelines-fuzz-{Environment.ProcessId}");

    protected static JobIdentity Identity { get; } =
        new([new JobProperty("version", "1"), new JobProperty("batch size", "16")])
        {
            Inputs = [
            new InputFile("/a/b.parquet", "b.parquet", 10, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), "00ff", 7)]
        };

    protected static PartRecord Part(int number) =>
        new(new PartFile($"part-{number:00000}.parquet", 10, 100, new string('a', 64)), number * 11, 11, 1, number + 1,
            new PartFile($"part-{number:00000}.parquet", 1, 10, new string('b', 64)));

    /// <summary>Name of the file.</summary>
    protected abstract string FileName { get; }

    public override void Run(byte[] input)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        File.WriteAllBytes(path, Whole(input));
        try
        {
            Read(path);
        }
        catch (Exception e) when (e is FlowException or ModelException)
        {
            // Refused.
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The file with its checksums set right: what a fuzzer changes would never come past them.</summary>
    protected virtual byte[] Whole(byte[] input) => input;

    protected abstract void Read(string path);

    protected static IReadOnlyList<byte[]> WordsOf(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}

internal sealed class ManifestTarget : StateTarget
{
    public override string Name => "manifest";

    public override IReadOnlyList<byte[]> Words { get; } = WordsOf("\"parts\":", "\"file\":", "\"../x\"", "\"rows\":", "\"job\":", "\"schema\":", "\"inputs\":",
        "\"path\":", "\"bytes\":", "-1", "1e30", "9223372036854775807", "null", "[]", "{}");

    protected override string FileName => OutputManifest.FileName;

    public override Task<IReadOnlyList<byte[]>> SeedsAsync() => Task.FromResult<IReadOnlyList<byte[]>>([
        new OutputManifest(new OutputHead(Identity, [new OutputColumn("a", "DOUBLE", true)]), [Part(0), Part(1)]).ToJson(),
        new OutputManifest(new OutputHead(new JobIdentity([]), []), []).ToJson()]);

    protected override void Read(string path)
    {
        if (OutputManifest.Read(Path.GetDirectoryName(path)!) is not { } manifest) return;
        foreach (var part in manifest.Parts)
            if (Path.GetFileName(part.Output.File) != part.Output.File || part.Output.File is "" or "." or "..")
                throw new InvalidOperationException($"'{part.Output.File}' leads out of the folder");
    }
}

internal sealed class JournalTarget : StateTarget
{
    public override string Name => "journal";

    public override IReadOnlyList<byte[]> Words { get; } =
        WordsOf("{\"part\":", "{\"commit\":true}", "\"quarantine\":", "\"file\":", "\"../x\"", "\"nextBatch\":", "-1", "1e30", "null", "[]", "\n");

    protected override string FileName => OutputJournal.FileName;

    public override Task<IReadOnlyList<byte[]>> SeedsAsync()
    {
        var journal = new OutputJournal(new OutputHead(Identity, [new OutputColumn("a", "DOUBLE", true)]), [Part(0), Part(1)], true).ToBytes();
        // Without their checksums: those are set right again.
        return Task.FromResult<IReadOnlyList<byte[]>>(
            [[.. Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(journal).Split('\n').Where(l => l.Length > 17).Select(l => l[17..] + "\n")))]]);
    }

    protected override byte[] Whole(byte[] input)
    {
        var whole = new List<byte>();
        foreach (var range in input.AsSpan().Split((byte)'\n'))
        {
            var line = input.AsSpan(range);
            whole.AddRange(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(line))[..16] + " "));
            whole.AddRange(line);
            whole.Add((byte)'\n');
        }
        return [.. whole];
    }

    protected override void Read(string path)
    {
        if (OutputJournal.Read(path) is not { } journal) return;
        foreach (var file in journal.Parts.SelectMany(p => new[] { p.Output, p.Quarantine }).OfType<PartFile>())
            if (Path.GetFileName(file.File) != file.File || file.File is "" or "." or "..")
                throw new InvalidOperationException($"'{file.File}' leads out of the folder");
    }
}

internal sealed class IncrementalStateTarget : StateTarget
{
    public override string Name => "incremental-state";

    public override IReadOnlyList<byte[]> Words { get; } = WordsOf("\"files\":", "\"path\":", "\"run\":", "\"pending\":", "\"model\":", "\"statistics\":",
        "\"AAAA\"", "-1", "1e30", "null", "[]", "{}", "2147483647");

    protected override string FileName => "state.json";

    public override Task<IReadOnlyList<byte[]>> SeedsAsync()
    {
        var path = Path.GetTempFileName();
        var done = new DoneFile("/a/b.parquet", 10, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), "00ff", 1, 7, 0);
        var begun = IncrementalState.Begin("fit", Identity.Properties);
        var seeds = new List<byte[]>();
        foreach (var state in new[] { begun,
            begun with { NextRun = 2, Files = [done], Model = "{}", Statistics = [1, 2, 3], Pending = new PendingRun(2, done with { Run = 2 }, done, "x") } })
        {
            state.Write(FileLayer.Disk, path);
            seeds.Add(File.ReadAllBytes(path));
        }
        File.Delete(path);
        return Task.FromResult<IReadOnlyList<byte[]>>(seeds);
    }

    protected override void Read(string path) => _ = IncrementalState.Read(path);
}

internal sealed class CheckpointTarget : StateTarget
{
    public override string Name => "checkpoint";

    protected override string FileName => "fit-00000001.checkpoint";

    public override Task<IReadOnlyList<byte[]>> SeedsAsync()
    {
        var model = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(2, 1)]);
        var statistics = model.CreateStatistics();
        model.Summarize(FeatureMatrix.FromColumn([1, 2, 3]).Block(0, 3), statistics);
        var state = new FitState(model, statistics, -10, [new FitIteration(1, -5, 5, 0.1)]);
        return Task.FromResult<IReadOnlyList<byte[]>>([
            new FitCheckpoint(Identity, FitCheckpoint.Write([state], isSeveral: false, [new Feature("a")]), [], [], []).ToBytes()[..^32],
            new FitCheckpoint(Identity, FitCheckpoint.Write([state, null, state], isSeveral: true, null), [], [], []).ToBytes()[..^32],
            new FitCheckpoint(Identity, [], [[1, 2, 3]], [4, 5], [6]).ToBytes()[..^32]]);
    }

    protected override byte[] Whole(byte[] input) => [.. input, .. SHA256.HashData(input)];

    protected override void Read(string path) => _ = FitCheckpoint.FromBytes(File.ReadAllBytes(path), path)?.Read(path);
}
