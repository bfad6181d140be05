namespace Pipelines.Models.Mixtures;

/// <summary>Mixtures of normal distributions and of independent normals (diagonal covariance). To come: vectorised.</summary>
internal static class DiagonalNormalKernel
{
    /// <summary>The kernel, or null if a component is anything else than normals with column weights of 1.</summary>
    public static MixtureKernel? TryCreate(IReadOnlyList<Distribution> components) => null;
}
