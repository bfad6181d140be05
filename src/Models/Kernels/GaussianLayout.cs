namespace Pipelines.Models.Kernels;

/// <summary>Memory layout of the parameters and sums of a full-covariance Gaussian for the kernels.</summary>
internal static class GaussianLayout
{
    /// <summary>Doubles per running sum: the widest vector of partial sums.</summary>
    public const int SumStride = 8;

    /// <summary>
    /// Splits D features into as few blocks as possible of at most <paramref name="most"/>, in descending order of size, with sizes differing by at most 1.
    /// </summary>
    public static int[] Blocks(int dimensions, int most)
    {
        var blocks = new int[(dimensions + most - 1) / most];
        for (var b = 0; b < blocks.Length; b++) blocks[b] = (dimensions / blocks.Length) + (b < dimensions % blocks.Length ? 1 : 0);
        return blocks;
    }

    /// <summary>Doubles in the stream of a block of <paramref name="size"/> outputs that begins at output <paramref name="first"/>.</summary>
    public static int StreamLength(int first, int size) => (first * (size + 1)) + size + (size * (size + 1) / 2);

    /// <summary>
    /// Writes the numbers in the order <see cref="GaussianDensity{TOps, TVec}"/> reads them: for each block of outputs and each feature before or in it, the
    /// feature's mean and then the column of L^-1 inside the block, from the diagonal on.
    /// </summary>
    /// <param name="mean">Shape [D].</param>
    /// <param name="inverseLower">Shape [D, D]: inverse of the Cholesky factor.</param>
    /// <param name="scale">Multiplies L^-1.</param>
    /// <param name="blocks">Sizes of the blocks.</param>
    /// <param name="stream">Buffer for the sum of <see cref="StreamLength"/> over the blocks.</param>
    public static void Stream(ReadOnlySpan<double> mean, double[,] inverseLower, double scale, ReadOnlySpan<int> blocks, Span<double> stream)
    {
        var at = 0;
        var first = 0;
        foreach (var size in blocks)
        {
            for (var j = 0; j < first + size; j++)
            {
                stream[at++] = mean[j];
                for (var i = Math.Max(first, j); i < first + size; i++) stream[at++] = inverseLower[i, j] * scale;
            }
            first += size;
        }
    }
}
