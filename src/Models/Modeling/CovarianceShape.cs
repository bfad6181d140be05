namespace Pipelines;

/// <summary>Shapes of a Gaussian's covariance (<see cref="DistributionFamily.Gaussian"/>).</summary>
public enum CovarianceShape
{
    /// <summary>Any covariance.</summary>
    Full,

    /// <summary>Independent features, each with its own variance.</summary>
    Diagonal,

    /// <summary>Independent features with one variance.</summary>
    Spherical,
}
