using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <summary>The M step of a full-covariance Gaussian.</summary>
internal static class MultivariateGaussianEstimate
{
    /// <summary>True if rows without missing values are too few for a covariance.</summary>
    public static bool AreTooFew(int features, in MaximizeOptions options) =>
        options is { MinVariance: 0, Inertia: 0, Shrinkage.IsNone: true, Rows: > 0 } && options.Rows <= features;

    /// <summary>The refusal of too few rows.</summary>
    public static ModelException TooFew(int features, long rows) => new(ErrorKind.Data, $"covariance of a Gaussian of {features} features",
        $"{rows} {(rows == 1 ? "row" : "rows")}", $"at least {features + 1L} rows, as fewer do not vary in every direction",
        "set FitOptions.Shrinkage or FitOptions.MinVariance, fit diagonal covariances (CovarianceShape.Diagonal), or use more rows");

    /// <summary>
    /// mean_j = S_j / W_j over the rows in which j is observed; cov_jk = (SS_jk - S_j S_k / W_jk) / W_jk over those in which both are.
    /// A pair never observed together keeps its old covariance. With the means held, cov_jk = SS_jk / W_jk, the scatter about them.
    /// </summary>
    public static MultivariateGaussianDistribution From(MultivariateGaussianDistribution old, MultivariateGaussianStatistics sums, in MaximizeOptions options)
    {
        var d = old.Dimensions;
        var complete = sums.Complete;
        var pairWeights = sums.PairWeights;
        var pairSums = sums.PairSums;
        var pairProducts = sums.PairProducts;
        var total = complete[0];
        for (var j = 0; j < d; j++) total = Math.Max(total, complete[0] + pairWeights[MultivariateGaussianStatistics.Packed(j, j)]);
        if (total < Constants.LeastWeight) return old;
        var (holdsMeans, holdsCovariance) = (options.Holds(ParameterKinds.Means), options.Holds(ParameterKinds.Covariances));
        // Around their own mean, n rows spread in at most n - 1 directions. Rounding errors would fill the others, so the pivots would not reveal it.
        if (!holdsCovariance && AreTooFew(d, options) && !sums.PairWeights.ContainsAnyExcept(0.0)) throw TooFew(d, options.Rows);

        var mean = new double[d];
        var covariance = new double[d, d];
        for (var i = 0; i < d; i++)
        {
            var own = complete[0] + pairWeights[MultivariateGaussianStatistics.Packed(i, i)];
            mean[i] = own > 0 && !holdsMeans ? old.Mean[i] + ((complete[1 + i] + pairSums[(i * d) + i]) / own) : old.Mean[i];
            for (var j = 0; j <= i; j++)
            {
                var p = MultivariateGaussianStatistics.Packed(i, j);
                var weight = complete[0] + pairWeights[p];
                var si = complete[1 + i] + pairSums[(i * d) + j];
                var sj = complete[1 + j] + pairSums[(j * d) + i];
                var square = complete[1 + d + p] + pairProducts[p];
                var value = weight > 0 && !holdsCovariance ? (holdsMeans ? square : square - (si * sj / weight)) / weight : old.Covariance(i, j);
                covariance[i, j] = covariance[j, i] = value;
            }
        }
        if (!holdsCovariance) options.Shrinkage.Apply(covariance, total);
        if (!holdsCovariance) covariance = Raise(covariance, options);
        if (options.Inertia != 0)
        {
            for (var i = 0; i < d; i++)
            {
                if (!holdsMeans) mean[i] = (old.Mean[i] * options.Inertia) + (mean[i] * (1 - options.Inertia));
                for (var j = 0; j < d && !holdsCovariance; j++)
                    covariance[i, j] = (old.Covariance(i, j) * options.Inertia) + (covariance[i, j] * (1 - options.Inertia));
            }
        }
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                if (!double.IsFinite(covariance[i, j]) || !double.IsFinite(mean[i]))
                    throw new ModelException(ErrorKind.Data, $"covariance of a Gaussian, feature {i}",
                        "values or weights so large that their products overflow", "values below 1e150, weights below 1e100",
                        "rescale the feature or the weights")
                    { FeatureIndex = i };
            }
        }
        return new(mean, covariance);
    }

    private static double[,] Raise(double[,] covariance, in MaximizeOptions options)
    {
        if (options.Floors is null && !(options.MinVariance > 0)) return covariance;
        var raised = options.Floors is null ? VarianceFloor.Floor(covariance, options.MinVariance)
            : VarianceFloor.Floor(covariance, options.MinVariances(covariance.GetLength(0)));
        if (!ReferenceEquals(raised, covariance)) Note(covariance, raised, options);
        return raised;
    }

    // Names the features whose own variance rose; if none did by much, the direction lies between them.
    private static void Note(double[,] covariance, double[,] raised, in MaximizeOptions options)
    {
        if (options.Raised is not { } log) return;
        var found = false;
        for (var j = 0; j < covariance.GetLength(0); j++)
        {
            if (!(raised[j, j] > 1.001 * covariance[j, j])) continue;
            log.Add(options.FirstFeature + j, raised[j, j]);
            found = true;
        }
        if (!found) log.Add(-1, options.MinVariance);
    }
}
