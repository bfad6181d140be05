namespace Pipelines;

/// <summary>What an update of k-means does with a cluster that no row is nearest to.</summary>
public enum EmptyClusterPolicy
{
    /// <summary>It keeps its centroid (default).</summary>
    Keep,

    /// <summary>
    /// Its centroid moves to the row that is farthest from its own centroid, and that row leaves its cluster, as in scikit-learn. Several empty clusters, in
    /// order, take the farthest rows, the farthest first and earlier rows first on ties. Only rows of the update, of positive weight and away from their
    /// centroid are taken. A missing entry of such a row leaves the coordinate as it was.
    /// </summary>
    Relocate,
}
