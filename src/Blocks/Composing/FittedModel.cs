using Pipelines.Blocks;

namespace Pipelines;

/// <summary>A model fitted by a pipeline, with the fit's report and what a model file stores.</summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
/// <param name="Result">How the fit went.</param>
/// <param name="Saved">The model with its features' names: save it, or pass it to <see cref="Pipeline.Score(SavedModel, ScoreOptions?)"/>.</param>
/// <param name="SpilledBytes">Bytes of decoded features that exceeded the budget and were written to the temporary file.</param>
public sealed record FittedModel<TModel>(FitResult<TModel> Result, SavedModel Saved, long SpilledBytes)
    where TModel : Model
{
    /// <summary>Rows that no model can use and that were left out as <see cref="PipelineOptions.BadRows"/> allows.</summary>
    public long RowsRejected { get; init; }

    /// <summary>The features' values in all rows that were read and not rejected, those held out included.</summary>
    internal IReadOnlyList<FeatureProfile> Profile { get; init; } = [];

    /// <summary>Models fitted without one fold each, and their evaluations; null = none were asked for (<see cref="FoldOptions"/>).</summary>
    public CrossValidation<TModel>? CrossValidation { get; init; }

    /// <summary>The evaluation on the rows held out of the fit; null = none were (<see cref="TestOptions"/>).</summary>
    public ModelEvaluation? Test { get; init; }

    /// <summary>The model.</summary>
    public TModel Model => Result.Model;
}
