namespace Pipelines;

/// <summary>
/// How one of several fits is chosen. With log-likelihood LL (of all rows, each times its weight), p free parameters (<see cref="Model.ParameterCount"/>)
/// and total weight W, which is the number of rows if they are unweighted:
/// </summary>
public enum SelectionCriterion
{
    /// <summary>The largest LL (for k-means the smallest total squared distance). Suited to restarts; more components always raise it.</summary>
    LogLikelihood,

    /// <summary>The smallest Akaike information criterion, 2 p - 2 LL.</summary>
    Aic,

    /// <summary>The smallest Bayesian information criterion, p ln W - 2 LL.</summary>
    Bic,
}
