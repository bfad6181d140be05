namespace Pipelines.Models.Mixtures;

/// <summary>Mixtures of full-covariance Gaussians. To come: vectorised.</summary>
internal static class FullGaussianKernel
{
    /// <summary>The kernel, or null if a component is anything else.</summary>
    public static MixtureKernel? TryCreate(IReadOnlyList<Distribution> components) => null;
}
