using Pipelines.Models;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <content>Making a Gaussian from its precision, and checks of what one is made of.</content>
public sealed partial class MultivariateGaussianDistribution
{
    /// <summary>
    /// Creates a Gaussian from its precision P = C^-1: the covariance is P^-1 = L^-T L^-1, where P = L L^T is the Cholesky factorization. With weights, such
    /// Gaussians make the mixture that a fit starts from.
    /// </summary>
    /// <param name="mean">Shape [D], finite.</param>
    /// <param name="precision">Shape [D, D], finite, symmetric to 1e-9 relative and positive definite.</param>
    /// <exception cref="ModelException">A shape or value is wrong, or the precision is not positive definite.</exception>
    public static MultivariateGaussianDistribution FromPrecision(ReadOnlySpan<double> mean, double[,] precision)
    {
        ArgumentNullException.ThrowIfNull(precision);
        var symmetric = Checked(mean, precision, nameof(precision));
        var d = mean.Length;
        var lower = new double[d, d];
        if (Cholesky.Factor(symmetric, lower) is >= 0 and var row)
            throw new ModelException(ErrorKind.Usage, $"multivariate Gaussian, precision of feature {row}", "a matrix that is not positive definite there",
                "a positive definite matrix", "correct the matrix, or give the covariance");
        return new(mean, Cholesky.TransposedProduct(Cholesky.InvertLower(lower)));
    }

    // A symmetric copy of a covariance or precision.
    private static double[,] Checked(ReadOnlySpan<double> mean, double[,] matrix, string what)
    {
        var d = mean.Length;
        ModelException.CheckOptions("multivariate Gaussian",
            (d > 0, nameof(mean), "empty", "at least one feature"),
            (matrix.GetLength(0) == d && matrix.GetLength(1) == d, what, $"{matrix.GetLength(0)} x {matrix.GetLength(1)}", $"{d} x {d}"),
            (AllFinite(mean, matrix), "parameters", "NaN or infinite", "finite numbers"));
        var copy = new double[d, d];
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var (a, b) = (matrix[i, j], matrix[j, i]);
                if (Math.Abs(a - b) > 1e-9 * (Math.Abs(a) + Math.Abs(b)) + 1e-300)
                    throw new ModelException(ErrorKind.Usage, $"multivariate Gaussian, {what} of features {j} and {i}", $"{a.Text()} and {b.Text()}",
                        "a symmetric matrix", "give both triangles the same values");
                copy[i, j] = copy[j, i] = a;
            }
        }
        return copy;
    }

    private static bool AllFinite(ReadOnlySpan<double> mean, double[,] covariance)
    {
        foreach (var m in mean)
            if (!double.IsFinite(m)) return false;
        foreach (var c in covariance)
            if (!double.IsFinite(c)) return false;
        return true;
    }
}
