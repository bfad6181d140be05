namespace Pipelines.Plotting;

/// <summary>The density of two features on an even grid of their axes, per unit of the axes.</summary>
internal sealed class ContourGrid
{
    private readonly double[] xs;
    private readonly double[] ys;
    private readonly double[,] heights;
    private readonly double cell;

    /// <summary>Computes the density.</summary>
    /// <param name="terms">Distributions of both features and their weights, of which the density is the sum.</param>
    /// <param name="x">The horizontal axis; a grid line at each edge of a bin.</param>
    /// <param name="y">The vertical axis.</param>
    public ContourGrid(IReadOnlyList<(double Weight, Distribution Term)> terms, Bins x, Bins y)
    {
        xs = [.. Enumerable.Range(0, x.Count + 1).Select(i => x.ValueAt(x.Low + (i * x.Width)))];
        ys = [.. Enumerable.Range(0, y.Count + 1).Select(i => y.ValueAt(y.Low + (i * y.Width)))];
        cell = x.Width * y.Width;
        var points = new double[xs.Length * ys.Length, 2];
        for (var i = 0; i < points.GetLength(0); i++) (points[i, 0], points[i, 1]) = (xs[i % xs.Length], ys[i / xs.Length]);
        heights = new double[ys.Length, xs.Length];
        foreach (var (weight, term) in terms)
        {
            var logs = term.LogProbability(points, maxDegreeOfParallelism: 1);
            for (var i = 0; i < logs.Length; i++)
            {
                if (double.IsFinite(logs[i]))
                    heights[i / xs.Length, i % xs.Length] += weight * Math.Exp(logs[i]) * x.SlopeAt(points[i, 0]) * y.SlopeAt(points[i, 1]);
            }
        }
    }

    /// <summary>The heights above which given shares of the probability lie.</summary>
    /// <param name="contents">The shares, ascending.</param>
    /// <returns>Shape [contents]; null where the whole grid holds less.</returns>
    public double?[] Levels(double[] contents)
    {
        double[] sorted = [.. heights.Cast<double>().OrderDescending()];
        var levels = new double?[contents.Length];
        var (sum, found) = (0.0, 0);
        foreach (var height in sorted)
        {
            sum += height * cell;
            while (found < contents.Length && sum >= contents[found] && height > 0) levels[found++] = height;
        }
        return levels;
    }

    /// <summary>True if a contour leaves the grid.</summary>
    public bool Leaves(double level)
    {
        var (rows, columns) = (heights.GetLength(0), heights.GetLength(1));
        return Enumerable.Range(0, columns).Any(c => heights[0, c] > level || heights[rows - 1, c] > level)
            || Enumerable.Range(0, rows).Any(r => heights[r, 0] > level || heights[r, columns - 1] > level);
    }

    /// <summary>The contour at a height.</summary>
    public ContourSeries At(double level, Ink ink) => new(xs, ys, heights, [level], ink);
}
