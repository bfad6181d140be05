using Pipelines.Blocks;
using Pipelines.Blocks.Incremental;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>The outcome of an incremental fit.</summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
/// <param name="Files">The files.</param>
/// <param name="Saved">The model of all rows so far.</param>
/// <param name="Fitted">The report of the fit to the new files; null if there were none.</param>
public sealed record IncrementalFit<TModel>(IncrementalResult Files, SavedModel Saved, FittedModel<TModel>? Fitted)
    where TModel : Model;

/// <summary>
/// Fits a model to the files added since the last run, using each row exactly once. The first run is an ordinary fit to all files. Each later run updates the
/// model with the new rows, in addition to the sufficient statistics of all earlier rows (<see cref="UpdatePass"/>), so that nothing is forgotten and nothing
/// is read again.
/// </summary>
/// <remarks>
/// An update is not equivalent to a fit to all rows at once: the earlier rows keep their responsibilities. For a single distribution the two are the same. The
/// log-likelihood counts the earlier rows with their last value.
/// </remarks>
public static class IncrementalFitting
{
    /// <summary>Fits to new files.</summary>
    /// <typeparam name="TModel">Type of the model.</typeparam>
    /// <param name="inputs">Paths, folders and globs of Parquet data.</param>
    /// <param name="features">Creates the pipeline over some files, the same each time: <c>files => Pipeline.FromParquet(files).Features("delay")</c>.</param>
    /// <param name="estimator">What to fit in the first run.</param>
    /// <param name="fit">How to fit.</param>
    /// <param name="options">Where the state is kept.</param>
    /// <param name="cancellationToken">Cancels the fit, which then throws an <see cref="OperationCanceledException"/>; the state does not change.</param>
    /// <exception cref="FlowException">The state belongs to another job or is locked by another run, or the data cannot be used.</exception>
    /// <exception cref="ModelException">The options or the data are not usable.</exception>
    public static async Task<IncrementalFit<TModel>> RunAsync<TModel>(
        IEnumerable<string> inputs, Func<IReadOnlyList<string>, Pipeline> features, IEstimator<TModel> estimator, FitOptions fit, IncrementalOptions options,
        CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(options);
        // Later runs start from the model of the run before.
        fit.Validate(estimator.Uses | FitUses.Start, estimator.ParameterKinds);
        if (estimator.Fits > 1)
            throw new FlowException(ErrorKind.Usage, options.StateFile, $"{estimator.Fits} fits to choose from", "one fit, which later runs continue",
                "choose first in a run of its own, then begin with one number of components and no restarts");
        if (fit.BatchesPerIteration is not null)
            throw new FlowException(ErrorKind.Usage, options.StateFile, $"{fit.BatchesPerIteration} batches per iteration",
                "all new rows in each iteration, on top of the earlier ones", "leave the batches per iteration out");
        if (options.Backfill is { } range)
            throw new FlowException(ErrorKind.Usage, options.StateFile, $"a backfill of {range} in a fit",
                "none, as a fit takes each row once and cannot take it back", "run a new fit with another state file");
        var files = await ParquetSource.IdentifyAsync(inputs, cancellationToken).ConfigureAwait(false);
        features([.. files.Select(f => f.Path)]).CheckNoSequences();
        var job = await features([.. files.Select(f => f.Path)]).DescribeFitAsync(estimator, fit, cancellationToken).ConfigureAwait(false);
        using var run = IncrementalRun.Open(options.StateFile, "fit", IncrementalJob.Of(job), FileLayer.Disk);
        var changes = FileChanges.Of(files, run.State.Files, null);
        var earlier = run.State.Model is { } text ? SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(text), options.StateFile) : null;
        if (changes.Work.Count == 0)
        {
            // Either there was a first run, or there is a file to process.
            return new IncrementalFit<TModel>(Result(0, 0), earlier!, null);
        }
        var done = changes.Work.Select(f => new DoneFile(f.Path, f.Bytes, f.Modified.ToUniversalTime(), f.FooterHash, run.State.NextRun, f.Rows, 0)).ToArray();
        if (earlier is not null && changes.Work.All(f => f.Rows == 0))
        {
            run.Write(run.State with { NextRun = run.State.NextRun + 1, Files = [.. run.State.Files, .. done] });
            return new IncrementalFit<TModel>(Result(0, 0), earlier, null);
        }
        var pipeline = features([.. changes.Work.Select(f => f.Path)]);
        // The statistics so far use the category codes of the first run, so a category that appears later is treated as unknown.
        if (earlier?.Features is { } known) pipeline = pipeline.Features(known);
        if (pipeline.Options.Checkpoints is { } checkpoints)
            throw new FlowException(ErrorKind.Usage, options.StateFile, $"checkpoints in {checkpoints.Folder} as well",
                "the state alone, which an interrupted run leaves as it was", "leave the checkpoints out");
        var last = new LastState();
        var fitted = earlier is null
            ? await pipeline.FitOverAsync(estimator, fit with { Journal = last }, static pass => pass, null, cancellationToken).ConfigureAwait(false)
            : await pipeline.FitOverAsync(new ModelEstimator<TModel>((TModel)earlier.Model), fit with { Journal = last, EarlierLogSlopes = Slopes() }, Update,
                null, cancellationToken).ConfigureAwait(false);
        // A feature's range covers all rows so far.
        var saved = earlier is null ? fitted.Saved : fitted.Saved with { Features = [.. fitted.Saved.Features!.Zip(earlier.Features!, Join)] };
        fitted = fitted with { Saved = saved };
        var rows = fitted.Result.Rows - (earlier?.Training?.Rows ?? 0);
        run.Write(run.State with
        {
            NextRun = run.State.NextRun + 1,
            Files = [.. run.State.Files, .. done],
            Model = System.Text.Encoding.UTF8.GetString(saved.ToJson()),
            Statistics = last.State!.Statistics.ToBytes(),
        });
        return new IncrementalFit<TModel>(Result(rows, fitted.RowsRejected), saved, fitted);

