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

    // Multiply-adds that the disturbed fit may take, a fraction of a second.
    private const double Work = 1e9;
    private const int Updates = 20;
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
            + $"parameters (use fewer components, another start, or several: ModelSelection's restarts)";
    }

    /// <summary>True if a disturbed start leads to a notably higher likelihood on the sample than the fitted model does.</summary>
    /// <param name="model">The fitted model.</param>
    /// <param name="sample">The rows.</param>
    /// <param name="options">How it was fitted.</param>
    public static IEnumerable<string> Saddle(GeneralMixtureModel model, FeatureSample sample, FitOptions options)
    {
        sample = StartTournament.Fewer(sample, Rows);
        var perUpdate = model.Components.Count * (double)sample.Columns * sample.Columns * (sample.Rows + (double)sample.Columns);
        if (perUpdate * 2 * Updates > Work || model.Components.Any(c => c.IsFrozen) || options.Update != ParameterKinds.All) yield break;
        double gain;
        try
        {
            var em = new SampleEm(sample, options);
            var own = em.Run(model, Updates, 1e-9);
            var other = em.Run(Disturbed(model, sample, options), Updates, 1e-9);
            gain = other.Mean - own.Mean;
        }
        catch (ModelException)
        {
            // The disturbed start has no valid parameters.
            yield break;
        }
        if (gain > Notable)
            yield return $"a slightly different start gains {gain.Text()} per row on a sample of {sample.Rows} rows: the fit may have stopped at a saddle or a "
                + "poor local maximum (use restarts (ModelSelection) or another seed)";
    }

    // Each row's responsibilities are weighted by random factors between 0.5 and 1.5.
    private static GeneralMixtureModel Disturbed(GeneralMixtureModel model, FeatureSample sample, FitOptions options)
    {
        var posterior = model.PredictProbability(sample.Matrix, 1);
        var parts = new Distribution[model.Components.Count];
        var shares = new double[parts.Length];
        for (var k = 0; k < parts.Length; k++)
        {
            var own = k;
            double Weight(int row) =>
                posterior[row, own] * (0.5 + Unit(SeededRandom.Mix((ulong)options.Seed ^ SeededRandom.Mix(((ulong)own << 32) + (ulong)row))));
            for (var i = 0; i < sample.Rows; i++) shares[k] += sample.Weights[i] * Weight(i);
            parts[k] = shares[k] > 0 ? ((Distribution)model.Components[k]).FitTo(sample, Weight, options) : (Distribution)model.Components[k];
        }
        return new(parts, shares, model.HasTiedCovariances);
    }

    private static double Unit(ulong hash) => (hash >> 11) * (1.0 / (1UL << 53));

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
