using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// One covariance for several models: C = (sum over k of S_k) / (sum over k of W_k), where W_k is the total weight of model k's rows and S_k their weighted
/// scatter about the mean of model k (Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, section 4.3; the covariance type "tied" of
/// scikit-learn and hmmlearn). A frozen model keeps its own covariance, and its rows do not count for that of the others.
/// </summary>
internal static class CovarianceTie
{
    /// <summary>Throws if distributions of a family cannot share a covariance.</summary>
    /// <param name="family">The family.</param>
    /// <param name="tied">False: nothing is checked.</param>
    /// <param name="place">What ties them, for messages.</param>
    /// <returns><paramref name="tied"/>.</returns>
    /// <exception cref="ModelException">The family has no covariance.</exception>
    public static bool Check(DistributionFamily family, bool tied, string place)
    {
        ArgumentNullException.ThrowIfNull(family);
        if (tied && family.Example().WhyNotTied() is { } why) throw Refused(place, why);
        return tied;
    }

    /// <summary>Throws if models cannot share a covariance.</summary>
    /// <param name="models">At least one.</param>
    /// <param name="place">What ties them, for messages.</param>
    /// <exception cref="ModelException">They have no covariance, are of different families or shapes, or have frozen parts.</exception>
    public static void Check(IReadOnlyList<ProbabilityModel> models, string place)
    {
        foreach (var model in models)
        {
            var why = model is Distribution own ? own.WhyNotTied() : $"'{model.FormatName}', which has no covariance";
            if (why is not null) throw Refused(place, why);
        }
        var kind = models[0].CreateStatistics().Kind;
        if (models.FirstOrDefault(m => m.CreateStatistics().Kind != kind) is not { } other) return;
        throw Refused(place, other.FormatName == models[0].FormatName
            ? $"'{other.FormatName}' of different shapes"
            : $"'{models[0].FormatName}' and '{other.FormatName}'");
    }

    /// <summary>What a description of a mixture says about its tie: nothing if there is none.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="parts">What its components are called.</param>
    public static IEnumerable<string> Note(GeneralMixtureModel mixture, string parts = "components") =>
        mixture.HasTiedCovariances ? [$"the {parts} share one covariance"] : [];

    /// <summary>Number of parameters that the models have in common, and that are counted for each of them.</summary>
    public static long Excess(IReadOnlyList<ProbabilityModel> models)
    {
        ProbabilityModel[] free = [.. models.Where(m => !m.IsFrozen)];
        return free.Length == 0 ? 0 : (free.Length - 1) * ((ICovarianceFamily)free[0]).CovarianceParameters;
    }

    /// <summary>The covariance of all models, as that of a distribution; null if all are frozen.</summary>
    /// <param name="models">The models before the update.</param>
    /// <param name="sums">Shape [models]; not changed.</param>
    /// <param name="options">How parameters are estimated. With inertia, the old covariance is that of the first model.</param>
    /// <exception cref="ModelException">The statistics give no valid covariance.</exception>
    public static Distribution? Pooled(IReadOnlyList<ProbabilityModel> models, IReadOnlyList<Statistics> sums, in MaximizeOptions options)
    {
        Distribution? first = null;
        Statistics? all = null;
        try
        {
            for (var k = 0; k < models.Count; k++)
            {
                if (models[k].IsFrozen) continue;
                // The mean that the scatter is taken about: without inertia, as the covariance of a single distribution is.
                var mean = models[k].MaximizePart(sums[k], options.Only(ParameterKinds.Means) with { Inertia = 0 });
                var residuals = sums[k].Clone();
                mean.Recenter(residuals, models[k]);
                if (all is null) (first, all) = ((Distribution)models[k], residuals);
                else all.Merge(residuals);
            }
            var pooled = (Distribution?)first?.MaximizePart(all!, options.Only(ParameterKinds.Covariances));
            pooled?.EnsureEvaluable();
            return pooled;
        }
        catch (ModelException e)
        {
            throw e.Within("tied covariances");
        }
    }

    /// <summary>The error of models that cannot share a covariance.</summary>
    public static ModelException Refused(string place, string found, string expected = "distributions of one Gaussian family, such as "
        + "multivariate-gaussian or normal, that are frozen as a whole or not at all") =>
            new(ErrorKind.Usage, place, found, expected, "choose another distribution, or leave it out");
}
