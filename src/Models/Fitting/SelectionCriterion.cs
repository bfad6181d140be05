namespace Pipelines.Models.Fitting;

/// <summary>
/// How one of several fits is chosen. With log-likelihood LL (of all rows, each times its weight), p free parameters (<see cref="Model.ParameterCount"/>) and
/// the total weight W of the rows, which is their number where they have no weights:
/// </summary>
public enum SelectionCriterion
{
    /// <summary>The largest LL (for k-means the least total squared distance). Right for restarts; more components always raise it.</summary>
    LogLikelihood,

    /// <summary>The least Akaike information criterion, 2 p - 2 LL.</summary>
    Aic,

    /// <summary>The least Bayesian information criterion, p ln W - 2 LL.</summary>
    Bic,
}
