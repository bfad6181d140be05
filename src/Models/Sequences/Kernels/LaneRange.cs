namespace Pipelines.Models.Sequences;

/// <summary>The range of numbers within which scaled recursions are exact.</summary>
internal static class LaneRange
{
    /// <summary>Emissions relative to the most probable state's are raised to 2^-480.</summary>
    public const double LeastEmissionLog2 = -480;

    /// <summary>2^-479: what is not above it was raised.</summary>
    public const double LeastEmission = 6.406665904585923E-145;

    /// <summary>Predictions of a state above 0 are raised to 2^-500.</summary>
    public const double LeastPrediction = 3.054936363499605E-151;

    /// <summary>Futures of a state below 2^-700 are taken for 0.</summary>
    public const double LeastFuture = 1.90109156629516E-211;

    /// <summary>
    /// 2^-200: a start or an end that leaves less of a sequence may rest on raised emissions alone, where states with larger ones cannot be the first or last.
    /// </summary>
    public const double LeastShare = 6.223015277861142E-61;

    /// <summary>Sums over the states of past times future that are not above this are out of range.</summary>
    public const double LeastNorm = 1e-290;

    /// <summary>A posterior that rests on raised numbers may be so large before its sequence is computed in logarithms instead: 2^-70.</summary>
    public const double LargestDoubt = 8.470329472543003E-22;
}
