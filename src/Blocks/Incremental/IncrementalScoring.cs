using Pipelines.Blocks.Incremental;
using Pipelines.Io;

namespace Pipelines;

/// <summary>
/// Scores the files added since the last run, each exactly once, however often a run is killed. Each file's rows go to a separate folder,
/// <c>OUTPUT/run=00001</c>, which appears atomically when it is complete: readers of the output see all rows of a file or none.
/// </summary>
/// <remarks>
/// Order of events: the state records the run as started; the output is written under a hidden name, in parts that can be resumed; the folder is renamed; the
/// state records the file as processed. Whenever a run is killed, the next run determines how far it got and completes it before doing anything else.
/// </remarks>
public static class IncrementalScoring
{
    /// <summary>Scores new files.</summary>
    /// <param name="inputs">Paths, folders and globs of Parquet data.</param>
    /// <param name="score">Creates the pipeline that scores some files, the same each time: <c>files => Pipeline.FromParquet(files).Score(model)</c>.</param>
    /// <param name="output">Folder of the output; created if its parent exists.</param>
    /// <param name="options">Where the state is kept.</param>
    /// <param name="sink">How Parquet is written; null = the defaults. <see cref="ParquetSinkOptions.Resume"/> has no effect here: an interrupted run is always
    /// resumed.</param>
    /// <param name="progress">Receives the number of rows written, file by file; null = no progress is reported.</param>
    /// <param name="cancellationToken">Cancels the run, which then throws an <see cref="OperationCanceledException"/>; the next run resumes it.</param>
    /// <exception cref="FlowException">The state belongs to another job or is locked by another run, or the data or the output cannot be used.</exception>
    public static async Task<IncrementalResult> RunAsync(
        IEnumerable<string> inputs, Func<IReadOnlyList<string>, Pipeline> score, string output, IncrementalOptions options, ParquetSinkOptions? sink = null,
        IProgress<RunProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(options);
        sink ??= new ParquetSinkOptions();
        sink.Validate();
        if (output.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) || File.Exists(output))
            throw new FlowException(ErrorKind.Usage, output, "a single file as output of incremental runs", "a folder", "give a folder's path");
        var files = await ParquetSource.IdentifyAsync(inputs, cancellationToken).ConfigureAwait(false);
        var first = score([files[0].Path]);
        first.CheckNoSequences();
        var job = await first.DescribeAsync(sink.JobProperties, cancellationToken).ConfigureAwait(false);
        var badRows = first.Options.BadRows;
        using var run = IncrementalRun.Open(options.StateFile, "score", [.. IncrementalJob.Of(job), new JobProperty("output", OutputTarget.Full(output))],
            sink.Files, options.OnNewModel);
        var runs = new OutputRuns(output, badRows.QuarantineFolder, sink.Files);
        runs.Prepare(run.State, options.Backfill);
        var model = run.Model;
        if (run.HasNewModel) await CheckColumnsAsync(first, runs, run.State, cancellationToken).ConfigureAwait(false);
        // With another version, processor, bad-row mode or model, an unfinished run starts over.
        var maker = $"{IncrementalJob.Maker(job)}, {badRows.Mode}{(model > 1 ? $", model {model}" : "")}";

        var (worked, warnings, rowsIn, rowsOut, rowsRejected) = (new List<InputFile>(), new List<string>(), 0L, 0L, 0L);
        if (run.State.Pending is { } left)
        {
            var same = files.FirstOrDefault(left.File.Is);
            if (runs.IsPublished(left.Run)) Finish(left, same);
            else if (same is not null && left.Maker == maker) await ScoreAsync(left, same).ConfigureAwait(false);
            else
            {
                runs.Discard(left);
                run.Write(run.State with { Pending = null });
            }
        }
        runs.ForgetReplaced(run.State);
        var changes = FileChanges.Of(files, run.State.Files, options.Backfill);
        foreach (var file in changes.Work)
        {
            if (worked.Contains(file)) continue;
            cancellationToken.ThrowIfCancellationRequested();
            var begun = new PendingRun(run.State.NextRun, new DoneFile(file.Path, file.Bytes, file.Modified.ToUniversalTime(), file.FooterHash,
                run.State.NextRun, 0, 0)
            { Quarantine = runs.Quarantine(run.State.NextRun), Model = model },
                run.State.Files.FirstOrDefault(f => f.Path == file.Path), maker);
            run.Write(run.State with { Pending = begun, NextRun = begun.Run + 1 });
            await ScoreAsync(begun, file).ConfigureAwait(false);
        }
        return new IncrementalResult(worked, changes.Done - worked.Count(f => !changes.Work.Contains(f)), changes.Changed, changes.Vanished, rowsIn, rowsOut,
            rowsRejected)
        { RunWarnings = [.. warnings, .. NewModel(), .. runs.Warnings] };

        IEnumerable<string> NewModel() => run.HasNewModel && worked.Count > 0
            ? [$"model {model} of this state scored these files, the others were scored by other models (see 'models' in {options.StateFile})"] : [];

        async Task ScoreAsync(PendingRun begun, InputFile file)
        {
            var scored = score([file.Path]);
            scored = scored.With(scored.Options with { BadRows = badRows with { QuarantineFolder = begun.File.Quarantine } });
            var result = await scored.ToParquet(runs.Hidden(begun.Run), sink with { Resume = true }).RunAsync(progress, cancellationToken)
                .ConfigureAwait(false);
            warnings.AddRange(result.Warnings.Select(w => $"{file.Name}, {w}"));
            begun = begun with { File = begun.File with { Rows = result.RowsOut, RowsRejected = result.RowsRejected } };
            // Written before the folder is renamed: afterwards the number of rejected rows could no longer be determined.
            run.Write(run.State with { Pending = begun });
            runs.Publish(begun);
            Finish(begun, file);
        }

        void Finish(PendingRun begun, InputFile? file)
        {
            run.Write(run.State with { Pending = null, Files = [.. run.State.Files.Where(f => f.Path != begun.File.Path), begun.File] });
            runs.Forget(begun.Replaces);
            if (file is null) return;
            worked.Add(file);
            rowsIn += begun.File.Rows + begun.File.RowsRejected;
            rowsOut += begun.File.Rows;
            rowsRejected += begun.File.RowsRejected;
        }
    }

    // A reader of the output sees one table: a label that was a text must not become a number.
    private static async Task CheckColumnsAsync(Pipeline scored, OutputRuns runs, IncrementalState state, CancellationToken cancellationToken)
    {
        if (state.Files.LastOrDefault(f => f.HasOutput && runs.IsPublished(f.Run)) is not { } last) return;
        var written = await scored.ColumnsAsync(cancellationToken).ConfigureAwait(false);
        var before = (await new ParquetSource(runs.Published(last.Run)).OpenAsync(cancellationToken).ConfigureAwait(false)).Schema;
        foreach (var field in written?.Fields ?? [])
        {
            var same = before.IndexOf(field.Name) is >= 0 and var i ? before.Fields[i] : null;
            if (same?.ValueType == field.ValueType) continue;
            throw new FlowException(ErrorKind.Usage, $"{runs.Published(last.Run)}, column '{field.Name}'",
                same is null ? "no such column in the output of the runs before" : $"{TypeNames.Of(same.ValueType)} in the output of the runs before",
                $"{TypeNames.Of(field.ValueType)}, as the new model writes it",
                "give a model with the same scores, or start over with another state and output");
        }
    }
}
