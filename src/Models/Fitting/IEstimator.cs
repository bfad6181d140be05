using System.Security.Cryptography;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>A model before its parameters are known: chooses a start on the data and fits it.</summary>
/// <typeparam name="TModel">The model that comes of it.</typeparam>
public interface IEstimator<TModel>
    where TModel : Model
{
    /// <summary>Chooses a start and fits.</summary>
    /// <param name="pass">One pass over the data; run as often as it takes.</param>
    /// <param name="options">When to stop, and how.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default);

    /// <summary>
    /// Goes on with a fit that was interrupted, from what <see cref="FitOptions.Journal"/> holds. By default the EM loop; an estimator that stops by a rule of
    /// its own says so here too.
    /// </summary>
    /// <param name="model">The model of the last state that was kept.</param>
    /// <param name="pass">One pass over the same data.</param>
    /// <param name="options">When to stop, and how; with the journal.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    ValueTask<FitResult<TModel>> ResumeAsync(TModel model, IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) =>
        ExpectationMaximization.FitAsync(model, pass, options, cancellationToken);

    /// <summary>
    /// Everything that tells this estimator from another, as names and values: a fit that was interrupted goes on only with one of the same facts.
    /// By default the type's name; an estimator of yours with parameters adds them.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("estimator", GetType().FullName ?? GetType().Name)];

    /// <summary>True if a feature holds categories: a pass gives their codes (<see cref="CategoryMap"/>). False by default.</summary>
    /// <param name="feature">Index of the feature.</param>
    bool IsCategorical(int feature) => false;

    /// <summary>
    /// True if one pass over the rows gives the parameters, so that a fit makes one update (<see cref="Model.IsEstimatedInOnePass"/>). False by default.
    /// </summary>
    bool IsEstimatedInOnePass => false;

    /// <summary>Models that are fitted at the same time; 1 (default) unless the estimator chooses among several.</summary>
    int Fits => 1;

    /// <summary>True (default) if what fitting increases is a log-likelihood, so that AIC and BIC can be told.</summary>
    bool HasLikelihood => true;
}

/// <summary>In-memory fitting.</summary>
public static class InMemoryFitting
{
    /// <summary>Fits an estimator to rows in memory.</summary>
    /// <param name="estimator">What to fit.</param>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts by itself.</param>
    /// <param name="options">Null = the defaults.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this IEstimator<TModel> estimator, FeatureMatrix data, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        options.Validate();
        return Wait(estimator.FitAsync(new InMemoryPass(data, options.BatchRows, options.Threads), options, cancellationToken));
    }

    /// <summary>Fits a model to rows in memory, beginning with its own parameters.</summary>
    /// <param name="model">Where to begin.</param>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts by itself.</param>
    /// <param name="options">Null = the defaults.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this TModel model, FeatureMatrix data, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : Model => new ModelEstimator<TModel>(model).Fit(data, options, cancellationToken);

    // In-memory passes complete synchronously; the wait is for estimators of users that do not.
    private static FitResult<TModel> Wait<TModel>(ValueTask<FitResult<TModel>> fit)
        where TModel : Model => fit.IsCompleted ? fit.GetAwaiter().GetResult() : fit.AsTask().GetAwaiter().GetResult();
}

/// <summary>Begins with a model's own parameters: refines a fitted model, or starts from known values.</summary>
/// <typeparam name="TModel">The model.</typeparam>
/// <param name="start">Where to begin.</param>
public sealed class ModelEstimator<TModel>(TModel start) : IEstimator<TModel>
    where TModel : Model
{
    /// <summary>Where it begins.</summary>
    public TModel Start => start;

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => start.IsEstimatedInOnePass;

    /// <inheritdoc/>
    public bool HasLikelihood => start.ObjectiveName == Model.LogLikelihoodName;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
        [new("start", Convert.ToHexStringLower(SHA256.HashData(new SavedModel(start).ToJson())))];

    /// <inheritdoc/>
    public ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) =>
        ExpectationMaximization.FitAsync(start, pass, options, cancellationToken);
}
