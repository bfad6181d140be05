using Pipelines.Blocks;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <content>Evaluations.</content>
public sealed partial class Pipeline
{
    /// <summary>Compares a classifier with the labels of the rows (<see cref="Labels"/>), in one scan within the memory budget. Writes nothing.</summary>
    /// <param name="model">The classifier with its features' names.</param>
    /// <param name="options">How to evaluate; null = the defaults.</param>
    /// <param name="cancellationToken">Cancels the evaluation, which then throws an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">The model is no classifier, or no row has a label.</exception>
    /// <exception cref="FlowException">The data cannot be read or used; a label that is no class of the model is a bad row.</exception>
    public async Task<EvaluatedModel> EvaluateAsync(SavedModel model, EvaluateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new EvaluateOptions();
        options.Validate();
        if (model.Model is not Classifier classifier)
            throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", "a model without classes", "a classifier",
                "fit one to labeled rows, or evaluate the likelihood (Pipeline.EvaluateLikelihoodAsync)");
        if (roles.Labels is not { } labels)
            throw new ModelException(ErrorKind.Usage, "pipeline", "no labels", "the column with the class of each row", "name it (Pipeline.Labels)");
        var known = new LabelColumn(labels.Name, [.. classifier.Names]);
        // One part for the open subtotal and one for the total.
        var evaluator = new ClassifierEvaluator(classifier, options.Bins, Options.Budget / 8);
        var (found, rejected, warnings) = await EvaluateAsync(model, evaluator, options, known, cancellationToken).ConfigureAwait(false);
        return new((Evaluation)found, rejected, warnings);
    }

    /// <summary>Computes the log-likelihood of the rows under a model, in one scan. Writes nothing.</summary>
    /// <param name="model">The model with its features' names.</param>
    /// <param name="options">How to evaluate; null = the defaults.</param>
    /// <param name="cancellationToken">Cancels the evaluation, which then throws an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">The model has no likelihood, or no row has a weight above 0.</exception>
    /// <exception cref="FlowException">The data cannot be read or used.</exception>
    public async Task<EvaluatedLikelihood> EvaluateLikelihoodAsync(SavedModel model, EvaluateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new EvaluateOptions();
        options.Validate();
        var evaluator = model.Model is ProbabilityModel own ? new LikelihoodEvaluator(own, FeatureTransforms.Of(model.Features))
            : throw ModelEvaluators.NoLikelihood(model.Model.FormatName);
        var (found, rejected, warnings) = await EvaluateAsync(model, evaluator, options, null, cancellationToken).ConfigureAwait(false);
        return new((LikelihoodEvaluation)found, rejected, warnings);
    }

    private async Task<(ModelEvaluation Found, long Rejected, IReadOnlyList<string> Warnings)> EvaluateAsync(SavedModel model, IModelEvaluator evaluator,
        EvaluateOptions options, LabelColumn? known, CancellationToken cancellationToken)
    {
        if (model.Model.IsOfSequences) NeededSequences(model.Model);
        var columns = roles.Priors?.For(known?.Names);
        var scores = new ScoreOptions { Features = options.Features, Priors = columns };
        var plan = ScorePlan.Of(model, scores);
        await using var pass = new FeaturePass(graph.ForRun(), plan.Features, roles.Weights, Options, roles.Sequences, known, priors: columns)
        {
            IsOnlyPass = true,
        };
        pass.ForScores(0);
        var statistics = await pass.RunAsync(evaluator, cancellationToken).ConfigureAwait(false);
        var found = evaluator.ToEvaluation("input", statistics, Options.MaxDegreeOfParallelism);
        return (found, pass.RowsRejected, [.. pass.Warnings, .. pass.Graph.Source.Warnings]);
    }
}
