namespace Pipelines.Models.Fitting;

/// <summary>A fit between two iterations: all that the next one needs.</summary>
/// <param name="Model">The model after the last iteration.</param>
/// <param name="Statistics">The statistics of the rows that the last iteration took, under that model; which it takes next, the number of iterations
/// tells.</param>
/// <param name="InitialLogLikelihood">Total weighted log-likelihood of the start.</param>
/// <param name="History">One entry an update; empty for the start.</param>
public sealed record FitState(Model Model, Statistics Statistics, double InitialLogLikelihood, IReadOnlyList<FitIteration> History);

/// <summary>Keeps the state of a fit after each iteration, so that one that was interrupted goes on with the same bits.</summary>
public interface IFitJournal
{
    /// <summary>What an earlier run of the same fit left after its last whole iteration; null = begin at the beginning.</summary>
    FitState? Resumed { get; }

    /// <summary>
    /// What an earlier run left where several models are fitted at the same time, one entry for each: null = that one begins at the beginning. Empty (default)
    /// = all do.
    /// </summary>
    IReadOnlyList<FitState?> ResumedFits => [];

    /// <summary>Keeps the state; when it returns, the state survives the end of the process.</summary>
    void Save(FitState state);

    /// <summary>Keeps the states of several models that are fitted at the same time; null for one that has none yet.</summary>
    /// <exception cref="ModelException">The journal is made for one (default).</exception>
    void SaveFits(IReadOnlyList<FitState?> fits) =>
        throw new ModelException(ErrorKind.Usage, "journal", "several fits at the same time", "one fit, as this journal keeps one",
            "fit one number of components without restarts, or leave the journal out");
}
