namespace Pipelines;

/// <summary>A model that answers questions about the missing features of a row, given those that are observed.</summary>
public interface IInferenceModel
{
    /// <summary>How questions are answered.</summary>
    InferenceOptions Inference { get; }

    /// <summary>The same model with other options of inference.</summary>
    /// <exception cref="ModelException">An option is out of range, or a variable is unknown.</exception>
    Model With(InferenceOptions options);

    /// <summary>What inference has taken so far.</summary>
    InferenceCost Cost { get; }
}

/// <summary>What inference has taken.</summary>
/// <param name="Patterns">Number of different sets of observed variables.</param>
/// <param name="LargestTableBytes">Bytes of the largest table for one row.</param>
public readonly record struct InferenceCost(long Patterns, long LargestTableBytes);
