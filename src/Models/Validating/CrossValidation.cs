namespace Pipelines;

/// <summary>
/// What models are worth on rows that they have not seen. The evaluations are <see cref="Evaluation"/>s of classifiers, and <see cref="LikelihoodEvaluation"/>s
/// of other models.
/// </summary>
/// <typeparam name="TModel">Type of the models.</typeparam>
/// <param name="Models">Shape [folds]: the models, each fitted without one fold.</param>
/// <param name="Folds">Shape [folds]: each model on the rows of its fold.</param>
/// <param name="Pooled">All rows, each under the model that has not seen it.</param>
public sealed record CrossValidation<TModel>(IReadOnlyList<TModel> Models, IReadOnlyList<ModelEvaluation> Folds, ModelEvaluation Pooled)
    where TModel : Model
{
    /// <summary>Shape [folds]: what was applied to the rows before each model saw them (<see cref="FitOptions.Scaling"/>); empty = nothing.</summary>
    public IReadOnlyList<FeatureTransforms> Transforms { get; init; } = [];

    /// <summary>What the user should know about the fits, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
