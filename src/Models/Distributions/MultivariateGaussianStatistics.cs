using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// Sums for a full-covariance Gaussian, centred on the mean at the time of summarising (d = x - mean). With D features, T = D(D+1)/2 and
/// triangles packed by rows (entry (i, j), j at most i, at i(i+1)/2 + j):
/// complete rows: [W, S (D), SS (T)]; rows with missing entries, over the entries observed pairwise: [W (T), S (D x D), SS (T)],
/// where S(j, k) sums w d_j over the rows in which j and k are observed.
/// </summary>
/// <param name="name">The family's name.</param>
/// <param name="dimensions">D.</param>
internal sealed class MultivariateGaussianStatistics(string name, int dimensions)
    : SumStatistics(name, 1 + dimensions + (dimensions * dimensions) + (3 * (dimensions * (dimensions + 1) / 2)))
{
    public int Dimensions { get; } = dimensions;

    public int Triangle { get; } = dimensions * (dimensions + 1) / 2;

    /// <summary>Sums over complete rows: W, S, SS. Shape [1 + D + T].</summary>
    public Span<double> Complete => Sums.AsSpan(0, 1 + Dimensions + Triangle);

    public Span<double> PairWeights => Sums.AsSpan(1 + Dimensions + Triangle, Triangle);

    public Span<double> PairSums => Sums.AsSpan(1 + Dimensions + (2 * Triangle), Dimensions * Dimensions);

    public Span<double> PairProducts => Sums.AsSpan(1 + Dimensions + (2 * Triangle) + (Dimensions * Dimensions), Triangle);

    /// <summary>
    /// Moves the sums to another centre: d' = d + shift, so S' = S + W shift and SS'_ij = SS_ij + shift_j S_i + shift_i S_j + W shift_i shift_j.
    /// </summary>
    /// <param name="shift">Shape [Dimensions]: old centre minus new centre.</param>
    public void Shift(ReadOnlySpan<double> shift)
    {
        var weight = Complete[0];
        var first = Complete.Slice(1, Dimensions);
        var second = Complete[(1 + Dimensions)..];
        for (var i = 0; i < Dimensions; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var p = Packed(i, j);
                second[p] += (shift[j] * first[i]) + (shift[i] * first[j]) + (weight * shift[i] * shift[j]);
                PairProducts[p] += (shift[j] * PairSums[(i * Dimensions) + j]) + (shift[i] * PairSums[(j * Dimensions) + i])
                    + (PairWeights[p] * shift[i] * shift[j]);
            }
        }
        for (var i = 0; i < Dimensions; i++)
        {
            first[i] += weight * shift[i];
            for (var j = 0; j < Dimensions; j++) PairSums[(i * Dimensions) + j] += PairWeights[j <= i ? Packed(i, j) : Packed(j, i)] * shift[i];
        }
    }

    public static int Packed(int i, int j) => (i * (i + 1) / 2) + j;
}
