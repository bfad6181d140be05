namespace Pipelines;

/// <summary>How rows are drawn from a network.</summary>
public enum SamplingMethod
{
    /// <summary>Each variable after its parents; without evidence only.</summary>
    Forward,

    /// <summary>
    /// Likelihood weighting: the evidence is fixed, the other variables are drawn after their parents, and a row's weight is the probability of the evidence
    /// given its parents (Fung and Chang 1990; Shachter and Peot 1990).
    /// </summary>
    Likelihood,

    /// <summary>
    /// Gibbs sampling: each variable in turn given all others, a row after each sweep (Pearl 1987). Consecutive rows depend on each other. Refused where a
    /// probability is 0, as a chain may not reach every row then.
    /// </summary>
    Gibbs,
}

/// <summary>A model from which rows can be drawn that agree with evidence.</summary>
public interface IEvidenceSampler
{
    /// <summary>The variables and their values.</summary>
    IReadOnlyList<NetworkVariable> Variables { get; }

    /// <summary>Draws rows that agree with evidence; with Gibbs sampling one chain.</summary>
    /// <param name="random">The seeded generator.</param>
    /// <param name="evidence">Shape [variables]: codes, NaN = not given.</param>
    /// <param name="method">How.</param>
    /// <param name="rows">Shape [rows, variables]; filled with codes.</param>
    /// <param name="weights">Shape [rows]; filled: 1 unless the method is likelihood weighting.</param>
    /// <exception cref="ModelException">The evidence is impossible, or the method takes none.</exception>
    void Sample(SeededRandom random, ReadOnlySpan<double> evidence, SamplingMethod method, Span<double> rows, Span<double> weights);
}
