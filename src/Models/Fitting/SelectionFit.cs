namespace Pipelines.Models.Fitting;

/// <summary>One fit of a selection, with its saved state.</summary>
internal sealed class SelectionFit<TModel> : IFitJournal, IProgress<FitProgress>
    where TModel : Model
{
    private readonly FitOptions options;
    private readonly IProgress<FitProgress>? progress;
    private readonly Func<SelectionFit<TModel>, bool?>? verdict;
    private IDataPass? own;
    private int iterations;
    private double? afterShortRun;
    private bool? goesOn;

    /// <summary>Prepares a fit.</summary>
    /// <param name="components">Number of components.</param>
    /// <param name="restart">Number of the restart, from 0.</param>
    /// <param name="all">The options shared by all fits.</param>
    /// <param name="verdict">After the short run: whether this fit goes on to its end; null = not known yet. Null: it does.</param>
    public SelectionFit(int components, int restart, FitOptions all, Func<SelectionFit<TModel>, bool?>? verdict)
    {
        (Components, Restart, progress, this.verdict) = (components, restart, all.Progress, verdict);
        options = all with
        {
            Seed = unchecked(all.Seed + restart),
            Progress = this,
            Journal = all.Journal is null ? null : this,
            MayContinue = verdict is null ? null : MayContinueAsync,
        };
    }

    public int Components { get; }

    public int Restart { get; }

    public long Seed => options.Seed;

    /// <summary>The fit, once started.</summary>
    public Task<FitResult<TModel>> Result { get; private set; } = null!;

    /// <summary>True if another fit went on instead.</summary>
    public bool IsShort => Result is { IsCompletedSuccessfully: true, Result.StopReason: StopReason.ShortRun };

    /// <summary>The objective at the end of the short run, or of a fit that made fewer updates; -infinity for one that failed.</summary>
    public double Standing => Result.IsFaulted ? double.NegativeInfinity
        : afterShortRun ?? (Result.IsCompleted ? After(Result.Result.History, Result.Result.InitialLogLikelihood) : double.NegativeInfinity);

    /// <summary>Why it failed; null if it did not.</summary>
    public ModelException? Failure { get; set; }

    /// <summary>The state after the last iteration; null before the first evaluation.</summary>
    public FitState? State { get; private set; }

    /// <summary>True if the state has not been saved yet.</summary>
    public bool IsChanged { get; set; }

    public FitState? Resumed { get; private set; }

    /// <summary>Starts or resumes the fit.</summary>
    public void Begin(SharedScan scan, IEstimator<TModel> estimator, FitState? resumed, CancellationToken cancellationToken)
    {
        State = Resumed = resumed;
        // The interrupted run chose the start; only the EM loop remains.
        Result = scan.Begin(async pass =>
        {
            own = pass;
            return resumed is { Model: TModel model }
                ? await estimator.ResumeAsync(model, pass, options, cancellationToken).ConfigureAwait(false)
                : await estimator.FitAsync(pass, options, cancellationToken).ConfigureAwait(false);
        });
    }

    public void Save(FitState state)
    {
        State = state;
        IsChanged = true;
    }

    public void Report(FitProgress value)
    {
        iterations = value.Iteration.Iteration;
        progress?.Report(value with { Components = Components, Restart = Restart });
    }

    // The fit may have been interrupted long after its short run: what counts is how it stood then.
    private async ValueTask<bool> MayContinueAsync(IReadOnlyList<FitIteration> history)
    {
        if (history.Count < ModelSelection<TModel>.ShortRun) return true;
        afterShortRun ??= After(history, double.NaN);
        return goesOn ??= await SharedScan.HoldAsync(own!, () => verdict!(this)).ConfigureAwait(false);
    }

    private static double After(IReadOnlyList<FitIteration> history, double initial) =>
        history.Count == 0 ? initial : history[Math.Min(history.Count, ModelSelection<TModel>.ShortRun) - 1].LogLikelihood;

    /// <summary>The table entry; available after the fit has ended.</summary>
    public FitCandidate ToCandidate(bool hasLikelihood, bool isChosen)
    {
        if (Failure is { } failure)
            return new(Components, Restart, Seed, double.NaN, 0, double.NaN, double.NaN, iterations, false, false) { Failure = failure.Message };
        var fitted = Result.GetAwaiter().GetResult();
        var parameters = fitted.Model.ParameterCount;
        var aic = hasLikelihood ? (2.0 * parameters) - (2 * fitted.LogLikelihood) : double.NaN;
        var bic = hasLikelihood ? (parameters * Math.Log(fitted.Weight)) - (2 * fitted.LogLikelihood) : double.NaN;
        return new(Components, Restart, Seed, fitted.LogLikelihood, parameters, aic, bic, fitted.Iterations, fitted.Converged, isChosen)
        {
            StoppedAfterShortRun = IsShort,
        };
    }
}
