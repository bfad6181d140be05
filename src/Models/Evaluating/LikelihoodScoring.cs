using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines;

/// <summary>Evaluates models without labels on data in memory.</summary>
public static class LikelihoodScoring
{
    /// <summary>The log-likelihood of rows in memory under a model, with the criteria that follow from it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores. Does not change the result.</param>
    /// <exception cref="ModelException">No row has a weight above 0, or the rows do not fit the model.</exception>
    public static LikelihoodEvaluation Evaluate(this ProbabilityModel model, FeatureMatrix data, int maxDegreeOfParallelism = -1) =>
        Run(new(model), new InMemoryPass(data, maxDegreeOfParallelism: maxDegreeOfParallelism));

    /// <summary>The same of sequences in memory.</summary>
    /// <inheritdoc cref="Evaluate(ProbabilityModel, FeatureMatrix, int)"/>
    public static LikelihoodEvaluation Evaluate(this ProbabilityModel model, SequenceSet data, int maxDegreeOfParallelism = -1) =>
        Run(new(model), new SequencePass(data, maxDegreeOfParallelism: maxDegreeOfParallelism));

    // A pass in memory completes synchronously.
    private static LikelihoodEvaluation Run(LikelihoodEvaluator evaluator, IDataPass pass) =>
        (LikelihoodEvaluation)evaluator.ToEvaluation("input", pass.RunAsync(evaluator, CancellationToken.None).AsTask().GetAwaiter().GetResult(), -1);
}
