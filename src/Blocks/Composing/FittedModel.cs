using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks;

/// <summary>A model that a pipeline fitted: how the fit went, and what files keep of it.</summary>
/// <typeparam name="TModel">Type of the model.</typeparam>
/// <param name="Result">How the fit went.</param>
/// <param name="Saved">The model with its features' names: save it, or give it to <see cref="Pipeline.Score(SavedModel, ScoreOptions?)"/>.</param>
/// <param name="SpilledBytes">Bytes of decoded features that did not fit the budget and went to the temporary file.</param>
public sealed record FittedModel<TModel>(FitResult<TModel> Result, SavedModel Saved, long SpilledBytes)
    where TModel : Model
{
    /// <summary>Rows that no model can use and <see cref="PipelineOptions.BadRows"/> had left out.</summary>
    public long RowsRejected { get; init; }

    /// <summary>The model.</summary>
    public TModel Model => Result.Model;
}
