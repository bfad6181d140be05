namespace Pipelines;

/// <summary>How the structure of a network is found: the names of the methods.</summary>
public static class StructureMethod
{
    /// <summary>The tree with the largest sum of mutual informations (Chow and Liu 1968).</summary>
    public const string ChowLiu = "chow-liu";

    /// <summary>
    /// Variables are placed one after another: each time the one whose family scores highest with its best parents among those placed (pomegranate's greedy).
    /// </summary>
    public const string Greedy = "greedy";

    /// <summary>Arcs are added, removed and reversed one at a time, while the score rises.</summary>
    public const string HillClimbing = "hill-climbing";

    /// <summary>Hill climbing that also goes through structures of lower score, but through none twice (Glover 1989).</summary>
    public const string Tabu = "tabu";

    /// <summary>The best structure of all, found by A* over orders of the variables (Yuan and Malone 2013).</summary>
    public const string Exact = "exact";

    /// <summary>The best structure of all, found by dynamic programming over sets of variables (Silander and Myllymäki 2006).</summary>
    public const string ExactDp = "exact-dp";
}

/// <summary>What a search maximises. All are sums over families, a variable and its parents.</summary>
/// <remarks>
/// N is the weight of the rows that have all of the family, q the product of the parents' sizes (numbers of values), K the variable's size, and a the
/// pseudocount (<see cref="StructureOptions.Pseudocount"/>).
/// </remarks>
public enum StructureScore
{
    /// <summary>
    /// Minimum description length, in bits: log2-likelihood - penalty * q (K - 1), by default with the penalty log2(N) / 2 (Lam and Bacchus 1994).
    /// </summary>
    Mdl,

    /// <summary>Bayesian information criterion: log-likelihood - log(N) / 2 * q (K - 1), in nats (Schwarz 1978).</summary>
    Bic,

    /// <summary>Akaike's information criterion: log-likelihood - q (K - 1), in nats (Akaike 1974).</summary>
    Aic,

    /// <summary>
    /// Log marginal likelihood under Dirichlet priors of the strength <see cref="StructureOptions.EquivalentSampleSize"/> / (q K) in each cell, in nats
    /// (Heckerman, Geiger and Chickering 1995).
    /// </summary>
    Bdeu,

    /// <summary>Log marginal likelihood under uniform priors, in nats (Cooper and Herskovits 1992).</summary>
    K2,
}
