namespace Pipelines.Models.Fitting;

/// <summary>A model that can tell by some rows whether its fit ended well.</summary>
internal interface IExaminedModel
{
    /// <summary>What the rows say about the model after its last fit, one sentence each, such as components that coincide.</summary>
    /// <param name="options">How the model was fitted; holds the rows.</param>
    /// <param name="hasEnded">False if a limit ended the fit, which then says nothing about where more updates would lead.</param>
    IEnumerable<string> Examine(FitOptions options, bool hasEnded);
}
