namespace Pipelines.Models.Fitting;

/// <summary>An estimator of a model whose components or states rows can have priors of.</summary>
internal interface IPriorEstimator
{
    /// <summary>Throws if the rows have priors of another number of components or states.</summary>
    /// <param name="components">Number of components that the rows have priors of; 0 = no row has any.</param>
    /// <exception cref="ModelException">They do not fit.</exception>
    void CheckPriors(int components);
}
