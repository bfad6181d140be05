using static System.FormattableString;

namespace Pipelines.Models.Fitting;

/// <summary>A fit with some rows held out, to evaluate models on rows that they have not seen.</summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
internal sealed record Validation<TModel>
    where TModel : Model
{
    private readonly IEstimator<TModel> estimator;
    private readonly FoldOptions? folds;
    private readonly TestOptions? test;

    private Validation(IEstimator<TModel> estimator, FoldOptions? folds, TestOptions? test) =>
        (this.estimator, this.folds, this.test) = (estimator, folds, test);

    /// <summary>The column of keys; null = none.</summary>
    public string? Key => folds?.Key ?? test?.Key;

    /// <summary>Checks all options together.</summary>
    /// <param name="estimator">What to fit.</param>
    /// <param name="fit">How to fit.</param>
    /// <param name="folds">How to cross-validate; null = not at all.</param>
    /// <param name="test">What to hold out of the fit; null = nothing.</param>
    /// <exception cref="ModelException">An option is out of range or has no effect, or the model cannot be evaluated.</exception>
    public static Validation<TModel> Of(IEstimator<TModel> estimator, FitOptions fit, FoldOptions? folds, TestOptions? test)
    {
        folds?.Validate();
        test?.Validate();
        ModelException.CheckOptions("validation", (folds is null || test is null || folds.Key == test.Key, "keys",
            $"'{folds?.Key}' of the folds and '{test?.Key}' of the test", "one column for both"));
        if (!typeof(TModel).IsAssignableTo(typeof(ProbabilityModel)) || !estimator.HasLikelihood) throw ModelEvaluators.NoLikelihood(typeof(TModel).Name);
        if (folds is { Stratify: true } && !typeof(TModel).IsAssignableTo(typeof(Classifier)))
            throw new ModelException(ErrorKind.Usage, $"{nameof(FoldOptions)}.{nameof(FoldOptions.Stratify)}", "a model without classes", "a classifier",
                "leave it out");
        fit.Validate(estimator.Uses, estimator.ParameterKinds);
        return new(estimator, folds, test);
    }

    /// <summary>What fits the model: knowing of nothing but the rows that are not held out.</summary>
    public IEstimator<TModel> Estimator => test is null
        ? estimator
        : new TrainingEstimator<TModel>(estimator, Invariant($"fit without the rows held out (TestOptions.Share {test.Share})"));

    /// <summary>Throws if there are more folds than items.</summary>
    /// <param name="items">Number of items, at most.</param>
    /// <exception cref="ModelException">A fold would have no item.</exception>
    public void CheckItems(long items)
    {
        if (folds is not null && folds.Folds > items)
            throw new ModelException(ErrorKind.Data, $"{nameof(FoldOptions)}.{nameof(FoldOptions.Folds)}",
                $"{folds.Folds} folds of {items} row{(items == 1 ? "" : "s")}", "at least one row in each fold", "take fewer folds");
    }

    /// <summary>The pass that the fit may see.</summary>
    public IDataPass Training(IDataPass pass, FitOptions options) =>
        test is null ? pass : new FoldPass(pass, new ShareRule(test.Share, options.Seed).AllBut(1));

    /// <summary>Fits the model to the rows that are not held out.</summary>
    public ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken) =>
        InputTransforms.FitAsync(Estimator, Training(pass, options), options, (rows, how) => Estimator.FitAsync(rows, how, cancellationToken),
            cancellationToken);

    /// <summary>Evaluates the fitted model on the rows held out, and cross-validates.</summary>
    /// <param name="result">The fit.</param>
    /// <param name="pass">A pass over all rows.</param>
    /// <param name="options">How it was fitted.</param>
    /// <param name="keptBytes">Bytes for posteriors that are kept to compute areas under ROC curves exactly.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The evaluations, and what the user should know of the rows held out.</returns>
    public async ValueTask<(CrossValidation<TModel>? Folds, ModelEvaluation? Test, string? Warning)> RunAsync(FitResult<TModel> result, IDataPass pass,
        FitOptions options, long keptBytes, CancellationToken cancellationToken)
    {
        ModelEvaluation? tested = null;
        if (test is not null)
        {
            var all = FeatureTransforms.Of(pass.Features).Then(result.Transforms);
            var evaluator = ModelEvaluators.Of(result.Model, test.Bins, keptBytes, all);
            var held = new FoldPass(pass, new ShareRule(test.Share, options.Seed).Only(1));
            var sums = await held.RunAsync(InputTransforms.Over(evaluator, result.Transforms), cancellationToken).ConfigureAwait(false);
            tested = evaluator.ToEvaluation(Invariant($"rows held out (TestOptions.Share {test.Share})"), sums, options.Threads);
        }
        var warning = tested is null ? null : ModelEvaluators.Impossible("rows held out", tested);
        if (folds is null) return (null, tested, warning);
        var validator = new CrossValidator<TModel>(estimator, pass, options, folds, keptBytes);
        return (await validator.RunAsync(result.Model, cancellationToken).ConfigureAwait(false), tested, warning);
    }
}
