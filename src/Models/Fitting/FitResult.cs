namespace Pipelines;

/// <summary>One parameter update.</summary>
/// <param name="Iteration">Number of the update, from 1.</param>
/// <param name="LogLikelihood">Total weighted log-likelihood at the updated parameters, in nats; for k-means minus the total squared distance. With
/// <see cref="FitOptions.BatchesPerIteration"/> that of the batches taken, scaled to the weight of all rows.</param>
/// <param name="Improvement">Rise since the previous entry; with <see cref="FitOptions.BatchesPerIteration"/> that entry covers different rows.</param>
/// <param name="Seconds">Time for the update and its evaluation, in seconds.</param>
public sealed record FitIteration(int Iteration, double LogLikelihood, double Improvement, double Seconds);

/// <summary>What a progress callback receives.</summary>
/// <param name="Iteration">The update just done; number 0 is the start, with an improvement of 0.</param>
/// <param name="Model">The model after the update.</param>
/// <param name="Rows">Number of rows in the data.</param>
public sealed record FitProgress(FitIteration Iteration, Model Model, long Rows)
{
    /// <summary>Number of components of the fit, if several are fitted at once; else null.</summary>
    public int? Components { get; init; }

    /// <summary>Number of its restart, from 0.</summary>
    public int Restart { get; init; }

    /// <summary>The improvement that ends the fit, in the units of the log-likelihood; negative if none does.</summary>
    public double LeastGain { get; init; } = double.NegativeInfinity;
}

/// <summary>Why a fit made no more updates.</summary>
public enum StopReason
{
    /// <summary>The last update gained too little (<see cref="FitOptions.RelativeTolerance"/>, <see cref="FitOptions.StopThreshold"/>).</summary>
    Converged,

    /// <summary>One update is all that the model needs (<see cref="Model.IsEstimatedInOnePass"/>).</summary>
    OnePass,

    /// <summary>The limit on updates was reached (<see cref="FitOptions.MaxIterations"/>).</summary>
    IterationLimit,

    /// <summary>The limit on time was reached (<see cref="FitOptions.MaxSeconds"/>).</summary>
    TimeLimit,

    /// <summary>Another start was ahead after the short run (<see cref="ModelSelection{TModel}.ShortRun"/>).</summary>
    ShortRun,
}

/// <summary>A fitted model and the record of its fit.</summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
public sealed record FitResult<TModel>
    where TModel : Model
{
    /// <summary>The fitted model.</summary>
    public required TModel Model { get; init; }

    /// <summary>Number of rows it was fitted to.</summary>
    public required long Rows { get; init; }

    /// <summary>Number of parameter updates.</summary>
    public int Iterations => History.Count;

    /// <summary>
    /// True if the improvement fell to the stop threshold, or if a model that is estimated in one pass made its update; false if the iterations ran out.
    /// </summary>
    public required bool Converged { get; init; }

    /// <summary>Why there were no more updates.</summary>
    public StopReason StopReason { get; init; }

    /// <summary>Total weighted log-likelihood of <see cref="Model"/>, in nats; for k-means minus the total squared distance.</summary>
    public double LogLikelihood => TotalLogLikelihood ?? LastLogLikelihood;

    /// <summary>The same, if the history's entries cover only some of the batches; null if its last entry is the value.</summary>
    public double? TotalLogLikelihood { get; init; }

    /// <summary>Total weight of the rows; for AIC and BIC the number of observations.</summary>
    public double Weight { get; init; }

    /// <summary>All fits from which this one was chosen, by components, then by restart; empty (default) if it was the only one.</summary>
    public IReadOnlyList<FitCandidate> Candidates { get; init; } = [];

    /// <summary>How it was chosen among them; null (default) if it was the only one.</summary>
    public SelectionCriterion? Criterion { get; init; }

    /// <summary>Numbers of the first sequences, at most 5, that <see cref="Model"/> gives probability 0; empty for models of rows.</summary>
    public IReadOnlyList<long> ImpossibleSequences { get; init; } = [];

    /// <summary>
    /// What was applied to the rows before the model saw them, as <see cref="FitOptions.Scaling"/> asks; apply it to other rows before the model sees those.
    /// The log-likelihoods are those of the original rows. <see cref="FeatureTransforms.None"/> by default.
    /// </summary>
    public FeatureTransforms Transforms { get; init; } = FeatureTransforms.None;

    /// <summary>Weight of the rows in each cluster; empty for models that have no clusters.</summary>
    internal IReadOnlyList<double> PartWeights { get; init; } = [];

    private double LastLogLikelihood => History.Count > 0 ? History[^1].LogLikelihood : InitialLogLikelihood;

    /// <summary>The log-likelihood of the model that the iterations started from.</summary>
    public required double InitialLogLikelihood { get; init; }

    /// <summary>One entry per update.</summary>
    public required IReadOnlyList<FitIteration> History { get; init; }

    /// <summary>What the user should know: components that died, a likelihood that fell …; one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
