using Pipelines.Blocks;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <content>Fits with rows held out.</content>
public sealed partial class Pipeline
{
    /// <summary>
    /// Cross-validates: a model is fitted without each fold of the rows, and evaluated on that fold. All models share each pass over the data, which are read
    /// once.
    /// </summary>
    /// <typeparam name="TModel">Type of the model.</typeparam>
    /// <param name="estimator">What to fit.</param>
    /// <param name="folds">How the rows are divided; null = into 10 folds.</param>
    /// <param name="fit">How to fit; null = the defaults. Its seed determines the folds, too.</param>
    /// <param name="cancellationToken">Cancels the fits, which then throw an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable: a fold without a row, a class that is in one fold only, a model without a
    /// likelihood.</exception>
    /// <exception cref="FlowException">The data cannot be read or used.</exception>
    public async Task<CrossValidation<TModel>> CrossValidateAsync<TModel>(IEstimator<TModel> estimator, FoldOptions? folds = null, FitOptions? fit = null,
        CancellationToken cancellationToken = default)
        where TModel : Model =>
        (await FitAndEvaluateAsync(estimator, folds ?? new(), null, fit, cancellationToken).ConfigureAwait(false)).CrossValidation!;

    /// <summary>
    /// Fits a model and evaluates it on rows held out, cross-validates, or both. A test share is held out of the returned model; the folds divide all rows.
    /// </summary>
    /// <typeparam name="TModel">Type of the model.</typeparam>
    /// <param name="estimator">What to fit.</param>
    /// <param name="folds">How to cross-validate; null = not at all.</param>
    /// <param name="test">What to hold out of the fit; null = nothing.</param>
    /// <param name="fit">How to fit; null = the defaults. Its seed determines what is held out, too.</param>
    /// <param name="cancellationToken">Cancels the fits, which then throw an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    /// <exception cref="FlowException">The data cannot be read or used.</exception>
    public async Task<FittedModel<TModel>> FitAndEvaluateAsync<TModel>(IEstimator<TModel> estimator, FoldOptions? folds, TestOptions? test,
        FitOptions? fit = null, CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        fit ??= new FitOptions();
        var validation = Validation<TModel>.Of(estimator, fit, folds, test);
        if (Options.Checkpoints is not null)
            throw new ModelException(ErrorKind.Usage, "pipeline", "checkpoints, and rows held out", "one of them, as evaluations are not saved",
                "leave one of them out");
        return await FitOverAsync(validation.Estimator, fit, pass => validation.Training(pass, fit), validation, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<FeaturePass> OpenPassAsync<TModel>(IEstimator<TModel> estimator, Validation<TModel>? validation, bool isPreview,
        CancellationToken cancellationToken)
        where TModel : Model
    {
        // Only rejected rows move those after them; sequences are numbered after that.
        var needsPlaces = validation is not null && roles.Sequences is null && Options.BadRows.Mode != BadRowMode.Fail;
        var keys = validation?.Key is not null || needsPlaces ? new FoldKeyColumn(validation!.Key) : null;
        var pass = await OpenPassAsync(estimator.IsCategorical, keys, estimator.TakesCategories, isPreview, cancellationToken).ConfigureAwait(false);
        pass.IsShared = estimator.Fits > 1 || validation is not null;
        return pass;
    }

    private static async ValueTask CheckRowsAsync<TModel>(Validation<TModel>? validation, FeaturePass pass, CancellationToken cancellationToken)
        where TModel : Model
    {
        if (validation is not null && (await pass.Graph.BindAsync(null, cancellationToken).ConfigureAwait(false)).Info.Rows is { } rows)
            validation.CheckItems(rows);
    }

    private async ValueTask<(CrossValidation<TModel>? Folds, ModelEvaluation? Test, string? Warning)> ValidateAsync<TModel>(Validation<TModel> validation,
        FitResult<TModel> fitted, FeaturePass pass, FitOptions fit, CancellationToken cancellationToken)
        where TModel : Model
    {
        try
        {
            // One part for the open subtotal and one for the total.
            return await validation.RunAsync(fitted, pass, fit, Options.Budget / 8, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelException e) when (e.SequenceNumber is not null && roles.Sequences is not null)
        {
            throw await pass.KeysOfAsync([e.SequenceNumber.Value], cancellationToken).ConfigureAwait(false) is [var key] ? e.OfSequence(key) : e;
        }
    }
}
