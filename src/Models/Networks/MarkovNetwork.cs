using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A Markov network over categorical variables: P(x) = product of the cliques' tables / Z (Koller and Friedman 2009, chapter 4).
/// </summary>
/// <remarks>
/// A fit gives each clique the joint frequencies of its variables, (w + pseudocount) / (W + pseudocount * combinations), over the rows that have all of them,
/// as pomegranate does. Where cliques share variables, these are not the tables of maximum likelihood: what they share counts more than once.
/// </remarks>
public sealed class MarkovNetwork : FactorNetwork, IModelFormat<MarkovNetwork>, IGraphModel
{
    private const string Words = "Markov network", Part = "clique";

    /// <summary>Makes a network.</summary>
    /// <param name="variables">The variables, in the order of the features.</param>
    /// <param name="cliques">The cliques' tables, which need not sum to 1. Each variable is in at least one.</param>
    /// <exception cref="ModelException">A name is duplicate, a table is wrong, or a variable is in no clique.</exception>
    public MarkovNetwork(IReadOnlyList<NetworkVariable> variables, IEnumerable<NetworkFactor> cliques)
        : this(Made(Words, Part, variables, cliques))
    {
    }

    private MarkovNetwork((NetworkVariable[] Variables, NetworkFactor[] Cliques) made)
        : base(made)
    {
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<MarkovNetwork>();

    /// <inheritdoc/>
    public static string Name => "markov-network";

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <summary>The cliques' tables.</summary>
    public IReadOnlyList<NetworkFactor> Cliques => AllFactors;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    public override string Title => $"Markov network of {Variables.Count} {(Variables.Count == 1 ? "variable" : "variables")}";

    /// <inheritdoc/>
    public ModelGraph Graph => new([.. Variables.Select(v => v.Name)],
        [.. Cliques.SelectMany(c => c.Variables.SelectMany(a => c.Variables.Where(b => a < b).Select(b => (a, b)))).Distinct().Order()], IsDirected: false);

    /// <summary>The dimension of the log-linear model: what cliques share counts once.</summary>
    protected override long FreeParameters => SubsetTerms.Count([.. Cliques.Select(c => c.Variables)], [.. Variables.Select(v => v.Values.Count)]);

    private protected override string PartName => Part;

    internal override string WhyObjectiveFalls => "the frequencies of cliques that share variables do not maximize it";

    /// <summary>A network of given cliques whose tables are not known: all values are equally likely.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="cliques">Shape [cliques][]: indexes of the variables of each.</param>
    /// <exception cref="ModelException">A name is duplicate, a variable is in no clique, or a table would be too large.</exception>
    public static MarkovNetwork OfStructure(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<IReadOnlyList<int>> cliques)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return new(variables, (cliques ?? throw new ArgumentNullException(nameof(cliques))).Select(c => NetworkFactor.Uniform(c, variables)));
    }

    /// <inheritdoc/>
    public override MarkovNetwork With(InferenceOptions options)
    {
        Check(options);
        var copy = new MarkovNetwork(([.. Variables], [.. Cliques])) { Inference = options };
        return IsFrozen ? (MarkovNetwork)copy.Freeze() : copy;
    }

    /// <inheritdoc/>
    public static MarkovNetwork ReadParameters(JsonElement json)
    {
        var (variables, cliques) = Read(json, Part);
        return new(variables, cliques);
    }

    /// <inheritdoc/>
    public override MarkovNetwork Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var counts = (NetworkStatistics)statistics;
        if (IsFrozen || options.Inertia == 1) return this;
        var fitted = new NetworkFactor[Cliques.Count];
        for (var i = 0; i < fitted.Length; i++)
        {
            var scope = Cliques[i].Variables;
            var old = new JointProbabilityTable([.. scope.Select(v => ValueCounts[v])], Cliques[i].Shares());
            var names = string.Join(", ", scope.Take(4).Select(v => $"'{Variables[v].Name}'"));
            var found = (JointProbabilityTable)old.Maximize(counts.Table(i, old, $"clique {i} ({names}{(scope.Count > 4 ? ", …" : "")})", scope[0]), options);
            fitted[i] = ReferenceEquals(found, old) ? Cliques[i] : new(scope, found.Probabilities.ToArray());
        }
        return new(([.. Variables], fitted)) { Inference = Inference };
    }
}
