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
            throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", "a model without classes", "a classifier", "fit one to labeled rows");
        if (labels is null)
            throw new ModelException(ErrorKind.Usage, "pipeline", "no labels", "the column with the class of each row", "name it (Pipeline.Labels)");
        if (classifier.IsOfSequences) NeededSequences(classifier);
        string[] classes = [.. classifier.Names];
        var columns = priors?.For(classes);
        var scores = new ScoreOptions { Features = options.Features, Priors = columns };
        var plan = new ScorePlan(classifier, options.Features ?? FeatureNames(model), scores, model.Features);
        var known = new LabelColumn(labels.Name, classes);
        await using var pass = new FeaturePass(graph.ForRun(), plan.Features, weights, Options, sequences, known, priors: columns) { IsOnlyPass = true };
        pass.ForScores(0);
        // One part for the open subtotal and one for the total.
        var evaluator = new ClassifierEvaluator(classifier, options.Bins, Options.Budget / 8);
        var statistics = await pass.RunAsync(evaluator, cancellationToken).ConfigureAwait(false);
        var found = evaluator.Evaluate(statistics, Options.MaxDegreeOfParallelism);
        return new(found, pass.RowsRejected, [.. pass.Warnings, .. pass.Graph.Source.Warnings]);
    }
}
