using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks.Incremental;

/// <summary>A state file locked by a run.</summary>
internal sealed class IncrementalRun : IDisposable
{
    private readonly FileLayer files;
    private readonly string path;
    private readonly RunLock held;

    private IncrementalRun(FileLayer files, string path, RunLock held, IncrementalState state) =>
        (this.files, this.path, this.held, State) = (files, path, held, state);

    /// <summary>The state as stored on disk; with a new model, as the next write stores it.</summary>
    public IncrementalState State { get; private set; }

    /// <summary>For scores: number of the model in the state, from 1.</summary>
    public int Model { get; private init; }

    /// <summary>True if the model is not that of the runs before.</summary>
    public bool HasNewModel { get; private init; }

    /// <summary>Locks and reads a state, or creates one.</summary>
    /// <param name="path">The state file.</param>
    /// <param name="kind"><c>score</c> or <c>fit</c>.</param>
    /// <param name="job">The job, without its inputs.</param>
    /// <param name="files">The file system.</param>
    /// <param name="onNewModel">Whether another model than before is accepted.</param>
    /// <exception cref="FlowException">Another run holds the lock, or the state belongs to another job.</exception>
    public static IncrementalRun Open(string path, string kind, IReadOnlyList<JobProperty> job, FileLayer files,
        NewModelPolicy onNewModel = NewModelPolicy.Fail)
    {
        CheckPlace(path);
        var place = Place(path);
        // A symbolic link is kept; its target is locked and replaced.
        path = Resolve(path);
        RunLock held;
        try
        {
            held = RunLock.Take(files, RunLock.Beside(path), path, static () => { });
        }
        catch (Exception e) when (OutputRefusal.Of(e, path, place) is { } refusal)
        {
            throw refusal;
        }
        try
        {
            // The leftover of a run killed while writing the state; this run may have nothing to write.
            DurableFile.DeleteLeftover(files, path);
            var state = IncrementalState.Read(path) ?? IncrementalState.Begin(kind, job);
            if (state.Kind != kind) throw Other(path, $"it is of incremental runs of '{state.Kind}'");
            if (IncrementalJob.Difference(job, state.Job, ofModel: false) is { } difference) throw Other(path, difference);
            var before = state.Models ?? [IncrementalJob.ModelOf(state.Job, 1)];
            // A model that was used before keeps its number.
            var number = IncrementalJob.Number(before, job);
            if (IncrementalJob.Difference(job, state.Job, ofModel: true) is not { } other)
                return new IncrementalRun(files, path, held, state) { Model = number };
            if (onNewModel == NewModelPolicy.Fail)
            {
                throw kind == "score" ? new FlowException(ErrorKind.Usage, path, "the state of runs with another model", "the model of the runs before",
                    "give that model, let this one score the new files (IncrementalOptions.OnNewModel), or start over with another state file and output")
                    : Other(path, other);
            }
            return new IncrementalRun(files, path, held, state with
            {
                Job = job,
                Models = number > before.Count ? [.. before, IncrementalJob.ModelOf(job, state.NextRun)] : before,
            })
            { HasNewModel = true, Model = number };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Checks that the state file can be created or replaced, without changing anything.</summary>
    /// <exception cref="FlowException">It cannot.</exception>
    public static void CheckPlace(string path)
    {
        var target = Resolve(path);
        if (OutputRefusal.OfPath(target, Place(path)) is { } refusal) throw refusal;
        if (!FolderAccess.MayWrite(Path.GetDirectoryName(target)!))
            throw new FlowException(ErrorKind.Usage, Place(path), "a folder that cannot be written", "a writable folder",
                "check its permissions, or give another");
    }

    /// <summary>Replaces the state durably.</summary>
    public void Write(IncrementalState state)
    {
        state.Write(files, path);
        State = state;
    }

    public void Dispose() => held.Dispose();

    private static string Place(string path) => $"IncrementalOptions.StateFile {path}";

    private static string Resolve(string path)
    {
        try
        {
            return OutputTarget.Resolve(path);
        }
        catch (IOException e)
        {
            throw new FlowException(ErrorKind.Usage, path, "symbolic links that lead in a circle", "a state file, or a file that does not exist yet",
                "give another name", e);
        }
    }

    private static FlowException Other(string path, string difference) =>
        new(ErrorKind.Usage, path, $"the state of another job: {difference}", "the same model and options as in the runs before",
            "repeat those, or start over with another state file and output");
}
