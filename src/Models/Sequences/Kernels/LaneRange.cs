namespace Pipelines.Models.Sequences;

/// <summary>The range of values within which the scaled recursions are exact.</summary>
internal static class LaneRange
{
    /// <summary>Emissions relative to the most probable state's are raised to 2^-480.</summary>
    public const double LeastEmissionLog2 = -480;

    /// <summary>2^-479: values not above it were raised.</summary>
    public const double LeastEmission = 6.406665904585923E-145;

    /// <summary>Nonzero predictions of a state are raised to at least 2^-500.</summary>
    public const double LeastPrediction = 3.054936363499605E-151;

    /// <summary>Backward values of a state below 2^-700 are treated as 0.</summary>
    public const double LeastFuture = 1.90109156629516E-211;

    /// <summary>
    /// 2^-200: a smaller start or end of a sequence may be due to raised emissions alone, if states with larger emissions cannot come first or last.
    /// </summary>
    public const double LeastShare = 6.223015277861142E-61;

    /// <summary>Sums over the states of forward times backward values that are not above this are out of range.</summary>
    public const double LeastNorm = 1e-290;

    /// <summary>2^-70: if a posterior that depends on raised values is larger, its sequence is computed in logarithms instead.</summary>
    public const double LargestDoubt = 8.470329472543003E-22;
}
