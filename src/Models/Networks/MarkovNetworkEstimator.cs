using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>
/// A Markov network before its tables are known. After a survey of the data, the cliques are the edges of a Chow-Liu tree (Chow and Liu 1968), unless they are
/// given, and their joint frequencies are counted in one pass.
/// </summary>
public sealed class MarkovNetworkEstimator : IEstimator<MarkovNetwork>
{
    private static readonly StructureOptions tree = new() { Method = StructureMethod.ChowLiu };

    private readonly Func<IReadOnlyList<NetworkVariable>, IReadOnlyList<IReadOnlyList<int>>>? cliques;
    private readonly string description;

    /// <summary>A network whose cliques are the edges of a Chow-Liu tree.</summary>
    public MarkovNetworkEstimator() => description = "Chow-Liu";

    /// <summary>A network of given cliques.</summary>
    /// <param name="cliques">Shape [cliques][]: indexes of the variables of each; every variable is in at least one.</param>
    public MarkovNetworkEstimator(IReadOnlyList<IReadOnlyList<int>> cliques)
        : this(_ => cliques, string.Join("; ", (cliques ?? throw new ArgumentNullException(nameof(cliques))).Select(c => string.Join(",", c))))
    {
    }

    /// <summary>A network whose cliques depend on the variables' names.</summary>
    /// <param name="cliques">Gives the cliques.</param>
    /// <param name="description">What distinguishes them from others.</param>
    internal MarkovNetworkEstimator(Func<IReadOnlyList<NetworkVariable>, IReadOnlyList<IReadOnlyList<int>>> cliques, string description) =>
        (this.cliques, this.description) = (cliques, description);

    /// <summary>Bytes that the counts of all pairs of variables may take; null (default) = no limit.</summary>
    public long? MaxBytes { get; init; }

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => ParameterKinds.Others;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("Markov network", description)];

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => true;

    /// <inheritdoc/>
    public bool TakesCategories => true;

    /// <inheritdoc/>
    public void Check(IDataPass pass)
    {
        ArgumentNullException.ThrowIfNull(pass);
        var named = NetworkData.Named(pass);
        if (cliques is null) StructureSearch.Check(tree, [.. named.Select(v => v.Values.Count)], MaxBytes, pass);
        else MarkovNetwork.OfStructure(named, cliques(named));
    }

    /// <inheritdoc/>
    public async ValueTask<FitResult<MarkovNetwork>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Check(pass);
        var variables = await NetworkData.VariablesAsync(pass, cancellationToken).ConfigureAwait(false);
        var found = cliques?.Invoke(variables);
        IFamilyCounts? counts = null;
        if (found is null)
        {
            var learned = await StructureSearch.FindAsync(pass, [.. variables.Select(v => v.Values.Count)], tree,
                Parallelism.Threads(options.Threads, long.MaxValue), MaxBytes, null, cancellationToken).ConfigureAwait(false);
            (found, counts) = (Edges(learned.Result.Parents), learned.Counts);
        }
        var start = MarkovNetwork.OfStructure(variables, found);
        var known = counts is not null && options.BatchesPerIteration is null ? start.Counted(counts) : null;
        return await ExpectationMaximization.FitAsync(start, known, pass, options, cancellationToken).ConfigureAwait(false);
    }

    // A single variable has no edge.
    private static IReadOnlyList<IReadOnlyList<int>> Edges(IReadOnlyList<IReadOnlyList<int>> parents) => parents.Count == 1 ? [[0]] :
        [.. parents.SelectMany((own, child) => own.Select(parent => (First: Math.Min(parent, child), Second: Math.Max(parent, child)))).Order()
            .Select(e => (int[])[e.First, e.Second])];
}
