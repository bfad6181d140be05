using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Moves a component to where one too many clusters share a component: two components become one, and the rows of a third, or of the two, are cut into two
/// (split and merge; Ueda, Nakano, Ghahramani and Hinton 2000, Neural Computation 12, 2109-2128). Of the components as normal distributions follows what a
/// move costs and gains; the most promising are tried, and one that gains likelihood after some EM updates stays. Everything follows from the rows.
/// </summary>
/// <param name="sample">The rows that moves are chosen and started from.</param>
/// <param name="em">EM over them, or over more rows.</param>
/// <param name="isCategorical">True for features of categories, which have no halves.</param>
/// <param name="options">Minimum variance, pseudocount and threads are used.</param>
internal sealed class SplitMoves(FeatureSample sample, SampleEm em, Func<int, bool> isCategorical, FitOptions options)
{
    // Pairs that may merge, cuts that are considered, and moves that are tried at a time.
    private const int MostPairs = 4;
    private const int MostCuts = 6;
    private const int MostTried = 6;

    // A cut through the mean of a normal distribution seems to cost this per unit of weight, ln 2 + ln(1 - 2 / pi) / 2, until EM softens it.
    private const double Cut = 0.187;

    // Gain in nats a row that is worth a try: EM adds to it.
    private const double Promising = -0.05;
    private const int Updates = 10;

    // Gain in nats a row that a move needs.
    private const double Least = 1e-3;

    /// <summary>Makes moves until none gains.</summary>
    /// <param name="model">The mixture.</param>
    /// <param name="mean">Mean log-likelihood of the rows of EM under it.</param>
    /// <param name="most">Maximum number of moves to try.</param>
    public GeneralMixtureModel Improve(GeneralMixtureModel model, double mean, int most)
    {
        int[] numbers = [.. Enumerable.Range(0, sample.Columns).Where(j => !isCategorical(j))];
        if (numbers.Length == 0) return model;
        var total = sample.Weights.Sum();
        var values = SampleGeometry.Standardized(sample, numbers);
        for (var isBetter = true; isBetter && most > 0;)
        {
            isBetter = false;
            var posterior = model.PredictProbability(sample.Matrix, options.Threads);
            foreach (var move in Moves(values, posterior).Where(m => m.Gain > Promising * total).OrderByDescending(m => m.Gain).Take(MostTried))
            {
                if (most-- <= 0 || options.IsLate) return model;
                if (Moved(model, move.Changed) is not { } moved || !(moved.Mean > mean + Least) || !moved.IsSound) continue;
                (model, mean, isBetter) = (moved.Model, moved.Mean, true);
                break;
            }
        }
        return model;
    }

    private IEnumerable<(double Gain, (int Component, double[] Shares)[] Changed)> Moves(double[,] values, double[,] posterior)
    {
        var count = posterior.GetLength(1);
        RowGroup[] groups = [.. Enumerable.Range(0, count).Select(k => RowGroup.Of(values, Shares(posterior, k)))];
        var pairs = (from a in Enumerable.Range(0, count)
                     from b in Enumerable.Range(a + 1, count - a - 1)
                     let both = groups[a].With(groups[b])
                     let loss = groups[a].Loss(groups[b], both)
                     where double.IsFinite(loss)
                     orderby loss
                     select (A: a, B: b, Both: both, Loss: loss)).Take(MostPairs).ToArray();
        var cuts = groups.SelectMany((g, k) => g.Cuts().Select(c => (Component: k, Cut: c))).OrderByDescending(c => c.Cut.Gain).Take(MostCuts).ToArray();
        foreach (var (a, b, both, loss) in pairs)
        {
            foreach (var (k, (above, below, gain)) in cuts)
                if (k != a && k != b) yield return (gain + (Cut * groups[k].Weight) - loss, [(a, both.Shares), (k, above.Shares), (b, below.Shares)]);
            foreach (var (above, below, gain) in both.Cuts()) yield return (gain - loss, [(a, above.Shares), (b, below.Shares)]);
        }
    }

    private double[] Shares(double[,] posterior, int component)
    {
        var shares = new double[sample.Rows];
        for (var i = 0; i < shares.Length; i++) shares[i] = sample.Weights[i] * posterior[i, component];
        return shares;
    }

    private (GeneralMixtureModel Model, double Mean, bool IsSound)? Moved(GeneralMixtureModel model, (int Component, double[] Shares)[] changed)
    {
        try
        {
            return Refitted(model, changed, sample, options) is { } start ? em.Run(start, Updates, 1e-5) : null;
        }
        catch (ModelException)
        {
            // No valid parameters.
            return null;
        }
    }

    /// <summary>Fits some of the components to other rows; null if one would have none.</summary>
    /// <param name="model">The mixture.</param>
    /// <param name="changed">The components, and the weight of each row in them, shape [rows].</param>
    /// <param name="sample">The rows.</param>
    /// <param name="options">Minimum variance and pseudocount are used.</param>
    public static GeneralMixtureModel? Refitted(GeneralMixtureModel model, (int Component, double[] Shares)[] changed, FeatureSample sample,
        FitOptions options)
    {
        var unit = sample with { Weights = [.. Enumerable.Repeat(1.0, sample.Rows)] };
        var weights = model.Weights.ToArray();
        var parts = model.Components.Cast<Distribution>().ToArray();
        var (total, of) = (changed.Sum(c => c.Shares.Sum()), changed.Sum(c => model.Weights[c.Component]));
        foreach (var (k, shares) in changed)
        {
            weights[k] = of * shares.Sum() / total;
            if (!(weights[k] > 0)) return null;
            parts[k] = parts[k].FitTo(unit, i => shares[i], options);
        }
        return new(parts, weights, model.HasTiedCovariances);
    }
}
