using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

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
            Cancellation.Poll();
            var row = Rows.Of(InverseLower, r);
            for (var i = 0; i <= r; i++)
            {
                var p = MultivariateGaussianStatistics.Packed(i, 0);
                quadratic += row[i] * ((2 * Rows.Dot(products.Slice(p, i), row[..i])) + (row[i] * products[p + i]));
            }
        }
        return (sums.Complete[0] * LogConstant) - (quadratic / 2);
    }
}
