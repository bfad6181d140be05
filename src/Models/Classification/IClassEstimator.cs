namespace Pipelines.Models.Classification;

/// <summary>An estimator of a classifier.</summary>
internal interface IClassEstimator
{
    /// <summary>True if one pass over the items determines the models of all classes, provided that every item has a label.</summary>
    bool AreClassesEstimatedInOnePass { get; }
}
