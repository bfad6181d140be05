namespace Pipelines.Models.Tests.Contract;

/// <summary>
/// The M step of Gaussians that share one covariance, straight from its definition: means over the rows in which a feature is observed, and the scatter of all
/// rows about the means of their own components, over the rows in which both features are observed. Frozen components take no part.
/// </summary>
internal static class NaiveTie
{
    /// <summary>The components after the step.</summary>
    /// <param name="mixture">The mixture before it.</param>
    /// <param name="rows">Shape [rows][features]; NaN = missing.</param>
    /// <param name="shares">Shape [rows][K]: responsibilities, weights included.</param>
    public static Distribution[] Step(GeneralMixtureModel mixture, double[][] rows, double[][] shares)
    {
        Distribution[] components = [.. mixture.Components.Cast<Distribution>()];
        var means = components.Select((c, k) => Means(c, rows, [.. shares.Select(s => s[k])])).ToArray();
        int[] free = [.. Enumerable.Range(0, components.Length).Where(k => !components[k].IsFrozen)];
        var (scatter, weight) = Scatter(rows, shares, means, free);
        return [.. components.Select((c, k) => c.IsFrozen ? c : Make(c, means[k], scatter, weight))];
    }

    /// <summary>Means over observed entries; those before the step where there are none.</summary>
    public static double[] Means(Distribution before, double[][] rows, double[] shares)
    {
        var means = before.AsGaussian()!.Mean.ToArray();
        for (var j = 0; j < means.Length; j++)
        {
            var (sum, weight) = (0.0, 0.0);
            for (var i = 0; i < rows.Length; i++)
            {
                if (double.IsNaN(rows[i][j])) continue;
                sum += shares[i] * rows[i][j];
                weight += shares[i];
            }
            if (weight > 0) means[j] = sum / weight;
        }
        return means;
    }

    /// <summary>The scatter of the rows about the means of some components, and the weights behind it. Shape [features, features] each.</summary>
    public static (double[,] Scatter, double[,] Weight) Scatter(double[][] rows, double[][] shares, double[][] means, int[] components)
    {
        var d = means[0].Length;
        var (scatter, weight) = (new double[d, d], new double[d, d]);
        foreach (var k in components)
        {
            for (var r = 0; r < rows.Length; r++)
            {
                for (var i = 0; i < d; i++)
                {
                    for (var j = 0; j < d; j++)
                    {
                        if (double.IsNaN(rows[r][i]) || double.IsNaN(rows[r][j])) continue;
                        scatter[i, j] += shares[r][k] * (rows[r][i] - means[k][i]) * (rows[r][j] - means[k][j]);
                        weight[i, j] += shares[r][k];
                    }
                }
            }
        }
        return (scatter, weight);
    }

    /// <summary>A distribution of the family of another one.</summary>
    public static Distribution Make(Distribution family, double[] mean, double[,] scatter, double[,] weight)
    {
        var covariance = new double[mean.Length, mean.Length];
        for (var i = 0; i < mean.Length; i++)
            for (var j = 0; j < mean.Length; j++) covariance[i, j] = scatter[i, j] / weight[i, j];
        double[] deviations = [.. mean.Select((_, j) => Math.Sqrt(covariance[j, j]))];
        return family switch
        {
            NormalDistribution => new NormalDistribution(mean[0], deviations[0]),
            MultivariateGaussianDistribution => new MultivariateGaussianDistribution(mean, covariance),
            DiagonalGaussianDistribution => new DiagonalGaussianDistribution(mean, deviations),
            SphericalGaussianDistribution => new SphericalGaussianDistribution(mean,
                Math.Sqrt(mean.Select((_, j) => scatter[j, j]).Sum() / mean.Select((_, j) => weight[j, j]).Sum())),
            IndependentComponentsDistribution => new IndependentComponentsDistribution(
                [.. mean.Select((m, j) => new NormalDistribution(m, deviations[j]))]),
            _ => throw new NotSupportedException($"{family.GetType()} has no naive tie"),
        };
    }
}
