using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Checkpoints;

/// <summary>
/// Saves the progress of a fit in a folder: after each iteration, after each pass before the first iteration, and after a number of batches within a long pass.
/// On resume it returns what an interrupted fit saved: the state goes to the EM loop, the statistics of later passes to the passes with the same number.
/// Everything in between is recomputed with bit-identical results.
/// </summary>
internal sealed class FitJournal : IFitJournal, IPassJournal, IDisposable
{
    private readonly CheckpointFolder folder;
    private readonly JobIdentity job;
    private readonly int everyBatches;
    private readonly FeaturePass data;
    private byte[] state = [];
    private readonly List<byte[]> finished = [];
    private byte[] partial = [];
    private int pass;

    // So many passes, the first ones, are no part of a state.
    private int surveys;
    private KeptFits? kept;

    private FitJournal(CheckpointFolder folder, JobIdentity job, int everyBatches, FeaturePass data) =>
        (this.folder, this.job, this.everyBatches, this.data) = (folder, job, everyBatches, data);

    public FitState? Resumed => kept is { IsSeveral: false } one ? one.Fits[0] : null;

    public IReadOnlyList<FitState?> ResumedFits => kept is { IsSeveral: true } several ? several.Fits : [];

    /// <summary>The features as saved in the resumed checkpoint; null if there is none.</summary>
    public IReadOnlyList<Feature>? ResumedFeatures => kept?.Features;

    /// <summary>What the interrupted run had recorded about the data; null if there was none.</summary>
    public byte[]? Seen { get; private set; }

    /// <summary>Notes for the user, one sentence each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Opens a journal and loads what an earlier run saved.</summary>
    /// <param name="options">The folder, and whether to resume.</param>
    /// <param name="job">Describes the fit.</param>
    /// <param name="data">Provides the features when a state is saved.</param>
    /// <exception cref="FlowException">The folder cannot be used, or contains checkpoints of another job or version.</exception>
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
                    + "have continued from there");
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Unlocks the folder for other runs; the checkpoints stay.</summary>
    public void Dispose() => folder.Dispose();

    /// <summary>Previews what a fit would find in the folder, without changing anything.</summary>
    /// <param name="options">The folder, and whether to resume.</param>
    /// <param name="job">Describes the fit.</param>
    /// <exception cref="FlowException">The folder cannot be used, or contains checkpoints of another job or version.</exception>
    public static OutputPreview Preview(CheckpointOptions options, JobIdentity job)
    {
        var folder = new CheckpointFolder(options.Folder, options.Files);
        folder.CheckPlace();
        if (!Directory.Exists(options.Folder)) return new OutputPreview(options.Folder, "new");
        OutputInspection.CheckWritable(options.Folder, options.Folder);
        var count = folder.Count;
        if (count == 0) return new OutputPreview(options.Folder, "no checkpoint");
        if (!options.Resume)
            return new OutputPreview(options.Folder, $"{count} of an earlier run: they are deleted (CheckpointOptions.Resume continues from the newest)");
        if (folder.Newest(out _) is not var (checkpoint, file)) return new OutputPreview(options.Folder, "damaged: the fit starts over");
        CheckSame(job, checkpoint, file);
        var iterations = checkpoint.Read(file)?.Iterations ?? 0;
        return new OutputPreview(options.Folder, $"the fit resumes after {iterations} iterations");
    }

    public void Save(FitState state) => Save([state], isSeveral: false);

    public void SaveFits(IReadOnlyList<FitState?> fits) => Save(fits, isSeveral: true);

    public bool BeginPass(CanonicalFold fold, bool mayContinue)
    {
        if (pass < finished.Count)
        {
            if (TryLoad(fold, finished[pass])) return false;
            finished.RemoveRange(pass, finished.Count - pass);
            partial = [];
        }
        if (partial.Length > 0 && mayContinue) TryLoad(fold, partial);
        partial = [];
        return true;
    }

    public void SkipPass() => partial = [];

    public void Folded(CanonicalFold fold, bool isLast)
    {
        if (isLast || fold.Next % everyBatches == 0) folder.Write(new FitCheckpoint(job, state, finished, fold.ToBytes(), data.Seen.ToBytes()));
    }

    public void EndPass(CanonicalFold fold, bool isSurvey)
    {
        pass++;
        if (isSurvey) surveys = pass;
        if (pass <= finished.Count) return;
        finished.Add(fold.ToBytes());
        // A state usually follows at once; if another pass does instead, it must not be taken for this one.
        if (state.Length > 0 && !isSurvey) return;
        folder.Write(new FitCheckpoint(job, state, finished, [], data.Seen.ToBytes()));
    }

    private void Save(IReadOnlyList<FitState?> fits, bool isSeveral)
    {
        state = FitCheckpoint.Write(fits, isSeveral, data.Features);
        pass = surveys;
        finished.RemoveRange(surveys, finished.Count - surveys);
        folder.Write(new FitCheckpoint(job, state, finished, [], data.Seen.ToBytes()));
    }

    // Fits that share passes may now end at another iteration or divide the memory differently: a saved pass then belongs to other fits and is run again.
    private static bool TryLoad(CanonicalFold target, byte[] bytes)
    {
        try
        {
            target.FromBytes(bytes);
            return true;
        }
        catch (Exception e) when (e is ModelException or EndOfStreamException)
        {
            target.Clear();
            return false;
        }
    }

    private void Resume()
    {
        var newest = folder.Newest(out var damaged);
        foreach (var path in damaged)
            Warnings.Add(newest is null
                ? $"{path} is damaged, and there is no checkpoint before it: the fit starts over"
                : $"{path} is damaged; the fit resumes from the checkpoint before it");
        if (newest is not var (checkpoint, file)) return;
        CheckSame(job, checkpoint, file);
        state = checkpoint.State;
        kept = checkpoint.Read(file);
        finished.AddRange(checkpoint.Finished);
        Seen = checkpoint.Seen;
        partial = checkpoint.Partial;
    }

    private static void CheckSame(JobIdentity job, FitCheckpoint checkpoint, string file)
    {
        if (job.DifferenceFrom(checkpoint.Job) is { } difference)
            throw new FlowException(ErrorKind.Usage, file, $"a checkpoint of another job: {difference}", "the same data, model and options",
                "resume with those, or start over (without CheckpointOptions.Resume)");
    }
}
