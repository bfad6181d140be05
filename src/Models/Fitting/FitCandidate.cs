namespace Pipelines;

/// <summary>One of several fits to the same data, from which the best was chosen: its outcome, for tables and plots.</summary>
/// <param name="Components">Number of components, states or clusters, at least 1.</param>
/// <param name="Restart">Number of the restart among those with the same number of components, from 0.</param>
/// <param name="Seed">The seed it was fitted with: a single fit with this seed gives the same bits.</param>
/// <param name="LogLikelihood">Total weighted log-likelihood, in nats; for k-means minus the total squared distance. NaN if the fit failed.</param>
/// <param name="Parameters">Free parameters of the model; 0 if the fit failed.</param>
/// <param name="Aic">Akaike's criterion, smaller is better; NaN if there is no likelihood, or the fit failed.</param>
/// <param name="Bic">The Bayesian criterion, smaller is better; NaN if there is no likelihood, or the fit failed.</param>
/// <param name="Iterations">Number of parameter updates.</param>
/// <param name="Converged">True if the stop rule ended the fit; false if the iterations ran out, or the fit failed.</param>
/// <param name="Chosen">True for the fit that was returned.</param>
public sealed record FitCandidate(int Components, int Restart, long Seed, double LogLikelihood, long Parameters, double Aic, double Bic, int Iterations,
    bool Converged, bool Chosen)
{
    /// <summary>True if another start was ahead after the short run, and went on alone (<see cref="ModelSelection{TModel}.ShortRun"/>).</summary>
    public bool StoppedAfterShortRun { get; init; }

    /// <summary>Why the fit failed; null if it did not.</summary>
    public string? Failure { get; init; }
}
