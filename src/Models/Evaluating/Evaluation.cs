namespace Pipelines;

/// <summary>
/// How well a classifier predicts the labels of some items. Items without a label are counted in <see cref="Unlabeled"/> and nowhere else. Definitions are
/// scikit-learn's, except that the log-loss is computed from log-posteriors and never clipped.
/// </summary>
/// <param name="Rows">Number of labelled items: rows, or sequences.</param>
/// <param name="Unlabeled">Number of items without a label.</param>
/// <param name="Weight">Total weight of the labelled items.</param>
/// <param name="Classes">Shape [K]: the classes' names.</param>
/// <param name="Confusion">Shape [K, K]: weight of the items of class i that were predicted as class j. The prediction is the first class of the greatest
/// posterior.</param>
/// <param name="LogLoss">Minus the weighted mean of log P(true class | item), natural logarithm; may be infinite.</param>
/// <param name="Brier">Brier score: two classes: weighted mean of (P(class 1) - y)^2; more: of the sum over the classes.</param>
/// <param name="RocAucByClass">Shape [K]: area under the ROC curve of each class against the others, scored by its posterior, where ties count one half; null
/// where one side has no weight.</param>
/// <param name="RocAucError">Bound on the error of each area: 0 where all posteriors were kept, which is exact.</param>
/// <param name="Calibration">Shape [K][bins]: the posteriors of each class in bins of equal width.</param>
public sealed record Evaluation(long Rows, long Unlabeled, double Weight, IReadOnlyList<string> Classes, double[,] Confusion, double LogLoss, double Brier,
    IReadOnlyList<double?> RocAucByClass, double RocAucError, IReadOnlyList<IReadOnlyList<CalibrationBin>> Calibration)
    : ModelEvaluation(Rows, Weight)
{
    /// <summary>Shape [K][points]: the ROC curve of each class, from (0, 0) to (1, 1), in at most some hundred points; empty where the area is null.</summary>
    public IReadOnlyList<IReadOnlyList<RocPoint>> RocCurves { get; init; } = [];

    /// <summary>Share of the weight that was predicted right.</summary>
    public double Accuracy => Enumerable.Range(0, Classes.Count).Sum(k => Confusion[k, k]) / Weight;

    /// <summary>Area under the ROC curve: that of class 1 if there are two classes, otherwise the mean of those that are known; null if none is.</summary>
    public double? RocAuc => Classes.Count == 2 ? RocAucByClass[1] : RocAucByClass.Any(a => a is not null) ? RocAucByClass.Average() : null;

    /// <summary>Shape [K]: of the weight predicted as a class, the share that belongs to it; null if nothing was.</summary>
    public IReadOnlyList<double?> Precision => [.. Classes.Select((_, k) => Share(Confusion[k, k], Predicted(k)))];

    /// <summary>Shape [K]: of the weight that belongs to a class, the share predicted as it; null if nothing does.</summary>
    public IReadOnlyList<double?> Recall => [.. Classes.Select((_, k) => Share(Confusion[k, k], Actual(k)))];

    /// <summary>Shape [K]: harmonic mean of precision and recall; null if the class neither occurs nor was predicted.</summary>
    public IReadOnlyList<double?> F1 => [.. Classes.Select((_, k) => Share(2 * Confusion[k, k], Predicted(k) + Actual(k)))];

    /// <summary>Shape [K]: weighted mean distance of posterior and share over the bins of a class (expected calibration error).</summary>
    public IReadOnlyList<double> CalibrationError =>
        [.. Calibration.Select(bins => bins.Sum(b => b.Weight > 0 ? b.Weight * Math.Abs(b.MeanProbability!.Value - b.Share!.Value) : 0) / Weight)];

    private double Predicted(int label) => Enumerable.Range(0, Classes.Count).Sum(i => Confusion[i, label]);

    private double Actual(int label) => Enumerable.Range(0, Classes.Count).Sum(j => Confusion[label, j]);

    private static double? Share(double part, double whole) => whole > 0 ? part / whole : null;
}

/// <summary>The items whose posterior of a class is in a bin: above its lower edge and up to its upper one; 0 belongs to the first.</summary>
/// <param name="Rows">Number of items.</param>
/// <param name="Weight">Their total weight.</param>
/// <param name="MeanProbability">Weighted mean of the posterior; null without weight.</param>
/// <param name="Share">Share of the weight that belongs to the class; null without weight.</param>
public sealed record CalibrationBin(long Rows, double Weight, double? MeanProbability, double? Share);

/// <summary>A point of a ROC curve: what a threshold on the posterior lets through.</summary>
/// <param name="FalsePositives">Share of the weight of other classes that has a greater posterior.</param>
/// <param name="TruePositives">Share of the weight of the class that has a greater posterior.</param>
public readonly record struct RocPoint(double FalsePositives, double TruePositives);
