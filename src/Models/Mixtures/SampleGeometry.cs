using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>Ways to measure distances between the rows of a sample. Which of them separates the components best is unknown before they are found.</summary>
internal static class SampleGeometry
{
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
