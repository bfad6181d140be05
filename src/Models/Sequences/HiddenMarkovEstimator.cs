using System.Globalization;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Sequences;

/// <summary>
/// A hidden Markov model before its parameters are known. The start: clusters of rows, whatever their order (k-means on a sample), one distribution for each;
/// equal probabilities of all transitions, starts and ends. Categories, which have no distances, start from their shares in the sample, changed at random.
/// Where rows have labels, each state takes the name of a label and begins with the distribution of its rows. Then expectation-maximisation over all sequences.
/// </summary>
/// <param name="family">What the states emit; a univariate family gives independent components where there are several features.</param>
/// <param name="states">Number of states, at least 1.</param>
/// <param name="initialization">How centroids are chosen; null = k-means++.</param>
/// <param name="kMeansIterations">k-means updates of the start, at least 0; default 1.</param>
/// <param name="isFinite">True: sequences finish in an end. Default false.</param>
/// <param name="restarts">Fits from so many seeds, of which the one of the largest log-likelihood is kept; at least 1, default 1.</param>
/// <param name="fitting">How the model is fitted; null = the defaults.</param>
public sealed class HiddenMarkovEstimator(DistributionFamily family, int states, CentroidInitialization? initialization = null, int kMeansIterations = 1,
    bool isFinite = false, int restarts = 1, HiddenFitting? fitting = null)
    : IEstimator<HiddenMarkovModel>
{
    private readonly CentroidInitialization initialization = initialization ?? CentroidInitialization.Default;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
    [
        new("hidden Markov model", $"{states.ToString(CultureInfo.InvariantCulture)} x {family}, {(isFinite ? "finite" : "infinite")}"),
        new("initialization", $"{initialization.Name}, {kMeansIterations.ToString(CultureInfo.InvariantCulture)} k-means updates, "
            + $"{restarts.ToString(CultureInfo.InvariantCulture)} starts"),
        new("fitting", $"{fitting ?? new()}"),
    ];

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => family.IsCategorical(feature);

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => fitting?.Training == HiddenTraining.Labeled && family.IsEstimatedInOnePass;

    /// <inheritdoc/>
    public async ValueTask<FitResult<HiddenMarkovModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ModelException.CheckOptions("hidden Markov model",
            (states >= 1, nameof(states), states, "at least 1"),
            (kMeansIterations >= 0, nameof(kMeansIterations), kMeansIterations, "at least 0"),
            (restarts >= 1, nameof(restarts), restarts, "at least 1"),
            (restarts <= 1 || options.Journal is null, nameof(restarts), restarts, "1 for a fit that keeps checkpoints"));
        try
        {
            FitResult<HiddenMarkovModel>? best = null;
            for (var r = 0; r < restarts; r++)
            {
                var own = options with { Seed = options.Seed + r };
                var survey = await DataSurvey.RunAsync(pass, Math.Max(options.InitializationRows, states), initialization.TakesFirstRows ? null : own.Seed,
                    cancellationToken).ConfigureAwait(false);
                HiddenMarkovModel start;
                using (Cancellation.Enter(cancellationToken)) start = Start(survey.Sample(), own);
                if (pass.LabelNames is { } labels) start = await LabeledStart.RunAsync(start, pass, labels, own, cancellationToken).ConfigureAwait(false);
                var result = await ExpectationMaximization.FitAsync(start, pass, own, cancellationToken).ConfigureAwait(false);
                if (best is null || result.LogLikelihood > best.LogLikelihood) best = result;
            }
            return best!;
        }
        catch (ModelException e) when (pass.Features is not null && e.FeatureIndex is not null && !e.Place.Contains("feature '", StringComparison.Ordinal))
        {
            throw e.Named(pass.Features);
        }
    }

    /// <summary>The model that fitting begins with.</summary>
    /// <param name="sample">The rows to choose it on.</param>
    /// <param name="options">Seed, least variance and pseudocount are used.</param>
    public HiddenMarkovModel Start(FeatureSample sample, FitOptions options)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(options);
        var distributions = new MixtureEstimator(family, states, initialization, kMeansIterations).Start(sample, options).Components;
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
    /// <summary>A model of <paramref name="states"/> states that emit one family.</summary>
    /// <typeparam name="T">The family; a univariate one gives independent components where there are several features.</typeparam>
    /// <param name="states">Number of states, at least 1.</param>
    /// <param name="initialization">How centroids are chosen; null = k-means++.</param>
    /// <param name="isFinite">True: sequences finish in an end. Default false.</param>
    /// <param name="restarts">Fits from so many seeds, of which the best is kept; at least 1, default 1.</param>
    public static HiddenMarkovEstimator Of<T>(int states, CentroidInitialization? initialization = null, bool isFinite = false, int restarts = 1)
        where T : Distribution, IDistributionFamily<T> => new(DistributionFamily.Of<T>(), states, initialization, isFinite: isFinite, restarts: restarts);
}
