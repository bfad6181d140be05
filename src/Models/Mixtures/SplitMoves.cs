using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Moves a component to where one too many clusters share a component: one whose rows others explain as well leaves them, and takes half of the rows of
/// another (split and merge; Ueda, Nakano, Ghahramani and Hinton 2000, Neural Computation 12, 2109-2128). A move that gains likelihood after some EM updates
/// stays. Everything follows from the rows.
/// </summary>
/// <param name="sample">The rows.</param>
/// <param name="isCategorical">True for features of categories, which have no halves.</param>
/// <param name="options">Minimum variance, pseudocount and threads are used.</param>
internal sealed class SplitMoves(FeatureSample sample, Func<int, bool> isCategorical, FitOptions options)
{
    // Components that may leave, and components that may be split, at a time.
    private const int MostLeaving = 2;
    private const int MostSplit = 4;
    private const int Updates = 10;

    // Gain in nats a row that a move needs.
    private const double Least = 1e-3;

    private readonly SampleEm em = new(sample, options);

    /// <summary>Makes moves until none gains.</summary>
    /// <param name="model">The mixture.</param>
    /// <param name="mean">Mean log-likelihood of the rows under it.</param>
    /// <param name="most">Maximum number of moves to try.</param>
    public GeneralMixtureModel Improve(GeneralMixtureModel model, double mean, int most)
    {
        for (var isBetter = true; isBetter && most > 0;)
        {
            isBetter = false;
            var posterior = model.PredictProbability(sample.Matrix, options.Threads);
            foreach (var (leaving, split, feature) in Moves(model, posterior))
            {
                if (most-- <= 0 || options.IsLate) return model;
                if (Moved(model, posterior, leaving, split, feature) is not { } moved || !(moved.Mean > mean + Least) || !moved.IsSound) continue;
                (model, mean, isBetter) = (moved.Model, moved.Mean, true);
                break;
            }
        }
        return model;
    }

    private IEnumerable<(int Leaving, int Split, int Feature)> Moves(GeneralMixtureModel model, double[,] posterior)
    {
        var count = model.Components.Count;
        var halves = Enumerable.Range(0, count).Select(k => (Component: k, Best: Flattest(posterior, k))).OrderBy(h => h.Best.Kurtosis).ToArray();
        var leaving = Enumerable.Range(0, count).OrderByDescending(k => Overlap(posterior, k, count)).Take(MostLeaving).ToArray();
        foreach (var (component, best) in halves.Where(h => h.Best.Feature >= 0).Take(MostSplit))
            foreach (var k in leaving)
                if (k != component) yield return (k, component, best.Feature);
    }

    private (GeneralMixtureModel Model, double Mean, bool IsSound)? Moved(GeneralMixtureModel model, double[,] posterior, int leaving, int split, int feature)
    {
        try
        {
            return Halved(model, posterior, (split, leaving), [split], feature, sample, options) is { } start ? em.Run(start, Updates, 1e-5) : null;
        }
        catch (ModelException)
        {
            // No valid parameters.
            return null;
        }
    }

    /// <summary>Shares out rows between two components by whether a feature is above its mean there; null if one would have none.</summary>
    /// <param name="model">The mixture.</param>
    /// <param name="posterior">Shape [rows, components].</param>
    /// <param name="pair">The components that take the rows.</param>
    /// <param name="from">The components whose rows they are.</param>
    /// <param name="feature">The feature.</param>
    /// <param name="sample">The rows.</param>
    /// <param name="options">Minimum variance and pseudocount are used.</param>
    public static GeneralMixtureModel? Halved(GeneralMixtureModel model, double[,] posterior, (int Above, int Below) pair, int[] from, int feature,
        FeatureSample sample, FitOptions options)
    {
        double sum = 0, total = 0;
        for (var i = 0; i < sample.Rows; i++)
        {
            var (x, w) = (sample.Values[i, feature], sample.Weights[i] * Share(i));
            if (double.IsNaN(x)) continue;
            sum += w * x;
            total += w;
        }
        var weights = model.Weights.ToArray();
        var parts = model.Components.Cast<Distribution>().ToArray();
        var halves = new double[2];
        foreach (var (k, isAbove) in ((int, bool)[])[(pair.Above, true), (pair.Below, false)])
        {
            double Weight(int i) => sample.Values[i, feature] > sum / total == isAbove ? Share(i) : 0;
            halves[isAbove ? 1 : 0] = Enumerable.Range(0, sample.Rows).Sum(i => sample.Weights[i] * Weight(i));
            if (!(halves[isAbove ? 1 : 0] > 0)) return null;
            parts[k] = parts[k].FitTo(sample, Weight, options);
        }
        var shared = from.Sum(k => model.Weights[k]);
        (weights[pair.Below], weights[pair.Above]) = (shared * halves[0] / halves.Sum(), shared * halves[1] / halves.Sum());
        return new(parts, weights, model.HasTiedCovariances);

        double Share(int row) => from.Sum(k => posterior[row, k]);
    }

    // How much of a component's rows another one has as well.
    private double Overlap(double[,] posterior, int component, int count)
    {
        var (own, shared) = (0.0, 0.0);
        for (var i = 0; i < sample.Rows; i++)
        {
            double other = 0;
            for (var k = 0; k < count; k++)
                if (k != component) other = Math.Max(other, posterior[i, k]);
            own += sample.Weights[i] * posterior[i, component];
            shared += sample.Weights[i] * posterior[i, component] * other;
        }
        return own > 0 ? shared / own : 1;
    }

    // Two clusters apart along a feature have a kurtosis near 1; a normal distribution has 3.
    private (int Feature, double Kurtosis) Flattest(double[,] posterior, int component)
    {
        var best = (Feature: -1, Kurtosis: double.PositiveInfinity);
        for (var j = 0; j < sample.Columns; j++)
        {
            if (isCategorical(j)) continue;
            double weight = 0, mean = 0, second = 0, fourth = 0;
            for (var i = 0; i < sample.Rows; i++)
            {
                var x = sample.Values[i, j];
                if (double.IsNaN(x)) continue;
                weight += sample.Weights[i] * posterior[i, component];
                mean += sample.Weights[i] * posterior[i, component] * x;
            }
            mean /= weight;
            for (var i = 0; i < sample.Rows; i++)
            {
                var d = sample.Values[i, j] - mean;
                if (double.IsNaN(d)) continue;
                second += sample.Weights[i] * posterior[i, component] * d * d;
                fourth += sample.Weights[i] * posterior[i, component] * d * d * d * d;
            }
            var kurtosis = fourth * weight / (second * second);
            if (kurtosis < best.Kurtosis) best = (j, kurtosis);
        }
        return best;
    }
}
