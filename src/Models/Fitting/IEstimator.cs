using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>A model with unknown parameters: chooses a start from the data and fits it.</summary>
/// <typeparam name="TModel">The resulting model.</typeparam>
public interface IEstimator<TModel>
    where TModel : Model
{
    /// <summary>Chooses a start and fits.</summary>
    /// <param name="pass">A pass over the data; run as often as needed.</param>
    /// <param name="options">When to stop, and how.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default);

    /// <summary>Refuses what is known to be impossible before the first row is read, as <see cref="FitAsync"/> does. By default nothing is.</summary>
    /// <param name="pass">The data, of which nothing is read.</param>
    /// <exception cref="ModelException">The features or the memory do not suffice.</exception>
    void Check(IDataPass pass)
    {
    }

    /// <summary>
    /// Resumes an interrupted fit from the state that <see cref="FitOptions.Journal"/> holds. By default runs the EM loop; an estimator with its own
    /// stop rule overrides this.
    /// </summary>
    /// <param name="model">The model in the last saved state.</param>
    /// <param name="pass">A pass over the same data.</param>
    /// <param name="options">When to stop, and how; includes the journal.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    ValueTask<FitResult<TModel>> ResumeAsync(TModel model, IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) =>
        ExpectationMaximization.FitAsync(model, pass, options, cancellationToken);

    /// <summary>
    /// Everything that distinguishes this estimator from others, as names and values: an interrupted fit is resumed only with identical ones.
    /// By default the type's name; override this in an estimator of yours that has parameters.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("estimator", GetType().FullName ?? GetType().Name)];

    /// <summary>True if a feature holds categories: a pass then provides their codes (<see cref="CategoryMap"/>). False by default.</summary>
    /// <param name="feature">Index of the feature.</param>
    bool IsCategorical(int feature) => false;

    /// <summary>
    /// The family of a feature if its support is fixed (<see cref="Distribution.FixedSupport"/>): a fit that scales the feature or takes its logarithm is
    /// refused before the data are read. Null by default.
    /// </summary>
    /// <param name="feature">Index of the feature.</param>
    string? FixedSupport(int feature) => null;

    /// <summary>
    /// True: where no features are named, they are all columns of text, booleans and integers. False (default): all numeric columns.
    /// </summary>
    bool TakesCategories => false;

    /// <summary>
    /// True if one pass over the rows determines the parameters, so that a fit makes one update (<see cref="Model.IsEstimatedInOnePass"/>). False by default.
    /// </summary>
    bool IsEstimatedInOnePass => false;

    /// <summary>The options that have an effect on this fit. By default all; the others are refused before the data are read.</summary>
    FitUses Uses => FitUses.All;

    /// <summary>The kinds of parameters of the fitted model (<see cref="Model.ParameterKinds"/>). By default all; an update of others is refused.</summary>
    ParameterKinds ParameterKinds => ParameterKinds.All;

    /// <summary>Number of models fitted at the same time; 1 (default) unless the estimator chooses among several.</summary>
    int Fits => 1;

    /// <summary>True (default) if the objective is a log-likelihood, so that AIC and BIC are defined.</summary>
    bool HasLikelihood => true;
}

/// <summary>In-memory fitting.</summary>
public static class InMemoryFitting
{
    /// <summary>Fits an estimator to rows in memory.</summary>
    /// <param name="estimator">What to fit.</param>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts implicitly.</param>
    /// <param name="options">Null = the defaults.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this IEstimator<TModel> estimator, FeatureMatrix data, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        options.Validate(estimator.Uses, estimator.ParameterKinds);
        return Wait(InputTransforms.FitAsync(estimator, new InMemoryPass(data, options.BatchRows, options.Threads), options,
            (pass, how) => estimator.FitAsync(pass, how, cancellationToken), cancellationToken));
    }

    /// <summary>Fits a model to rows in memory, starting from its own parameters.</summary>
    /// <param name="model">The starting model.</param>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts implicitly.</param>
    /// <param name="options">Null = the defaults.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this TModel model, FeatureMatrix data, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : Model => new ModelEstimator<TModel>(model).Fit(data, options, cancellationToken);

    // In-memory passes complete synchronously; the wait is for user estimators that do not.
    private static FitResult<TModel> Wait<TModel>(ValueTask<FitResult<TModel>> fit)
        where TModel : Model => fit.IsCompleted ? fit.GetAwaiter().GetResult() : fit.AsTask().GetAwaiter().GetResult();
}

/// <summary>Starts from a model's own parameters: refines a fitted model, or starts from known values.</summary>
/// <typeparam name="TModel">The model.</typeparam>
/// <param name="start">The starting model.</param>
public sealed class ModelEstimator<TModel>(TModel start) : IEstimator<TModel>
    where TModel : Model
{
    /// <summary>The starting model.</summary>
    public TModel Start => start;

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => start.IsEstimatedInOnePass;

    /// <inheritdoc/>
    public FitUses Uses => (start.Uses & ~(FitUses.Seed | FitUses.Acceleration)) | FitUses.Start
        | (start.IsEstimatedInOnePass || !HasLikelihood ? FitUses.None : FitUses.Acceleration);

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => start.ParameterKinds;

    /// <inheritdoc/>
    public bool HasLikelihood => start.ObjectiveName == Model.LogLikelihoodName;

    /// <inheritdoc/>
    public string? FixedSupport(int feature) => start.RowDistribution()?.FixedSupport(feature);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
        [new("start", ModelFormat.Fingerprint(start))];

    /// <inheritdoc/>
    public ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default) =>
        ExpectationMaximization.FitAsync(start, pass, options, cancellationToken);
}
