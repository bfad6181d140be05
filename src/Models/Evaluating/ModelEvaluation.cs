namespace Pipelines;

/// <summary>
/// How well a model describes some items: an <see cref="Evaluation"/> of a classifier, or a <see cref="LikelihoodEvaluation"/> of another model.
/// </summary>
/// <param name="Rows">Number of rows; for an <see cref="Evaluation"/> of labelled items.</param>
/// <param name="Weight">Their total weight.</param>
public abstract record ModelEvaluation(long Rows, double Weight);
