namespace Pipelines.Models.Fitting;

/// <summary>
/// The only EM loop: LL_0 at the start; then M step k and LL_k until LL_k - LL_(k-1) is small enough, or a limit on iterations or time is reached.
/// With batches per iteration, LL_k is that of the batches taken, and the stop rule looks at whole walks (<see cref="FitOptions.BatchesPerIteration"/>).
/// It depends only on "a pass over the data", and also serves k-means (Lloyd), whose objective is minus the total squared distance.
/// A model that is estimated in one pass makes one update, so that inertia keeps its share of the old parameters.
/// With a journal, each iteration is saved, and an interrupted fit resumes where it stopped: the same history, the same bits.
/// </summary>
public static class ExpectationMaximization
{
    /// <summary>Checks that the model's number of features matches the data.</summary>
    /// <param name="start">The model.</param>
    /// <param name="columns">Number of features of the data.</param>
    /// <exception cref="ModelException">The numbers differ.</exception>
    public static void CheckFeatures(Model start, int columns)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (columns != start.Dimensions)
            throw new ModelException(ErrorKind.Usage, $"{start.FormatName} model", $"data of {columns} features", $"{start.Dimensions}",
                "give it the features it was made for, in their order");
    }

    /// <summary>Does work on the data; errors that know only a feature's number name the feature.</summary>
    internal static async ValueTask<TResult> NamingFeaturesAsync<TResult>(IDataPass pass, Func<ValueTask<TResult>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (ModelException e) when (pass.Features is not null && e.FeatureIndex is not null && !e.Place.Contains("feature '", StringComparison.Ordinal))
        {
            throw e.Named(pass.Features);
        }
    }

    /// <summary>Fits a model, starting from its own parameters.</summary>
    /// <param name="start">The starting model.</param>
    /// <param name="pass">One pass over the data.</param>
    /// <param name="options">When to stop, and how.</param>
    /// <param name="cancellationToken">Stops between or within passes with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The parameters at which the last log-likelihood was computed.</returns>
    /// <exception cref="ModelException">Options, data or parameters are not usable.</exception>
    public static ValueTask<FitResult<TModel>> FitAsync<TModel>(TModel start, IDataPass pass, FitOptions options,
        CancellationToken cancellationToken = default)
        where TModel : Model => FitAsync(start, null, pass, options, cancellationToken);

    /// <summary>Fits a model, starting from its own parameters.</summary>
    /// <param name="start">The starting model.</param>
    /// <param name="known">The statistics of all rows under it; null = the first pass computes them.</param>
    /// <param name="pass">One pass over the data.</param>
    /// <param name="options">When to stop, and how.</param>
    /// <param name="cancellationToken">Stops between or within passes.</param>
    internal static async ValueTask<FitResult<TModel>> FitAsync<TModel>(TModel start, Statistics? known, IDataPass pass, FitOptions options,
        CancellationToken cancellationToken)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckFeatures(start, pass.Columns);
        start.CheckPriors(pass.PriorComponents);
        if (options.BatchesPerIteration is not null) start.CheckSomeBatches();
        options = options.Started();
        var resumed = options.Journal?.Resumed;
        if (resumed?.Sample is { } kept) options = options with { Sample = FitSample.Of(kept, options) };
        else if (options.Sample is null && start.CanCollapse)
            options = options with { Sample = await FitSample.ReadAsync(pass, options, cancellationToken).ConfigureAwait(false) };
        var model = (TModel)(resumed?.Model ?? start);
        var walk = await BatchWalk.OpenAsync(pass, options, cancellationToken).ConfigureAwait(false);
        var statistics = resumed?.Statistics ?? await EvaluateAsync(model, 0, found: known).ConfigureAwait(false);
        // The batches of an iteration are different rows from those before them: their estimates need many updates.
        var isOneUpdate = model.IsDeterminedBy(statistics) && (walk is null || walk.IsWhole);
        var most = isOneUpdate ? Math.Min(1, options.MaxIterations) : options.MaxIterations;
        var initial = resumed?.InitialLogLikelihood ?? Objective();
        List<FitIteration> history = [.. resumed?.History ?? []];
        var mixing = options.Acceleration == FitAcceleration.None || isOneUpdate ? null : AndersonMixing.Of(model, statistics, resumed?.Mixed ?? []);
        var warnings = new List<string>();
        RaisedVariances? raised = null;
        var converged = HasConverged();
        var isLate = false;
        var isShort = false;
        if (resumed is null) options.Journal?.Save(State());
        options.Progress?.Report(new(history.Count > 0 ? history[^1] : new(0, initial, 0, 0), model, statistics.Rows) { LeastGain = LeastGain() });
        while (!converged && history.Count < most && !(isLate = options.IsLate) && !(isShort = !await MayContinueAsync().ConfigureAwait(false)))
        {
            var began = options.TimeProvider.GetTimestamp();
            var before = Objective();
            var iteration = history.Count + 1;
            if (!await TryMixedAsync(iteration).ConfigureAwait(false))
            {
                var (sums, old) = (statistics, model);
                model = Maximized(sums, iteration);
                statistics = await EvaluateAsync(model, iteration, found: isOneUpdate ? model.Restated(sums) : null).ConfigureAwait(false);
                mixing?.Add(sums, statistics, old, model);
            }
            if (isOneUpdate && options.Maximization(iteration) is { Inertia: 0, WeightInertia: 0 } && Objective() - before > LeastGain())
            {
                // The same estimate from sums centred on the new parameters: sums centred far away have lost digits.
                var sharper = (TModel)model.Maximize(statistics, options.Maximization(iteration));
                if (!sharper.Equals(model)) statistics = await EvaluateAsync(model = sharper, iteration).ConfigureAwait(false);
            }
            var objective = Objective();
            history.Add(new(iteration, objective, objective - before, options.TimeProvider.GetElapsedTime(began).TotalSeconds));
            options.Journal?.Save(State());
            options.Progress?.Report(new(history[^1], model, statistics.Rows) { LeastGain = LeastGain() });
            converged = HasConverged();
        }
        var isPartial = walk is { IsWhole: false };
        if (isPartial) statistics = await EvaluateAsync(model, history.Count, all: true).ConfigureAwait(false);
        else if (history.Count > 0 && double.IsFinite(history[^1].LogLikelihood) && history[^1].Improvement < -1e-9 * Math.Abs(history[^1].LogLikelihood))
            warnings.Add($"the log-likelihood fell by {(-history[^1].Improvement).Text()} in the last iteration ({model.WhyObjectiveFalls})");
        var stop = isOneUpdate && converged ? StopReason.OnePass : converged ? StopReason.Converged
            : isLate ? StopReason.TimeLimit : isShort ? StopReason.ShortRun : StopReason.IterationLimit;
        if (!isShort) warnings.AddRange(FitDiagnosis.Of(model, statistics, raised, options, stop, pass.Features, cancellationToken));
        return new()
        {
            Model = model,
            Rows = statistics.Rows,
            Weight = statistics.Weight,
            PartWeights = model.PartWeights(statistics),
            Converged = converged,
            StopReason = stop,
            InitialLogLikelihood = initial,
            TotalLogLikelihood = isPartial ? statistics.Objective : null,
            History = history,
            Warnings = warnings,
            ImpossibleSequences = model.ImpossibleSequences(statistics),
        };

        FitState State() => new(model, statistics, initial, [.. history]) { Sample = options.Sample?.Rows, Mixed = mixing?.Steps ?? [] };

        TModel Maximized(Statistics sums, int iteration)
        {
            using (Cancellation.Enter(cancellationToken))
                return (TModel)model.Maximize(sums, options.Maximization(iteration) with { Rows = statistics.Rows, Raised = raised = new() });
        }

        // An update with mixed sums; false if there are none, or if it leads nowhere: then nothing has changed but what is mixed.
        async ValueTask<bool> TryMixedAsync(int iteration)
        {
            if (mixing?.Mix(statistics) is not { } sums) return false;
            try
            {
                var next = Maximized(sums, iteration);
                var found = await pass.RunAsync(next, cancellationToken).ConfigureAwait(false);
                if (found.Objective >= statistics.Objective)
                {
                    mixing.Add(sums, found, model, next);
                    (model, statistics) = (next, found);
                    return true;
                }
            }
            catch (ModelException)
            {
                // Mixed sums need not be those of any rows.
            }
            mixing.Clear();
            // A resumed fit must not come here again: the passes of other fits have gone on.
            options.Journal?.Save(State());
            return false;
        }

        double Objective() => walk is null ? statistics.Objective : walk.Scaled(statistics);

        bool HasConverged() => history.Count > 0 && (isOneUpdate || (Gain() <= LeastGain() && !MayGainMore()));

        // Gains of mixed updates are uneven: it takes two small ones to stop.
        bool MayGainMore() => mixing is not null && history.Count > 1 && history[^2].Improvement > LeastGain();

        double LeastGain() => options.LeastGain(model.ToleranceUnit(walk?.Weight ?? statistics.Weight, Objective()));

        ValueTask<bool> MayContinueAsync() => options.MayContinue?.Invoke(history) ?? new(true);

        double? Gain() => walk is null ? history[^1].Improvement : walk.Gain(initial, history);

        async ValueTask<Statistics> EvaluateAsync(TModel current, int iteration, bool all = false, Statistics? found = null)
        {
            var result = found is not null ? found
                : walk is null || all ? await pass.RunAsync(current, cancellationToken).ConfigureAwait(false)
                : await pass.RunAsync(current, walk.Range(iteration), cancellationToken).ConfigureAwait(false);
            if (walk is not null && !(result.Weight > 0)) throw NothingTaken(walk.Range(iteration), result);
            if (result.Rows == 0) throw new ModelException(ErrorKind.Data, "input", "no row", "at least one", "check the paths and filters");
            if (!(result.Weight > 0) && current.Impossible(result) is { } words)
                throw new ModelException(ErrorKind.Data, "input", words, "data that the model can produce",
                    "look for unknown symbols and missing transitions, or begin with another model");
            if (!(result.Weight > 0))
                throw new ModelException(ErrorKind.Data, "input", $"a total weight of {result.Weight.Text()}", "more than 0", "check the weights");
            if (!double.IsFinite(result.Weight)) throw DataSurvey.TooHeavy(result.Weight);
            if (!double.IsFinite(result.Objective) && !(current.MayLeaveRowsImpossible && double.IsNegativeInfinity(result.Objective)))
            {
                // A saved fit is not affected by a pass that does not belong to it.
                if (options.Journal is null && await DataSurvey.BlameAsync(pass, current, cancellationToken).ConfigureAwait(false) is { } blame) throw blame;
                throw new ModelException(ErrorKind.Data, $"log-likelihood after {iteration} iterations", result.Objective.Text(), "a finite number",
                    current.Impossible(result) is { } why
                        ? $"{why}; clean the column, or choose another distribution"
                        : (current.Uses & (FitUses.Pseudocount | FitUses.MinVariance)) == FitUses.Pseudocount
                        ? "a row has probability 0 under the model; set a pseudocount (FitOptions.Pseudocount), or correct the row"
                        : "a row is impossible under every component, or the square of a value overflows; look for outliers, rescale, or set a "
                            + "minimum variance");
            }
            return result;
        }
    }

    private static ModelException NothingTaken(BatchRange range, Statistics found) => new(
        ErrorKind.Data, $"{range.Count} batches from batch {range.First} on",
        found.Rows == 0 ? "no row that can be used" : $"a total weight of {found.Weight.Text()}", "rows of weight above 0 in each iteration",
        "take more batches per iteration (FitOptions.BatchesPerIteration), or check the weights");
}
