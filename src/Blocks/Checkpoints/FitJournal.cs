using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Checkpoints;

/// <summary>
/// Keeps a fit in a folder: after each iteration, and within a long pass after a number of batches. What an interrupted fit left is given back: the state to
/// the EM loop, the statistics of a pass that was under way to the pass of the same number after that state. Everything between is computed again, with the
/// same bits.
/// </summary>
internal sealed class FitJournal : IFitJournal
{
    private readonly CheckpointFolder folder;
    private readonly JobFacts job;
    private readonly int everyBatches;
    private readonly Func<IReadOnlyList<Feature>> features;
    private byte[] state = [];
    private FitCheckpoint? partial;
    private int pass;

    private FitJournal(CheckpointFolder folder, JobFacts job, int everyBatches, Func<IReadOnlyList<Feature>> features) =>
        (this.folder, this.job, this.everyBatches, this.features) = (folder, job, everyBatches, features);

    /// <inheritdoc/>
    public FitState? Resumed { get; private set; }

    /// <summary>The features as they were saved with <see cref="Resumed"/>; null if there is none.</summary>
    public IReadOnlyList<Feature>? ResumedFeatures { get; private set; }

    /// <summary>What the user should know, one sentence each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Opens a journal and finds what an earlier run left.</summary>
    /// <param name="options">Where, and whether to go on.</param>
    /// <param name="job">What the fit is of.</param>
    /// <param name="features">The features as the pass knows them when a state is saved.</param>
    /// <param name="files">The file system; null = the disk.</param>
    /// <exception cref="DataException">The folder cannot be used, or holds checkpoints of another job or version.</exception>
    public static FitJournal Open(CheckpointOptions options, JobFacts job, Func<IReadOnlyList<Feature>> features, FileLayer? files = null)
    {
        var folder = new CheckpointFolder(options.Folder, files ?? FileLayer.Disk);
        folder.Prepare();
        var journal = new FitJournal(folder, job, options.EveryBatches, features);
        if (options.Resume) journal.Resume();
        else if (folder.Clear() is > 0 and var deleted) journal.Warnings.Add($"deleted {deleted} {(deleted == 1 ? "checkpoint" : "checkpoints")} of an earlier run in {options.Folder}; resuming would have gone on from there");
        return journal;
    }

    /// <inheritdoc/>
    public void Save(FitState state)
    {
        this.state = FitCheckpoint.Write(state, new SavedModel(state.Model, features()));
        pass = 0;
        folder.Write(new FitCheckpoint(job, this.state, 0, 0, []));
    }

    /// <summary>Begins a pass.</summary>
    /// <param name="total">Empty statistics; they become those of the batches that an interrupted run had folded.</param>
    /// <returns>The first batch to read.</returns>
    public long BeginPass(Statistics total)
    {
        if (partial is not { } left || left.Pass != pass) return 0;
        partial = null;
        using var reader = new BinaryReader(new MemoryStream(left.Partial));
        total.Load(reader);
        return left.NextBatch;
    }

    /// <summary>Told in batch order of every batch that was folded; keeps the pass now and then.</summary>
    /// <param name="nextBatch">Batches before this one are in <paramref name="total"/>.</param>
    /// <param name="total">Their statistics.</param>
    /// <param name="isLast">True: the run ends here, keep it now.</param>
    public void Folded(long nextBatch, Statistics total, bool isLast)
    {
        if (!isLast && nextBatch % everyBatches != 0) return;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        total.Save(writer);
        writer.Flush();
        folder.Write(new FitCheckpoint(job, state, pass, nextBatch, stream.ToArray()));
    }

    /// <summary>Ends a pass.</summary>
    public void EndPass() => pass++;

    private void Resume()
    {
        var newest = folder.Newest(out var damaged);
        foreach (var path in damaged)
            Warnings.Add(newest is null ? $"{path} is damaged, and there is no checkpoint before it: the fit begins anew" : $"{path} is damaged; the fit goes on from the checkpoint before it");
        if (newest is not var (checkpoint, file)) return;
        if (job.DifferenceFrom(checkpoint.Job) is { } difference)
            throw new DataException(DataErrorKind.Usage, file, $"a checkpoint of another job: {difference}", "the same data, model and options", "resume with those, give another checkpoint folder, or begin anew without --resume");
        state = checkpoint.State;
        if (checkpoint.Read(file) is var (resumed, saved)) (Resumed, ResumedFeatures) = (resumed, saved.Features);
        if (checkpoint.NextBatch > 0) partial = checkpoint;
    }
}
