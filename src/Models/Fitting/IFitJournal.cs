namespace Pipelines.Models.Fitting;

/// <summary>A fit between two iterations: all that the next one needs.</summary>
/// <param name="Model">The model after the last iteration.</param>
/// <param name="Statistics">The statistics of all rows under that model.</param>
/// <param name="InitialLogLikelihood">Total weighted log-likelihood of the start.</param>
/// <param name="History">One entry an update; empty for the start.</param>
public sealed record FitState(Model Model, Statistics Statistics, double InitialLogLikelihood, IReadOnlyList<FitIteration> History);

/// <summary>Keeps the state of a fit after each iteration, so that one that was interrupted goes on with the same bits.</summary>
public interface IFitJournal
{
    /// <summary>What an earlier run of the same fit left after its last whole iteration; null = begin at the beginning.</summary>
    FitState? Resumed { get; }

    /// <summary>Keeps the state; when it returns, the state survives the end of the process.</summary>
    void Save(FitState state);
}