        UpdatePass Update(FeaturePass pass) => new(pass, earlier.Model, Statistics(earlier.Model, run.State.Statistics!, options.StateFile));

        // The statistics hold the log-likelihood of the transformed rows, the model that of the original ones.
        double Slopes() => earlier.Training is { } facts && earlier.Features?.Any(f => f.Transforms.Count > 0) == true
            ? facts.LogLikelihood - Statistics(earlier.Model, run.State.Statistics!, options.StateFile).Objective
            : 0;

        IncrementalResult Result(long rows, long rejected) =>
            new(changes.Work, changes.Done, changes.Changed, changes.Vanished, rows + rejected, rows, rejected);
    }

    private static Feature Join(Feature now, Feature before) => now with
    {
        IsNullable = now.IsNullable is null || before.IsNullable is null ? null : now.IsNullable.Value || before.IsNullable.Value,
        Minimum = now.Minimum is null ? before.Minimum : before.Minimum is null ? now.Minimum : Math.Min(now.Minimum.Value, before.Minimum.Value),
        Maximum = now.Maximum is null ? before.Maximum : before.Maximum is null ? now.Maximum : Math.Max(now.Maximum.Value, before.Maximum.Value),
    };

    private static Statistics Statistics(Model model, byte[] bytes, string place)
    {
        var statistics = model.CreateStatistics();
        try
        {
            statistics.FromBytes(bytes);
        }
        catch (ModelException e)
        {
            throw new FlowException(ErrorKind.Data, place, "statistics that do not belong to its model", "the state of incremental runs",
                "restore it from a copy, or start over with another state file", e);
        }
        return statistics;
    }

    /// <summary>Remembers the last state of a fit.</summary>
    private sealed class LastState : IFitJournal
    {
        public FitState? State { get; private set; }

        public FitState? Resumed => null;

        public void Save(FitState state) => State = state;
    }
}
