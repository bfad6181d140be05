using System.Globalization;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;

namespace Pipelines;

/// <summary>
/// A hidden Markov model before its parameters are known. Initialization clusters the rows of a sample by k-means, ignoring their order, and fits one
/// distribution to each cluster; all transitions, starts and ends are equally likely. Categories have no distances, so they start from their shares in the
/// sample, perturbed at random. If rows have labels, each state takes the name of a label and starts from the distribution of that label's rows.
/// Expectation-maximisation over all sequences follows.
/// </summary>
/// <param name="family">Family of the emission distributions; with several features, a univariate family gives independent components.</param>
/// <param name="states">Number of states, at least 1.</param>
/// <param name="initialization">How centroids are chosen; null = k-means++.</param>
/// <param name="kMeansIterations">k-means updates of the initialization, at least 0; null (default) = the start of a mixture of the emissions
/// (<see cref="MixtureEstimator"/>).</param>
/// <param name="isFinite">True: sequences finish in an end state. Default false.</param>
/// <param name="restarts">Number of seeds to fit from; the fit with the largest log-likelihood is kept. At least 1, default 1.</param>
/// <param name="fitting">How the model is fitted; null = the defaults.</param>
/// <exception cref="ModelException">Covariances are tied of a family that has none.</exception>
public sealed class HiddenMarkovEstimator(DistributionFamily family, int states, CentroidInitialization? initialization = null, int? kMeansIterations = null,
    bool isFinite = false, int restarts = 1, HiddenFitting? fitting = null)
    : IEstimator<HiddenMarkovModel>, IPriorEstimator
{
    private readonly CentroidInitialization initialization = initialization ?? CentroidInitialization.Default;
    private readonly bool tied = CovarianceTie.Check(family, fitting?.TiedCovariances == true, HiddenFitting.Tie);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
    [
        new("hidden Markov model", $"{states.ToString(CultureInfo.InvariantCulture)} x {family}, {(isFinite ? "finite" : "infinite")}"),
        new("initialization", $"{initialization.Name}, {kMeansIterations?.ToString(CultureInfo.InvariantCulture) ?? "all"} k-means updates, "
            + $"{restarts.ToString(CultureInfo.InvariantCulture)} starts"),
        new("fitting", $"{fitting ?? new()}"),
    ];

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => family.IsCategorical(feature);

    /// <inheritdoc/>
    public string? FixedSupport(int feature) => family.FixedSupport(feature);

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => fitting?.Training == HiddenTraining.Labeled && family.IsEstimatedInOnePass;

    /// <summary>Everything that its emissions use, and pseudocounts of transitions. Labels that are counted leave nothing to chance.</summary>
    public FitUses Uses => family.Uses | FitUses.Start | FitUses.Acceleration | FitUses.Pseudocount
        | (fitting?.Training == HiddenTraining.Labeled || !(initialization.IsRandom || family.IsCategoricalThroughout) ? FitUses.None : FitUses.Seed);

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => family.ParameterKinds
        | (fitting?.FreezeTransitions == true ? ParameterKinds.None : ParameterKinds.Starts | ParameterKinds.Transitions);

    private void CheckPriors(int given) => BlockChecks.CheckPriors(HiddenMarkovModel.Name, "states", states, given);

    void IPriorEstimator.CheckPriors(int given) => CheckPriors(given);

    /// <inheritdoc/>
    public async ValueTask<FitResult<HiddenMarkovModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ModelException.CheckOptions("hidden Markov model",
            (states >= 1, nameof(states), states, "at least 1"),
            (kMeansIterations is null or >= 0, nameof(kMeansIterations), kMeansIterations, "at least 0"),
            (restarts >= 1, nameof(restarts), restarts, "at least 1"),
            (restarts <= 1 || Uses.HasFlag(FitUses.Seed), nameof(restarts), restarts, "1, as the start is the same with every seed"),
            (restarts <= 1 || options.Journal is null, nameof(restarts), restarts, "1 for a fit that keeps checkpoints"));
        CheckPriors(pass.PriorComponents);
        return await ExpectationMaximization.NamingFeaturesAsync(pass, async () =>
        {
            FitResult<HiddenMarkovModel>? best = null;
            for (var r = 0; r < restarts; r++)
            {
                var own = options with { Seed = options.Seed + r };
                (var start, own) = await initialization.StartAsync(pass, own, states, Start, cancellationToken).ConfigureAwait(false);
                start = await AlignedAsync(start, pass, cancellationToken).ConfigureAwait(false);
                var labels = pass.LabelNames ?? (pass.PriorComponents > 0 ? [.. start.States.Take(states).Select(s => s.Name)] : null);
                if (labels is not null) start = await LabeledStart.RunAsync(start, pass, labels, own, cancellationToken).ConfigureAwait(false);
                var result = await ExpectationMaximization.FitAsync(start, pass, own, cancellationToken).ConfigureAwait(false);
                if (best is null || result.LogLikelihood > best.LogLikelihood) best = result;
            }
            return best!;
        }).ConfigureAwait(false);
    }

    /// <summary>The model that fitting starts from.</summary>
    /// <param name="sample">The rows used to choose it.</param>
    /// <param name="options">The seed, minimum variance and pseudocount are used.</param>
    public HiddenMarkovModel Start(FeatureSample sample, FitOptions options)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(options);
        return Of([.. new MixtureEstimator(family, states, initialization, kMeansIterations, tied).Start(sample, options).Components.Cast<Distribution>()]);
    }

    /// <summary>
    /// The start for rows whose states are known or guessed: one M step for the emissions with these responsibilities; all transitions, starts and ends are
    /// equally likely. Continue with <c>Fit</c> of the result.
    /// </summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="responsibilities">Shape [rows of all sequences, states]: from 0 to 1, and the sum of each row is 1 within 1e-6.</param>
    /// <param name="options">Minimum variance and pseudocount are used; null = the defaults.</param>
    /// <exception cref="ModelException">The responsibilities do not fit the rows, or give no valid parameters.</exception>
    public HiddenMarkovModel StartFrom(SequenceSet sequences, double[,] responsibilities, FitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(responsibilities);
        return Of(GivenResponsibilities.Fit(_ => family, states, sequences.Matrix, responsibilities, options ?? new()).Components);
    }

    // The emissions in the order of the rows' priors, if they have any.
    private async ValueTask<HiddenMarkovModel> AlignedAsync(HiddenMarkovModel start, IDataPass pass, CancellationToken cancellationToken)
    {
        if (pass.PriorComponents == 0) return start;
        var mixture = new GeneralMixtureModel([.. Enumerable.Range(0, states).Select(start.Emission)]);
        return Of([.. (await PriorAgreement.AlignAsync(mixture, pass, cancellationToken).ConfigureAwait(false)).Components.Cast<Distribution>()]);
    }

    private HiddenMarkovModel Of(Distribution[] distributions)
    {
        var equal = new double[states, states];
        var share = 1.0 / (states + (isFinite ? 1 : 0));
        for (var i = 0; i < states; i++)
            for (var j = 0; j < states; j++) equal[i, j] = share;
        return HiddenMarkovModel.FromMatrix(equal, distributions, [.. Enumerable.Repeat(1.0 / states, states)],
            isFinite ? [.. Enumerable.Repeat(share, states)] : null, fitting: fitting);
    }
}

/// <summary>Hidden Markov models before their parameters are known.</summary>
public static class HiddenMarkov
{
    /// <summary>A model with <paramref name="states"/> states whose emissions are of one family.</summary>
    /// <typeparam name="T">The family; with several features, a univariate family gives independent components.</typeparam>
    /// <param name="states">Number of states, at least 1.</param>
    /// <param name="initialization">How centroids are chosen; null = k-means++.</param>
    /// <param name="isFinite">True: sequences finish in an end state. Default false.</param>
    /// <param name="restarts">Number of seeds to fit from; the best fit is kept. At least 1, default 1.</param>
    public static HiddenMarkovEstimator Of<T>(int states, CentroidInitialization? initialization = null, bool isFinite = false, int restarts = 1)
        where T : Distribution, IDistributionFamily<T> => new(DistributionFamily.Of<T>(), states, initialization, isFinite: isFinite, restarts: restarts);
}
