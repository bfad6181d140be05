namespace Pipelines;

/// <summary>The parameters of a Gaussian distribution of any family.</summary>
/// <param name="Mean">Shape [D].</param>
/// <param name="Covariance">Shape [D, D], symmetric.</param>
public sealed record GaussianShape(IReadOnlyList<double> Mean, double[,] Covariance)
{
    /// <summary>Independent features.</summary>
    /// <param name="features">The shape of each, of any number of features.</param>
    internal static GaussianShape Independent(IReadOnlyList<GaussianShape> features)
    {
        var mean = features.SelectMany(f => f.Mean).ToArray();
        var covariance = new double[mean.Length, mean.Length];
        var first = 0;
        foreach (var feature in features)
        {
            for (var i = 0; i < feature.Mean.Count; i++)
                for (var j = 0; j < feature.Mean.Count; j++) covariance[first + i, first + j] = feature.Covariance[i, j];
            first += feature.Mean.Count;
        }
        return new(mean, covariance);
    }
}
