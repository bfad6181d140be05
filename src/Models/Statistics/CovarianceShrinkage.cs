using System.Globalization;
using Pipelines.Models;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <summary>
/// Shrinks a full covariance towards its diagonal, so that few rows give a covariance that can be inverted: C' = (1 - a) C + a diag(C). Variances stay, and
/// correlations are multiplied by 1 - a; the units of the features do not matter. The share a is fixed, or estimated for each covariance.
/// </summary>
/// <remarks>
/// The estimate is the oracle approximating shrinkage of the correlations R (Chen, Wiesel, Eldar and Hero 2010, Shrinkage Algorithms for MMSE Covariance
/// Estimation, equation 23): a = min(1, ((1 - 2/D) t + D^2) / ((n + 1 - 2/D) (t - D))), where t is the sum of the squared entries of R, D the number of
/// features, and n the total weight of the rows; in a mixture, that of their responsibilities for the component.
/// </remarks>
public readonly record struct CovarianceShrinkage
{
    /// <summary>No shrinkage, the default.</summary>
    public static CovarianceShrinkage None => default;

    /// <summary>The share is estimated.</summary>
    public static CovarianceShrinkage Automatic => new() { IsAutomatic = true };

    /// <summary>True: the share is estimated.</summary>
    public bool IsAutomatic { get; private init; }

    /// <summary>The share of the diagonal, 0 (default: no shrinkage) … 1 (the diagonal alone); 0 where it is estimated.</summary>
    public double Share { get; private init; }

    /// <summary>True: covariances are not shrunk.</summary>
    public bool IsNone => !IsAutomatic && Share == 0;

    /// <summary>A fixed share.</summary>
    /// <param name="share">0 (no shrinkage) … 1 (the diagonal alone).</param>
    public static CovarianceShrinkage Of(double share) => new() { Share = share };

    /// <summary>A fixed share.</summary>
    /// <param name="share">0 (no shrinkage) … 1 (the diagonal alone).</param>
    public static implicit operator CovarianceShrinkage(double share) => Of(share);

    /// <summary><c>auto</c>, or the share.</summary>
    public override string ToString() => IsAutomatic ? "auto" : Share.ToString(CultureInfo.InvariantCulture);

    internal bool IsValid => Share is >= 0 and <= 1;

    /// <summary>Shrinks a covariance in place.</summary>
    /// <param name="covariance">Shape [D, D], symmetric.</param>
    /// <param name="weight">Total weight of its rows.</param>
    internal void Apply(double[,] covariance, double weight)
    {
        var share = IsAutomatic ? Estimate(covariance, weight) : Share;
        if (share == 0) return;
        for (var i = 0; i < covariance.GetLength(0); i++)
        {
            var row = Rows.Of(covariance, i);
            var variance = row[i];
            foreach (ref var value in row) value *= 1 - share;
            row[i] = variance;
        }
    }

    // A feature that does not vary has no correlations.
    private static double Estimate(double[,] covariance, double weight)
    {
        var d = covariance.GetLength(0);
        double squares = 0;
        for (var i = 0; i < d; i++)
            for (var j = 0; j < i; j++)
                if (covariance[i, j] is not 0 and var value) squares += 2 * (value / covariance[i, i]) * (value / covariance[j, j]);
        // Without correlations there is nothing to shrink.
        if (!(squares > 0)) return 0;
        return Math.Min(1, (((1 - (2.0 / d)) * (squares + d)) + ((double)d * d)) / ((weight + 1 - (2.0 / d)) * squares));
    }
}
