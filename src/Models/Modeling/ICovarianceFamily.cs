namespace Pipelines.Models.Mixtures;

/// <summary>
/// A distribution with a mean and a covariance, of which the components of a mixture, the states of a hidden Markov model or the classes of a classifier can
/// share one covariance.
/// </summary>
/// <remarks>
/// The distribution's kinds of parameters contain <see cref="ParameterKinds.Means"/> and <see cref="ParameterKinds.Covariances"/>: its M step can hold either.
/// With its means held, the M step takes the scatter about them, so that statistics of several distributions can be pooled: each is moved to its own
/// distribution's mean by <see cref="Model.Recenter"/>, then they are merged.
/// </remarks>
public interface ICovarianceFamily
{
    /// <summary>Number of free parameters of the covariance; 0 = the distribution has none.</summary>
    long CovarianceParameters { get; }

    /// <summary>This distribution with the covariance of another one.</summary>
    /// <param name="other">A distribution of the same family and shape.</param>
    Distribution WithCovarianceOf(Distribution other);
}
