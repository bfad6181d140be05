using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Checkpoints;

/// <summary>
/// Keeps a fit in a folder: after each iteration, after each pass before the first iteration, and within a long pass after a number of batches. What an
/// interrupted fit left is given back: the state to the EM loop, the statistics of passes after that state to the passes of the same number. Everything
/// between is computed again, with the same bits.
/// </summary>
internal sealed class FitJournal : IFitJournal, IDisposable
{
    private readonly CheckpointFolder folder;
    private readonly JobIdentity job;
    private readonly int everyBatches;
    private readonly FeaturePass data;
    private byte[] state = [];
    private readonly List<byte[]> finished = [];
    private (long NextBatch, byte[] Statistics) partial = (0, []);
    private int pass;
    private KeptFits? kept;

    private FitJournal(CheckpointFolder folder, JobIdentity job, int everyBatches, FeaturePass data) =>
        (this.folder, this.job, this.everyBatches, this.data) = (folder, job, everyBatches, data);

    /// <inheritdoc/>
    public FitState? Resumed => kept is { IsSeveral: false } one ? one.Fits[0] : null;

    /// <inheritdoc/>
    public IReadOnlyList<FitState?> ResumedFits => kept is { IsSeveral: true } several ? several.Fits : [];

    /// <summary>The features as they were saved with what is resumed; null if there is nothing.</summary>
    public IReadOnlyList<Feature>? ResumedFeatures => kept?.Features;

    /// <summary>What the interrupted run had seen of the data; null if there was none.</summary>
    public byte[]? Seen { get; private set; }

    /// <summary>What the user should know, one sentence each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Opens a journal and finds what an earlier run left.</summary>
    /// <param name="options">Where, and whether to go on.</param>
    /// <param name="job">What the fit is of.</param>
    /// <param name="data">What knows the features when a state is saved.</param>
    /// <exception cref="DataException">The folder cannot be used, or holds checkpoints of another job or version.</exception>
    public static FitJournal Open(CheckpointOptions options, JobIdentity job, FeaturePass data)
    {
        var folder = new CheckpointFolder(options.Folder, options.Files);
        var journal = new FitJournal(folder, job, options.EveryBatches, data);
        try
        {
            folder.Prepare();
            if (options.Resume) journal.Resume();
            else if (folder.Clear() is > 0 and var deleted)
                journal.Warnings.Add($"deleted {deleted} {(deleted == 1 ? "checkpoint" : "checkpoints")} of an earlier run in {options.Folder}; resuming would "
                    + "have gone on from there");
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Gives the folder free for other runs; the checkpoints stay.</summary>
    public void Dispose() => folder.Dispose();

    /// <summary>What a fit would find; nothing is changed.</summary>
    /// <param name="options">Where, and whether to go on.</param>
    /// <param name="job">What the fit is of.</param>
    /// <exception cref="DataException">The folder cannot be used, or holds checkpoints of another job or version.</exception>
    public static OutputPreview Preview(CheckpointOptions options, JobIdentity job)
    {
        var folder = new CheckpointFolder(options.Folder, options.Files);
        folder.CheckPlace();
        if (!Directory.Exists(options.Folder)) return new OutputPreview(options.Folder, "new");
        OutputPreview.CheckWritable(options.Folder, options.Folder);
        var count = folder.Count;
        if (count == 0) return new OutputPreview(options.Folder, "no checkpoint");
        if (!options.Resume)
            return new OutputPreview(options.Folder, $"{count} of an earlier run: they are deleted (CheckpointOptions.Resume goes on from the newest)");
        if (folder.Newest(out _) is not var (checkpoint, file)) return new OutputPreview(options.Folder, "damaged: the fit begins anew");
        CheckSame(job, checkpoint, file);
        var iterations = checkpoint.Read(file)?.Iterations ?? 0;
        return new OutputPreview(options.Folder, $"the fit goes on after {iterations} iterations");
    }

    /// <inheritdoc/>
    public void Save(FitState state) => Save([state], isSeveral: false);

    /// <inheritdoc/>
    public void SaveFits(IReadOnlyList<FitState?> fits) => Save(fits, isSeveral: true);

    /// <summary>Begins a pass.</summary>
    /// <param name="total">Empty statistics; they become those of the batches that an interrupted run had folded.</param>
    /// <param name="mayContinue">False: a pass that the interrupted run had begun begins anew.</param>
    /// <returns>The first batch to read; null if the interrupted run had finished this pass.</returns>
    public long? BeginPass(Statistics total, bool mayContinue)
    {
        if (pass < finished.Count)
        {
            if (TryLoad(total, finished[pass]))
            {
                pass++;
                return null;
            }
            finished.RemoveRange(pass, finished.Count - pass);
            partial = (0, []);
        }
        var (first, statistics) = partial;
        partial = (0, []);
        return first > 0 && mayContinue && TryLoad(total, statistics) ? first : 0;
    }

    /// <summary>A pass over some batches begins, which is not kept: the state before it is.</summary>
    public void SkipPass() => partial = (0, []);

    /// <summary>Told in batch order of every batch that was folded; keeps the pass now and then.</summary>
    /// <param name="nextBatch">Batches before this one are in <paramref name="total"/>.</param>
    /// <param name="total">Their statistics.</param>
    /// <param name="isLast">True: the run ends here, keep it now.</param>
    public void Folded(long nextBatch, Statistics total, bool isLast)
    {
        if (isLast || nextBatch % everyBatches == 0) folder.Write(new FitCheckpoint(job, state, finished, nextBatch, Bytes(total), data.Seen.ToBytes()));
    }

    /// <summary>Ends a pass. The passes before the first state are kept by themselves; the others become a state at once.</summary>
    public void EndPass(Statistics total)
    {
        pass++;
        if (state.Length > 0) return;
        finished.Add(Bytes(total));
        folder.Write(new FitCheckpoint(job, state, finished, 0, [], data.Seen.ToBytes()));
    }

    private void Save(IReadOnlyList<FitState?> fits, bool isSeveral)
    {
        state = FitCheckpoint.Write(fits, isSeveral, data.Features);
        pass = 0;
        finished.Clear();
        folder.Write(new FitCheckpoint(job, state, [], 0, [], data.Seen.ToBytes()));
    }

    // Fits that share their passes may end at another iteration now, or share the memory in another way: then a kept pass is of other fits, and is run again.
    private static bool TryLoad(Statistics target, byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            target.Load(reader);
            return true;
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException)
        {
            target.Clear();
            return false;
        }
    }

    private static byte[] Bytes(Statistics statistics)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        statistics.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private void Resume()
    {
        var newest = folder.Newest(out var damaged);
        foreach (var path in damaged)
            Warnings.Add(newest is null
                ? $"{path} is damaged, and there is no checkpoint before it: the fit begins anew"
                : $"{path} is damaged; the fit goes on from the checkpoint before it");
        if (newest is not var (checkpoint, file)) return;
        CheckSame(job, checkpoint, file);
        state = checkpoint.State;
        kept = checkpoint.Read(file);
        finished.AddRange(checkpoint.Finished);
        Seen = checkpoint.Seen;
        partial = (checkpoint.NextBatch, checkpoint.Partial);
    }

    private static void CheckSame(JobIdentity job, FitCheckpoint checkpoint, string file)
    {
        if (job.DifferenceFrom(checkpoint.Job) is { } difference)
            throw new DataException(DataErrorKind.Usage, file, $"a checkpoint of another job: {difference}", "the same data, model and options",
                "resume with those, or start over (without CheckpointOptions.Resume)");
    }
}
