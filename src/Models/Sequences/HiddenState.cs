namespace Pipelines;

/// <summary>A state of a hidden Markov model.</summary>
/// <param name="Name">The name, unique in its model.</param>
/// <param name="Distribution">The emission distribution; null = silent, unless the state is tied.</param>
/// <param name="Weight">Factor applied to each emission probability, finite and above 0; default 1. All results are those of the weighted model.</param>
/// <param name="TiedTo">Name of another emitting state whose distribution this state shares; the two are fitted together. Null = none.</param>
public sealed record HiddenState(string Name, Distribution? Distribution = null, double Weight = 1, string? TiedTo = null);

/// <summary>An edge between two states of a hidden Markov model.</summary>
/// <param name="From">Name of the state it leaves.</param>
/// <param name="To">Name of the state it enters.</param>
/// <param name="Probability">Its probability, finite and at least 0.</param>
/// <param name="Pseudocount">Added to its count if fitting uses edge pseudocounts; null = its probability.</param>
/// <param name="Group">Edges of the same group are tied: each gets the sum of their counts. Null = not tied.</param>
public sealed record HiddenTransition(string From, string To, double Probability, double? Pseudocount = null, string? Group = null);

/// <summary>How states are fitted to sequences.</summary>
public enum HiddenTraining
{
    /// <summary>Expected counts over all paths (Baum-Welch); sequences with labels are counted along their labels.</summary>
    BaumWelch,

    /// <summary>Counts along the most probable path of each sequence.</summary>
    Viterbi,

    /// <summary>Counts along the labels; every row must be labeled.</summary>
    Labeled,
}

/// <summary>How to treat a sequence of probability 0 under the model.</summary>
public enum ImpossibleSequence
{
    /// <summary>It is left out, and the fit's warnings report it.</summary>
    Skip,

    /// <summary>It raises an error that names the sequence.</summary>
    Fail,
}

/// <summary>How a hidden Markov model is fitted, in addition to the general <see cref="FitOptions"/>. Stored with the model.</summary>
public sealed record HiddenFitting
{
    /// <summary>Name of the property that ties covariances, in messages.</summary>
    internal const string Tie = $"{nameof(HiddenFitting)}.{nameof(TiedCovariances)}";

    /// <summary>Which counts are used; default <see cref="HiddenTraining.BaumWelch"/>.</summary>
    public HiddenTraining Training { get; init; }

    /// <summary>
    /// Share of the old probability that each edge keeps, 0 (default) … 1. The fit options' inertia, if above 0, replaces both.
    /// </summary>
    public double EdgeInertia { get; init; }

    /// <summary>Share of the old parameters that each distribution keeps, 0 (default) … 1.</summary>
    public double DistributionInertia { get; init; }

    /// <summary>
    /// Added to the count of every edge, in transitions; at least 0, default 0. The fit options' pseudocount, if above 0, replaces both.
    /// </summary>
    public double TransitionPseudocount { get; init; }

    /// <summary>Added to each count of a discrete emission, in rows; at least 0, default 0.</summary>
    public double EmissionPseudocount { get; init; }

    /// <summary>True: each edge's own pseudocount is added to its count too. Default false.</summary>
    public bool UseEdgePseudocounts { get; init; }

    /// <summary>
    /// True: fitting does not change the transitions. Default false. To freeze individual distributions, use <see cref="Distribution.Freeze"/>.
    /// </summary>
    public bool FreezeTransitions { get; init; }

    /// <summary>
    /// True: fits give all distributions that are not frozen the same covariance, the scatter of all their rows about the distributions' own means. All
    /// must be Gaussians of one family. Default false.
    /// </summary>
    public bool TiedCovariances { get; init; }

    /// <summary>How fitting treats sequences of probability 0; default <see cref="ImpossibleSequence.Skip"/>.</summary>
    public ImpossibleSequence Impossible { get; init; }

    internal void Validate() => ModelException.CheckOptions("hidden Markov model, fitting",
        (EdgeInertia is >= 0 and <= 1, nameof(EdgeInertia), EdgeInertia, "0 to 1"),
        (DistributionInertia is >= 0 and <= 1, nameof(DistributionInertia), DistributionInertia, "0 to 1"),
        (TransitionPseudocount >= 0 && double.IsFinite(TransitionPseudocount), nameof(TransitionPseudocount), TransitionPseudocount,
            "a finite number of at least 0"),
        (EmissionPseudocount >= 0 && double.IsFinite(EmissionPseudocount), nameof(EmissionPseudocount), EmissionPseudocount, "a finite number of at least 0"));
}
