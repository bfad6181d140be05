namespace Pipelines.Models.Fitting;

/// <summary>
/// Fits a model to some of the rows as if there were no others. The categories are those of all rows, so the model is told which of them its own rows have: the
/// others are unknown to it.
/// </summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
/// <param name="estimator">What is fitted.</param>
/// <param name="place">What to call the fit in messages about its rows; null = they are named elsewhere.</param>
internal sealed class TrainingEstimator<TModel>(IEstimator<TModel> estimator, string? place = null) : IEstimator<TModel>
    where TModel : Model
{
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => estimator.JobProperties;

    public bool IsEstimatedInOnePass => estimator.IsEstimatedInOnePass;

    public bool TakesCategories => estimator.TakesCategories;

    public void Check(IDataPass pass) => estimator.Check(pass);

    public FitUses Uses => estimator.Uses;

    public ParameterKinds ParameterKinds => estimator.ParameterKinds;

    public int Fits => estimator.Fits;

    public bool HasLikelihood => estimator.HasLikelihood;

    public bool IsCategorical(int feature) => estimator.IsCategorical(feature);

    public string? FixedSupport(int feature) => estimator.FixedSupport(feature);

    public async ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        FitResult<TModel> result;
        try
        {
            result = await estimator.FitAsync(pass, options, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelException e) when (place is not null && e.Kind == ErrorKind.Data)
        {
            throw e.Within(place);
        }
        var counter = CategoryCounter.Of(result.Model);
        if (counter.IsEmpty || !Applies(estimator)) return result;
        var counts = await pass.RunAsync(counter, cancellationToken).ConfigureAwait(false);
        var model = Knowing(result.Model, counter.KnownIn(result.Model.Dimensions, [counts]));
        if (ReferenceEquals(model, result.Model)) return result;
        if (options.Pseudocount == 0) return result with { Model = model };
        // The known categories have got the others' pseudocounts.
        var evaluate = options with { MaxIterations = 0, BatchesPerIteration = null, Journal = null, Progress = null };
        var evaluated = await ExpectationMaximization.FitAsync(model, pass, evaluate, cancellationToken).ConfigureAwait(false);
        return result with { Model = model, TotalLogLikelihood = evaluated.LogLikelihood };
    }

    /// <summary>False if the fit starts from a model, which knows categories of its own.</summary>
    public static bool Applies(IEstimator<TModel> estimator) => estimator is not ModelEstimator<TModel>;

    /// <summary>The model with some known categories only.</summary>
    /// <param name="model">The model.</param>
    /// <param name="known">As <see cref="CategoryCounter.KnownIn"/> gives it.</param>
    public static TModel Knowing(TModel model, bool[]?[] known) => model is ProbabilityModel own ? (TModel)(Model)own.Knowing(known) : model;
}
