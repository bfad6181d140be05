using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Looks at a fitted mixture on a sample of its rows: components that coincide, and parameters from which EM did not move although there are better ones near
/// by.
/// </summary>
internal static class MixtureExamination
{
    // Mean difference of two log-densities, in nats, below which nobody could tell the components apart.
    private const double Coinciding = 1e-2;

    // Gain per unit of weight, in nats, that is worth a warning.
    private const double Notable = 1e-3;

    // Multiply-adds that other starts may take, a fraction of a second.
    private const double Work = 1e9;
    private const int Updates = 20;
    private const double LeastGain = 1e-5;
    private const int MostSplit = 4;
    private const int Rows = 2048;

    // Beyond these, the names are left out.
    private const int MostNamed = 5;

    /// <summary>Components that have nearly the same density where their rows are.</summary>
    /// <param name="parts">The components.</param>
    /// <param name="weights">Shape [components].</param>
    /// <param name="sample">The rows.</param>
    public static IEnumerable<string> Coincidences(IReadOnlyList<Distribution> parts, IReadOnlyList<double> weights, FeatureSample sample)
    {
        var matrix = sample.Matrix;
        // Densities that differ have different means over the rows: only neighbours in their order need a closer look.
        var logs = parts.Select(p => p.LogProbability(matrix, 1)).ToArray();
        var means = logs.Select(l => l.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average()).ToArray();
        var order = Enumerable.Range(0, parts.Count).Where(k => weights[k] > 0).OrderBy(k => means[k]).ToArray();
        var pairs = new List<(int First, int Second)>();
        for (var i = 1; i < order.Length; i++)
            if (Difference(logs[order[i - 1]], logs[order[i]], sample.Weights) < Coinciding)
                pairs.Add((Math.Min(order[i - 1], order[i]), Math.Max(order[i - 1], order[i])));
        if (pairs.Count == 0) yield break;
        pairs.Sort();
        var shown = string.Join(", ", pairs.Take(MostNamed).Select(p => $"{p.First} and {p.Second}"));
        yield return $"components {shown}{(pairs.Count > MostNamed ? $" and {pairs.Count - MostNamed} more pairs" : "")} coincide: they have nearly the same "
            + $"parameters (use fewer components, or another start)";
    }

    /// <summary>A warning if starts that differ in two components lead to a notably higher likelihood on the sample than the fitted model does.</summary>
    /// <param name="model">The fitted model.</param>
    /// <param name="sample">The rows.</param>
    /// <param name="options">How it was fitted.</param>
    public static IEnumerable<string> Saddle(GeneralMixtureModel model, FeatureSample sample, FitOptions options)
    {
        sample = sample.EvenlySpaced(Rows);
        var em = new SampleEm(sample, options);
        if (em.UpdateCost(model.Components.Count) * (MostSplit + 1) * Updates > Work || model.Components.Any(c => c.IsFrozen)
            || options.Update != ParameterKinds.All)
            yield break;
        var gain = double.NegativeInfinity;
        try
        {
            var own = em.Run(model, Updates, LeastGain).Mean;
            var posterior = model.PredictProbability(sample.Matrix, 1);
            for (var j = 0; j < Math.Min(sample.Columns, MostSplit); j++)
                if (Split(model, posterior, sample, j, options) is { } other) gain = Math.Max(gain, em.Run(other, Updates, LeastGain).Mean - own);
        }
        catch (ModelException)
        {
            // A split has no valid parameters.
            yield break;
        }
        if (gain > Notable)
            yield return $"another start gains {gain.Text()} per row on a sample of {sample.Rows} rows: the fit may have stopped at a saddle or a poor local "
                + "maximum (use restarts, or another seed)";
    }

    // The rows of the heaviest and of the lightest component are shared out anew. Random disturbances leave a saddle slowly: to first order they stay as they
    // are.
    private static GeneralMixtureModel? Split(GeneralMixtureModel model, double[,] posterior, FeatureSample sample, int feature, FitOptions options)
    {
        if (((Distribution)model.Components[0]).CategoryCount(feature) is not null) return null;
        var weights = model.Weights.ToArray();
        var pair = (Array.IndexOf(weights, weights.Max()), Array.LastIndexOf(weights, weights.Min()));
        var (above, below) = (new double[sample.Rows], new double[sample.Rows]);
        double sum = 0, total = 0;
        for (var i = 0; i < sample.Rows; i++)
        {
            if (double.IsNaN(sample.Values[i, feature])) continue;
            sum += Share(i) * sample.Values[i, feature];
            total += Share(i);
        }
        for (var i = 0; i < sample.Rows; i++) (sample.Values[i, feature] > sum / total ? above : below)[i] = Share(i);
        return SplitMoves.Refitted(model, [(pair.Item1, above), (pair.Item2, below)], sample, options);

        double Share(int row) => sample.Weights[row] * (posterior[row, pair.Item1] + (pair.Item1 == pair.Item2 ? 0 : posterior[row, pair.Item2]));
    }

    private static double Difference(double[] a, double[] b, double[] weights)
    {
        double sum = 0, total = 0;
        for (var i = 0; i < a.Length; i++)
        {
            // Rows that one of them makes impossible tell them apart.
            if (double.IsInfinity(a[i]) && double.IsInfinity(b[i])) continue;
            sum += weights[i] * Math.Abs(a[i] - b[i]);
            total += weights[i];
        }
        return total > 0 ? sum / total : double.NaN;
    }
}
