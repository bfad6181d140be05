using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>Ways to measure distances between the rows of a sample. Which of them separates the components best is unknown before they are found.</summary>
internal static class SampleGeometry
{
    // Mean squared distance from the medians, in units of the quartiles, that a row far out exceeds that of half of the rows by.
    private const double FarOut = 16;

    // Share of the rows that may be far out.
    private const double MostFarOut = 0.25;

    /// <summary>
    /// The features as they are; in units of their standard deviations; by rank, as normal scores, which neither outliers nor spikes distort.
    /// </summary>
    /// <param name="sample">The rows.</param>
    /// <param name="columns">The features that have distances; the others become 0.</param>
    public static IEnumerable<FeatureSample> All(FeatureSample sample, int[] columns)
    {
        yield return With(sample, columns, static column => column);
        yield return With(sample, columns, Standard);
        yield return With(sample, columns, Scores);
    }

    /// <summary>
    /// Which rows are far out, and the others in units of the features' quartiles: k-means would spend most centroids on a wide component of few rows. Null if
    /// too few rows are far out for a component, or if too many are.
    /// </summary>
    /// <param name="sample">The rows.</param>
    /// <param name="columns">The features that have distances; the others become 0.</param>
    public static (FeatureSample Others, bool[] IsFarOut)? WithoutFarOut(FeatureSample sample, int[] columns)
    {
        var scaled = With(sample, columns, Robust);
        var distances = new double[sample.Rows];
        for (var i = 0; i < distances.Length; i++)
        {
            var (sum, known) = (0.0, 0);
            foreach (var j in columns)
            {
                if (double.IsNaN(scaled.Values[i, j])) continue;
                sum += scaled.Values[i, j] * scaled.Values[i, j];
                known++;
            }
            distances[i] = known == 0 ? 0 : sum / known;
        }
        var most = FarOut * Quantile([.. distances.Order()], 0.5);
        var isFarOut = Array.ConvertAll(distances, d => d > most);
        var count = isFarOut.Count(far => far);
        if (count <= columns.Length + 1 || count > MostFarOut * sample.Rows) return null;
        int[] rows = [.. Enumerable.Range(0, sample.Rows).Where(i => !isFarOut[i])];
        var values = new double[rows.Length, sample.Columns];
        for (var i = 0; i < rows.Length; i++)
            foreach (var j in columns) values[i, j] = scaled.Values[rows[i], j];
        return (sample with { Values = values, Weights = [.. rows.Select(i => sample.Weights[i])] }, isFarOut);
    }

    /// <summary>Some features in units of their standard deviations.</summary>
    /// <param name="sample">The rows.</param>
    /// <param name="columns">The features.</param>
    /// <returns>Shape [rows, columns].</returns>
    public static double[,] Standardized(FeatureSample sample, int[] columns)
    {
        var values = new double[sample.Rows, columns.Length];
        var column = new double[sample.Rows];
        foreach (var (to, j) in columns.Index())
        {
            for (var i = 0; i < column.Length; i++) column[i] = sample.Values[i, j];
            var changed = Standard(column);
            for (var i = 0; i < column.Length; i++) values[i, to] = changed[i];
        }
        return values;
    }

    private static FeatureSample With(FeatureSample sample, int[] columns, Func<double[], double[]> of)
    {
        var values = new double[sample.Rows, sample.Columns];
        var column = new double[sample.Rows];
        foreach (var j in columns)
        {
            for (var i = 0; i < column.Length; i++) column[i] = sample.Values[i, j];
            var changed = of(column);
            for (var i = 0; i < column.Length; i++) values[i, j] = changed[i];
        }
        return sample with { Values = values };
    }

    private static double[] Standard(double[] column)
    {
        var known = Array.FindAll(column, x => !double.IsNaN(x));
        var mean = known.Length == 0 ? 0 : known.Average();
        var deviation = known.Length == 0 ? 0 : Math.Sqrt(known.Sum(x => (x - mean) * (x - mean)) / known.Length);
        return Array.ConvertAll(column, x => deviation > 0 && double.IsFinite(deviation) ? (x - mean) / deviation : double.IsNaN(x) ? x : 0);
    }

    private static double[] Robust(double[] column)
    {
        double[] known = [.. column.Where(x => !double.IsNaN(x)).Order()];
        if (known.Length == 0) return column;
        var (middle, width) = (Quantile(known, 0.5), Quantile(known, 0.75) - Quantile(known, 0.25));
        return width > 0 && double.IsFinite(width) ? Array.ConvertAll(column, x => (x - middle) / width) : Standard(column);
    }

    private static double Quantile(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    // Equal values share the mean of their ranks. The logistic distribution's quantiles are close to the normal one's, and need no table.
    private static double[] Scores(double[] column)
    {
        var order = Enumerable.Range(0, column.Length).Where(i => !double.IsNaN(column[i])).ToArray();
        Array.Sort(Array.ConvertAll(order, i => column[i]), order);
        var scores = new double[column.Length];
        Array.Fill(scores, double.NaN);
        for (var first = 0; first < order.Length;)
        {
            var end = first;
            while (end < order.Length && column[order[end]] == column[order[first]]) end++;
            var share = (first + end) / (2.0 * order.Length);
            for (var i = first; i < end; i++) scores[order[i]] = Math.Log(share / (1 - share)) / 1.702;
            first = end;
        }
        return scores;
    }
}
