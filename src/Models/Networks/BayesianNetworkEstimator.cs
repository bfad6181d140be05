using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>
/// A Bayesian network before its tables are known. After a survey of the data the structure is learnt, unless it is given, and the tables are counted in one
/// pass; with <see cref="MissingValues.Em"/> and missing values, expectation-maximization starts from the tables of the families that are observed whole.
/// </summary>
public sealed class BayesianNetworkEstimator : IEstimator<BayesianNetwork>
{
    private readonly Func<IReadOnlyList<NetworkVariable>, NetworkArcs> arcs;
    private readonly MissingValues missing;
    private readonly string description;

    /// <summary>A network whose structure is learnt.</summary>
    /// <param name="search">How; null (default) = the defaults of <see cref="StructureOptions"/>.</param>
    /// <param name="missing">What becomes of rows with missing values.</param>
    public BayesianNetworkEstimator(StructureOptions? search = null, MissingValues missing = MissingValues.Available)
        : this(_ => new(null, search ?? new()), missing, (search ?? new()).ToString())
    {
    }

    /// <summary>A network of a given structure.</summary>
    /// <param name="parents">Shape [variables][]: indexes of the parents of each variable.</param>
    /// <param name="missing">What becomes of rows with missing values.</param>
    public BayesianNetworkEstimator(IReadOnlyList<IReadOnlyList<int>> parents, MissingValues missing = MissingValues.Available)
        : this(_ => new(parents, null), missing,
            string.Join("; ", (parents ?? throw new ArgumentNullException(nameof(parents))).Select(p => string.Join(",", p))))
    {
    }

    /// <summary>A network whose structure depends on the variables' names.</summary>
    /// <param name="arcs">Gives the structure, or says how to learn it.</param>
    /// <param name="missing">What becomes of rows with missing values.</param>
    /// <param name="description">What distinguishes it from others.</param>
    internal BayesianNetworkEstimator(Func<IReadOnlyList<NetworkVariable>, NetworkArcs> arcs, MissingValues missing, string description) =>
        (this.arcs, this.missing, this.description) = (arcs, missing, description);

    /// <summary>Bytes that a search may take; null (default) = no limit.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Receives the progress of a search; null (default) = nobody does.</summary>
    public IProgress<StructureProgress>? SearchProgress { get; init; }

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => missing != MissingValues.Em;

    /// <inheritdoc/>
    public FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => ParameterKinds.Others;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("Bayesian network", $"{description}; missing values {missing}")];

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => true;

    /// <inheritdoc/>
    public bool TakesCategories => true;

    /// <inheritdoc/>
    public void Check(IDataPass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        var named = NetworkData.Named(pass);
        var planned = arcs(named);
        if (planned.Search is { } search) StructureSearch.Check(search, [.. named.Select(v => v.Values.Count)], MaxBytes, pass);
        else BayesianNetwork.OfStructure(named, planned.Parents!);
    }

    /// <inheritdoc/>
    public async ValueTask<FitResult<BayesianNetwork>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Check(pass);
        var variables = await NetworkData.VariablesAsync(pass, cancellationToken).ConfigureAwait(false);
        var found = arcs(variables);
        LearnedRows? rows = null;
        var clock = options.TimeProvider.GetTimestamp();
        if (found.Search is { } search)
        {
            rows = await ExpectationMaximization.NamingFeaturesAsync(pass, async () =>
                await StructureSearch.FindAsync(pass, [.. variables.Select(v => v.Values.Count)],
                    search with { CompleteRows = search.CompleteRows || missing == MissingValues.Complete },
                    Parallelism.Threads(options.Threads, long.MaxValue), MaxBytes, SearchProgress, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
        var seconds = options.TimeProvider.GetElapsedTime(clock).TotalSeconds;
        var learned = rows?.Result;
        var start = BayesianNetwork.OfStructure(variables, learned?.Parents ?? found.Parents!);
        if (missing == MissingValues.Em)
        {
            // Equal tables would stay as they are where a variable is never observed together with its parents. A combination that no complete family has may
            // still be the only one possible in an incomplete row.
            var available = await pass.RunAsync(start, cancellationToken).ConfigureAwait(false);
            start = start.Maximize(available, options.Estimation with { Pseudocount = Math.Max(1, options.Pseudocount) });
        }
        start = start.With(missing);
        // A search that has counted all rows leaves nothing to read; one over complete rows does not know how many it left out.
        var known = rows?.Counts is { } counts && options.BatchesPerIteration is null && missing != MissingValues.Complete ? start.Counted(counts) : null;
        rows = null;
        var result = await ExpectationMaximization.FitAsync(start, known, pass, options, cancellationToken).ConfigureAwait(false);
        return learned is null ? result : result with { Model = result.Model.With(new LearnedStructure(learned, found.Search!.Score, seconds)) };
    }
}

/// <summary>The arcs of a network, or how to learn them.</summary>
/// <param name="Parents">Shape [variables][]: indexes of the parents of each variable; null = they are learnt.</param>
/// <param name="Search">How they are learnt; null = they are given.</param>
internal sealed record NetworkArcs(IReadOnlyList<IReadOnlyList<int>>? Parents, StructureOptions? Search);

/// <summary>How the structure of a network was learnt.</summary>
/// <param name="Result">The result of the search.</param>
/// <param name="Score">What it maximised.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record LearnedStructure(StructureResult Result, StructureScore Score, double Seconds);
