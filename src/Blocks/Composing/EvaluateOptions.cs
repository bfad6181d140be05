namespace Pipelines;

/// <summary>How a model is evaluated.</summary>
public sealed record EvaluateOptions
{
    /// <summary>Number of calibration bins of each class, 1 to 10,000; default 10.</summary>
    public int Bins { get; init; } = 10;

    /// <summary>Columns that hold the model's features, in the model's order; null (default) = columns with the features' names.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Throws if an option is out of range.</summary>
    /// <exception cref="ModelException">An option is out of range.</exception>
    public void Validate() =>
        ModelException.CheckOptions(nameof(EvaluateOptions), (Bins is >= 1 and <= 10_000, nameof(Bins), Bins, "1 to 10000"));
}

/// <summary>The outcome of an evaluation.</summary>
/// <param name="Evaluation">What was measured.</param>
/// <param name="RowsRejected">Rows that the model could not use and that were left out as <see cref="PipelineOptions.BadRows"/> allows.</param>
/// <param name="Warnings">Notes for the user, one sentence each.</param>
public sealed record EvaluatedModel(Evaluation Evaluation, long RowsRejected, IReadOnlyList<string> Warnings);

/// <summary>The outcome of an evaluation of a model's likelihood.</summary>
/// <param name="Evaluation">What was measured.</param>
/// <param name="RowsRejected">Rows that the model could not use and that were left out as <see cref="PipelineOptions.BadRows"/> allows.</param>
/// <param name="Warnings">Notes for the user, one sentence each.</param>
public sealed record EvaluatedLikelihood(LikelihoodEvaluation Evaluation, long RowsRejected, IReadOnlyList<string> Warnings);
