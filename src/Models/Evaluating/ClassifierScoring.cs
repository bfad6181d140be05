using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines.Models;

/// <summary>Evaluates classifiers on data in memory.</summary>
public static class ClassifierScoring
{
    /// <summary>Compares a classifier's posteriors with the labels of rows in memory.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="data">The rows with labels (<see cref="FeatureMatrix.WithLabels"/>): class numbers, -1 = not labelled.</param>
    /// <param name="bins">Number of calibration bins of each class, 1 to 10,000; default 10.</param>
    /// <param name="mostBytes">Bytes for posteriors that are kept to compute areas under ROC curves exactly; beyond them they are binned.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores. Does not change the result.</param>
    /// <exception cref="ModelException">No row has a label, or a label is no class.</exception>
    public static Evaluation Evaluate(this Classifier model, FeatureMatrix data, int bins = 10, long mostBytes = long.MaxValue,
        int maxDegreeOfParallelism = -1) => Run(new(model, bins, mostBytes), new InMemoryPass(data, maxDegreeOfParallelism: maxDegreeOfParallelism),
            maxDegreeOfParallelism);

    /// <summary>Compares a classifier's posteriors with the labels of sequences in memory.</summary>
    /// <inheritdoc cref="Evaluate(Classifier, FeatureMatrix, int, long, int)"/>
    public static Evaluation Evaluate(this Classifier model, SequenceSet data, int bins = 10, long mostBytes = long.MaxValue,
        int maxDegreeOfParallelism = -1) => Run(new(model, bins, mostBytes), new SequencePass(data, maxDegreeOfParallelism: maxDegreeOfParallelism),
            maxDegreeOfParallelism);

    // A pass in memory completes synchronously.
    private static Evaluation Run(ClassifierEvaluator evaluator, IDataPass pass, int maxDegreeOfParallelism) =>
        evaluator.Evaluate(pass.RunAsync(evaluator, CancellationToken.None).AsTask().GetAwaiter().GetResult(), maxDegreeOfParallelism);
}
