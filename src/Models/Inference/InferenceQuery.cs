namespace Pipelines.Models.Inference;

/// <summary>What is to be computed of rows, given their observed variables.</summary>
internal enum QueryKind
{
    /// <summary>The logarithm of the probability of what is observed.</summary>
    Evidence,

    /// <summary>The probabilities of the values of each unobserved variable.</summary>
    Posteriors,

    /// <summary>The most probable values of all unobserved variables together.</summary>
    Explanation,

    /// <summary>The probabilities of the combinations of each factor's unobserved variables.</summary>
    Families,
}

/// <summary>A kind of query and what it is about.</summary>
/// <param name="Kind">What is to be computed.</param>
/// <param name="Targets">Shape [variables]: the variables whose posteriors are wanted; null = all. Only for <see cref="QueryKind.Posteriors"/>.</param>
internal sealed record InferenceQuery(QueryKind Kind, bool[]? Targets = null);
