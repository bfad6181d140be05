namespace Pipelines.Models.Structures;

/// <summary>Scores that cost less in order: families whose variables together are the same set share its counts, and neighbouring sets share a part.</summary>
internal interface IWalkedScores : IFamilyScores
{
    /// <summary>
    /// What each free parameter takes off, if a family's score is its log-likelihood in the same rows for all families, less a penalty for q (K - 1) free
    /// parameters; else null (missing values, pseudocounts, other scores).
    /// </summary>
    double? PenaltyOfParameter { get; }

    /// <summary>
    /// The same scores, to the bit, for one thread that asks for families by ascending sets of their variables: the one with the highest variable that the
    /// other lacks comes later.
    /// </summary>
    IFamilyScores StartWalk();
}
