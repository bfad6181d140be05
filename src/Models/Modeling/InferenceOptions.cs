namespace Pipelines;

/// <summary>How a network answers questions about rows.</summary>
public sealed record InferenceOptions
{
    /// <summary>The variables that posteriors, fills and explanations are reported of; null (default) = all.</summary>
    public IReadOnlyList<string>? Variables { get; init; }

    /// <summary>Exact inference (default), or loopy belief propagation.</summary>
    public InferenceMethod Method { get; init; }

    /// <summary>
    /// Bytes that the tables of a junction tree may take in each thread, and the compiled junction trees of all sets of observed variables together; at least
    /// 65,536, default 1 GiB. Where an exact answer takes more, it is refused.
    /// </summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Maximum number of rounds of loopy belief propagation, at least 1; default 100.</summary>
    public int LoopyRounds { get; init; } = 100;

    /// <summary>
    /// Loopy belief propagation stops when no message changes by more than this, 0 … 1; default 1e-9.
    /// </summary>
    public double LoopyTolerance { get; init; } = 1e-9;

    /// <summary>Throws a single error that names every option out of range.</summary>
    /// <exception cref="ModelException">At least one option is out of range.</exception>
    public void Validate() => ModelException.CheckOptions(nameof(InferenceOptions),
        (Enum.IsDefined(Method), nameof(Method), Method, "exact or loopy"),
        (MaxBytes >= 65_536, nameof(MaxBytes), MaxBytes, "at least 65536 bytes"),
        (LoopyRounds >= 1, nameof(LoopyRounds), LoopyRounds, "at least 1"),
        (LoopyTolerance is >= 0 and <= 1, nameof(LoopyTolerance), LoopyTolerance, "0 to 1"));
}

/// <summary>A method of inference.</summary>
public enum InferenceMethod
{
    /// <summary>Junction trees, one for each set of observed variables.</summary>
    Exact,

    /// <summary>Loopy belief propagation, whose answers are approximate where the network has undirected cycles.</summary>
    Loopy,
}

/// <summary>What a fit makes of rows with missing values.</summary>
public enum MissingValues
{
    /// <summary>Each family (a variable and its parents) counts the rows that have all of it, as pomegranate does.</summary>
    Available,

    /// <summary>Rows with missing values are left out, also of the search for a structure. They count for the log-likelihood by what is observed.</summary>
    Complete,

    /// <summary>Expectation-maximization: missing values count by their exact posteriors, and updates are repeated.</summary>
    Em,
}
