using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines;

/// <summary>Cross-validation and tests of models of rows and sequences in memory.</summary>
public static class InMemoryValidation
{
    /// <summary>Fits a model without each fold of the rows, and evaluates it on that fold.</summary>
    /// <param name="estimator">What to fit.</param>
    /// <param name="data">The rows, with labels for a classifier (<see cref="FeatureMatrix.WithLabels"/>).</param>
    /// <param name="folds">How the rows are divided; null = into 10 folds.</param>
    /// <param name="options">How to fit; null = the defaults. Its seed determines the folds, too.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable: a fold without a row, a class that is in one fold only, a model without a
    /// likelihood.</exception>
    public static CrossValidation<TModel> CrossValidate<TModel>(this IEstimator<TModel> estimator, FeatureMatrix data, FoldOptions? folds = null,
        FitOptions? options = null, CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= new();
        return Run(estimator, new InMemoryPass(data, options.BatchRows, options.Threads), data.Rows, folds ?? new(), options, cancellationToken);
    }

    /// <summary>The same for sequences, which are never divided. Their places are their numbers.</summary>
    /// <inheritdoc cref="CrossValidate{TModel}(IEstimator{TModel}, FeatureMatrix, FoldOptions?, FitOptions?, CancellationToken)"/>
    public static CrossValidation<TModel> CrossValidate<TModel>(this IEstimator<TModel> estimator, SequenceSet data, FoldOptions? folds = null,
        FitOptions? options = null, CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(data);
        options ??= SequenceFitting.DefaultFit;
        return Run(estimator, new SequencePass(data, options.BatchRows, options.Threads), data.Count, folds ?? new(), options, cancellationToken);
    }

    /// <summary>Fits a model to the rows that are not held out, and evaluates it on the others.</summary>
    /// <param name="estimator">What to fit.</param>
    /// <param name="data">The rows, with labels for a classifier (<see cref="FeatureMatrix.WithLabels"/>).</param>
    /// <param name="test">What is held out; null = a share of 0.2.</param>
    /// <param name="options">How to fit; null = the defaults. Its seed determines what is held out, too.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    public static (FitResult<TModel> Fitted, ModelEvaluation Test) FitAndTest<TModel>(this IEstimator<TModel> estimator, FeatureMatrix data,
        TestOptions? test = null, FitOptions? options = null, CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(data);
        (test, options) = (test ?? new(), options ?? new());
        var validation = Validation<TModel>.Of(estimator, options, null, test);
        CheckKey(test.Key);
        var pass = new InMemoryPass(data, options.BatchRows, options.Threads);
        // A pass in memory completes synchronously; the wait is for user estimators that do not.
        var result = validation.FitAsync(pass, options, cancellationToken).AsTask().GetAwaiter().GetResult();
        var (_, tested, warning) = validation.RunAsync(result, pass, options, long.MaxValue, cancellationToken).AsTask().GetAwaiter().GetResult();
        return (warning is null ? result : result with { Warnings = [.. result.Warnings, warning] }, tested!);
    }

    private static CrossValidation<TModel> Run<TModel>(IEstimator<TModel> estimator, IDataPass pass, int items, FoldOptions folds, FitOptions options,
        CancellationToken cancellationToken)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        var validation = Validation<TModel>.Of(estimator, options, folds, null);
        CheckKey(folds.Key);
        validation.CheckItems(items);
        var result = validation.FitAsync(pass, options, cancellationToken).AsTask().GetAwaiter().GetResult();
        return validation.RunAsync(result, pass, options, long.MaxValue, cancellationToken).AsTask().GetAwaiter().GetResult().Folds!;
    }

    private static void CheckKey(string? key) => ModelException.CheckOptions("rows in memory",
        (key is null, "key of the folds", key, "null, as the rows have no names (use FeatureMatrix.WithFoldKeys)"));
}
