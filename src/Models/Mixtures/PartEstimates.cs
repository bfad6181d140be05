using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>The M step of the parts of a model: the components of a mixture, the classes of a classifier, the emissions of a hidden Markov model.</summary>
internal static class PartEstimates
{
    /// <summary>The parts whose parameters fit the statistics best.</summary>
    /// <param name="models">The parts.</param>
    /// <param name="sums">Shape [models]: their statistics.</param>
    /// <param name="options">How parameters are estimated.</param>
    /// <param name="tied">True: the parts share one covariance.</param>
    /// <param name="name">Name of a part, for messages.</param>
    /// <exception cref="ModelException">The statistics give no valid parameters.</exception>
    public static ProbabilityModel[] Of(IReadOnlyList<ProbabilityModel> models, IReadOnlyList<Statistics> sums, in MaximizeOptions options, bool tied,
        Func<int, string> name)
    {
        var shared = tied && !options.Holds(ParameterKinds.Covariances) ? CovarianceTie.Pooled(models, sums, options) : null;
        var own = shared is null ? options : options with { Held = options.Held | ParameterKinds.Covariances };
        var fitted = new ProbabilityModel[models.Count];
        for (var k = 0; k < fitted.Length; k++)
        {
            try
            {
                own.Raised?.Begin(name(k), k);
                fitted[k] = models[k].MaximizePart(sums[k], own);
                if (shared is not null && !models[k].IsFrozen) fitted[k] = ((ICovarianceFamily)fitted[k]).WithCovarianceOf(shared);
                fitted[k].EnsureEvaluable();
            }
            catch (ModelException e)
            {
                throw e.Within(name(k));
            }
        }
        return fitted;
    }

    /// <summary>The parts' new weights, not scaled to sum 1: their shares of the total responsibility.</summary>
    /// <param name="old">Shape [models]: the weights before the update, sum 1.</param>
    /// <param name="responsibilities">Shape [models].</param>
    /// <param name="pseudocount">Added to each of them.</param>
    /// <param name="options">How weights are estimated.</param>
    public static double[] Weights(ReadOnlySpan<double> old, ReadOnlySpan<double> responsibilities, double pseudocount, in MaximizeOptions options)
    {
        if (options.Holds(ParameterKinds.Weights)) return old.ToArray();
        var shares = new double[old.Length];
        for (var k = 0; k < shares.Length; k++) shares[k] = responsibilities[k] + pseudocount;
        if (options.WeightInertia == 0) return shares;
        var total = shares.Sum();
        for (var k = 0; k < shares.Length; k++) shares[k] = (old[k] * options.WeightInertia) + (shares[k] / total * (1 - options.WeightInertia));
        return shares;
    }
}
