namespace Pipelines.Models.Fitting;

/// <summary>One parameter update.</summary>
/// <param name="Iteration">Number of the update, from 1.</param>
/// <param name="LogLikelihood">Total weighted log-likelihood at the updated parameters, in nats; for k-means minus the total squared distance. With
/// <see cref="FitOptions.BatchesPerIteration"/> that of the batches taken, scaled to the weight of all rows.</param>
/// <param name="Improvement">How much it rose since the entry before; with <see cref="FitOptions.BatchesPerIteration"/> that one was of other rows.</param>
/// <param name="Seconds">Time the update and its evaluation took, in seconds.</param>
public sealed record FitIteration(int Iteration, double LogLikelihood, double Improvement, double Seconds);

/// <summary>What a progress callback sees.</summary>
/// <param name="Iteration">The update just done; number 0 is the start, with an improvement of 0.</param>
/// <param name="Model">The model after it.</param>
/// <param name="Rows">Rows of the data.</param>
public sealed record FitProgress(FitIteration Iteration, Model Model, long Rows)
{
    /// <summary>Number of components of the fit, where several are fitted at once; else null.</summary>
    public int? Components { get; init; }

    /// <summary>Number of its restart, from 0.</summary>
    public int Restart { get; init; }
}

/// <summary>A fitted model and how it came about.</summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
public sealed record FitResult<TModel>
    where TModel : Model
{
    /// <summary>The fitted model.</summary>
    public required TModel Model { get; init; }

    /// <summary>Rows it was fitted to.</summary>
    public required long Rows { get; init; }

    /// <summary>Parameter updates done.</summary>
    public int Iterations => History.Count;

    /// <summary>
    /// True if the improvement fell to the stop threshold, or if a model that is estimated in one pass made its update; false if the iterations ran out.
    /// </summary>
    public required bool Converged { get; init; }

    /// <summary>Total weighted log-likelihood of <see cref="Model"/>, in nats; for k-means minus the total squared distance.</summary>
    public double LogLikelihood => TotalLogLikelihood ?? LastLogLikelihood;

    /// <summary>The same, where the history's entries are of some batches only; null where the last of them says it.</summary>
    public double? TotalLogLikelihood { get; init; }

    /// <summary>Total weight of the rows; with AIC and BIC the number of observations.</summary>
    public double Weight { get; init; }

    /// <summary>All fits of which this one was chosen, by components, then by restart; empty (default) if it was the only one.</summary>
    public IReadOnlyList<FitCandidate> Candidates { get; init; } = [];

    /// <summary>Numbers of the first sequences, at most 5, that <see cref="Model"/> gives probability 0; empty for models of rows.</summary>
    public IReadOnlyList<long> ImpossibleSequences { get; init; } = [];

    private double LastLogLikelihood => History.Count > 0 ? History[^1].LogLikelihood : InitialLogLikelihood;

    /// <summary>That of the model the iterations began with.</summary>
    public required double InitialLogLikelihood { get; init; }

    /// <summary>One entry an update.</summary>
    public required IReadOnlyList<FitIteration> History { get; init; }

    /// <summary>What the user should know: components that died, a likelihood that fell …; one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
