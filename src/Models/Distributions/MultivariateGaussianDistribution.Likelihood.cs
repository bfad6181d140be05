using Pipelines.Models.Fitting;

namespace Pipelines;

/// <content>The log-likelihood of summarised rows: log p summed over them needs only their number, and the sums of d d^T.</content>
public sealed partial class MultivariateGaussianDistribution
{
    internal override double? LogLikelihood(Statistics statistics)
    {
        var sums = (MultivariateGaussianStatistics)statistics;
        // Sums over pairs of features do not tell the log-probabilities of incomplete rows.
        if (sums.PairWeights.ContainsAnyExcept(0.0)) return null;
        var products = sums.Complete[(1 + Dimensions)..];
        double quadratic = 0;
        for (var r = 0; r < Dimensions; r++)
        {
            for (var i = 0; i <= r; i++)
            {
                for (var j = 0; j <= i; j++)
                    quadratic += (i == j ? 1 : 2) * InverseLower[r, i] * InverseLower[r, j] * products[MultivariateGaussianStatistics.Packed(i, j)];
            }
        }
        return (sums.Complete[0] * LogConstant) - (quadratic / 2);
    }
}
