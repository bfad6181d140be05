namespace Pipelines;

/// <content>Fits to rows in memory in a single call.</content>
public sealed partial class GeneralMixtureModel
{
    /// <summary>Chooses a start from rows in memory and fits a mixture of one family.</summary>
    /// <typeparam name="T">The family; a univariate one gives independent components if there are several features.</typeparam>
    /// <param name="components">Number of components, at least 1.</param>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts implicitly. NaN = missing.</param>
    /// <param name="options">Null = the defaults: all cores, stop when the log-likelihood rises by no more than 0.1.</param>
    /// <param name="initialization">How centroids are chosen; null = k-means++.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    public static GeneralMixtureModel FromSamples<T>(int components, FeatureMatrix data, FitOptions? options = null,
        CentroidInitialization? initialization = null)
        where T : Distribution, IDistributionFamily<T> => Mixture.Of<T>(components, initialization).Fit(data, options).Model;
}
