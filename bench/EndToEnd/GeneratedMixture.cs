namespace Pipelines.EndToEnd;

/// <summary>Mixtures of Gaussians with known parameters, and rows drawn from them.</summary>
/// <param name="Rows">Shape [rows, features].</param>
/// <param name="Truth">What they were drawn from.</param>
/// <param name="Separation">Standard deviation of the means; those of the clusters are near 1.</param>
/// <param name="Imbalance">The logarithms of weights lie within this range.</param>
/// <param name="HasSpike">True: a cluster is very narrow.</param>
/// <param name="HasOutliers">True: a light cluster is very wide.</param>
internal sealed record GeneratedMixture(double[,] Rows, GeneralMixtureModel Truth, double Separation, double Imbalance, bool HasSpike, bool HasOutliers)
{
    /// <summary>Makes a case.</summary>
    /// <param name="number">Its number, which determines all of it.</param>
    public static GeneratedMixture Make(int number)
    {
        var random = new SeededRandom(number, stream: 9);
        var (clusters, features) = (2 + (int)random.NextInt64(11), 1 + (int)random.NextInt64(16));
        var rows = Math.Max(2_000, 60 * clusters * (features + 1));
        // From clusters that nearly coincide to clusters far apart; from equal weights to weights that differ by 20 times.
        var (separation, imbalance) = (1 + (5 * random.NextDouble()), 3 * random.NextDouble());
        var (hasSpike, hasOutliers) = (random.NextInt64(4) == 0, random.NextInt64(4) == 0);
        var parts = new MultivariateGaussianDistribution[clusters];
        var weights = new double[clusters];
        for (var k = 0; k < clusters; k++)
        {
            weights[k] = Math.Exp(imbalance * (random.NextDouble() - 0.5));
            var mean = new double[features];
            for (var j = 0; j < features; j++) mean[j] = separation * random.NextNormal();
            var width = k == 0 && hasSpike ? 0.01 : k == 1 && hasOutliers ? 10 * separation : 0.5 + random.NextDouble();
            if (k == 1 && hasOutliers) weights[k] *= 0.1;
            parts[k] = new(mean, Covariance(random, features, width));
        }
        var truth = new GeneralMixtureModel(parts, weights);
        var values = new double[rows, features];
        var row = new double[features];
        for (var i = 0; i < rows; i++)
        {
            truth.Sample(random, row);
            for (var j = 0; j < features; j++) values[i, j] = row[j];
        }
        return new(values, truth, separation, imbalance, hasSpike, hasOutliers);
    }

    // Random directions with random widths.
    private static double[,] Covariance(SeededRandom random, int features, double width)
    {
        var factor = new double[features, features];
        for (var i = 0; i < features; i++)
            for (var j = 0; j <= i; j++) factor[i, j] = width * (i == j ? 0.5 + random.NextDouble() : 0.3 * random.NextNormal());
        var covariance = new double[features, features];
        for (var i = 0; i < features; i++)
            for (var j = 0; j < features; j++)
                for (var m = 0; m <= Math.Min(i, j); m++) covariance[i, j] += factor[i, m] * factor[j, m];
        return covariance;
    }
}
