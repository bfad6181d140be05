namespace Pipelines.Models.Fitting;

/// <summary>Computes what a model is judged by, in one pass.</summary>
internal interface IModelEvaluator : ISummarizer
{
    /// <summary>The result.</summary>
    /// <param name="place">Which items they are, for messages.</param>
    /// <param name="statistics">The statistics of all items.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 = all cores. Does not change the result.</param>
    /// <exception cref="ModelException">No item counts.</exception>
    ModelEvaluation ToEvaluation(string place, Statistics statistics, int maxDegreeOfParallelism);
}

/// <summary>Chooses what a model is judged by.</summary>
internal static class ModelEvaluators
{
    /// <summary>A classifier by its predictions, another model by its likelihood.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bins">Number of calibration bins of each class.</param>
    /// <param name="mostBytes">Bytes for posteriors that are kept to compute areas under ROC curves exactly.</param>
    /// <param name="transforms">What has been applied to the rows; null = nothing.</param>
    /// <exception cref="ModelException">The model has no likelihood.</exception>
    public static IModelEvaluator Of(Model model, int bins, long mostBytes, FeatureTransforms? transforms = null) => model switch
    {
        Classifier classifier => new ClassifierEvaluator(classifier, bins, mostBytes),
        ProbabilityModel other => new LikelihoodEvaluator(other, transforms),
        _ => throw NoLikelihood(model.FormatName),
    };

    /// <summary>A warning of rows held out that are impossible under their model, such as those with a category that their class lacks; null if there are
    /// none.</summary>
    /// <param name="place">Which rows they are.</param>
    /// <param name="found">Their evaluation.</param>
    public static string? Impossible(string place, ModelEvaluation found) =>
        found.Weight > 0 && !double.IsFinite(found switch { Evaluation e => e.LogLoss, LikelihoodEvaluation l => l.LogLikelihood, _ => 0 })
            ? $"{place}: some rows have probability 0 under the model of the others; if they have rare categories, set a pseudocount"
            : null;

    /// <summary>The error of models that have no likelihood.</summary>
    /// <param name="name">What the model is called.</param>
    public static ModelException NoLikelihood(string name) => new(ErrorKind.Usage, $"{name} model", "a model without a likelihood",
        "one that gives probabilities to rows", "fit another model, such as a mixture");
}
