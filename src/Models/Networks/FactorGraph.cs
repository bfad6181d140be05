using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A factor graph over categorical variables: P(x) = product of the factors / Z (Kschischang, Frey and Loeliger 2001). Sums of products (posteriors) and
/// maxima of products (explanations) are exact in any graph, not only in trees.
/// </summary>
/// <remarks>A fit leaves the factors as they are.</remarks>
public sealed class FactorGraph : FactorNetwork, IModelFormat<FactorGraph>, IGraphModel
{
    private const string Words = "factor graph", Part = "factor";

    /// <summary>Makes a factor graph.</summary>
    /// <param name="variables">The variables, in the order of the features.</param>
    /// <param name="factors">The factors, which need not sum to 1. Each variable is in at least one.</param>
    /// <exception cref="ModelException">A name is duplicate, a table is wrong, or a variable is in no factor.</exception>
    public FactorGraph(IReadOnlyList<NetworkVariable> variables, IEnumerable<NetworkFactor> factors)
        : this(Made(Words, Part, variables, factors))
    {
    }

    private FactorGraph((NetworkVariable[] Variables, NetworkFactor[] Factors) made)
        : base(made)
    {
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<FactorGraph>();

    /// <inheritdoc/>
    public static string Name => "factor-graph";

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <summary>The factors.</summary>
    public IReadOnlyList<NetworkFactor> Factors => AllFactors;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.None;

    /// <inheritdoc/>
    public override string Title => $"factor graph of {Variables.Count} {(Variables.Count == 1 ? "variable" : "variables")}";

    /// <summary>The variables, then the factors; an edge from each variable to each of its factors.</summary>
    public ModelGraph Graph => new([.. Variables.Select(v => v.Name), .. Factors.Select((_, i) => $"factor {i}")],
        [.. Factors.SelectMany((f, i) => f.Variables.Select(v => (v, Variables.Count + i))).Order()], IsDirected: false);

    /// <summary>0: nothing is fitted.</summary>
    protected override long FreeParameters => 0;

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => ParameterKinds.None;

    private protected override string PartName => Part;

    /// <inheritdoc/>
    public override FactorGraph With(InferenceOptions options)
    {
        Check(options);
        var copy = new FactorGraph(([.. Variables], [.. Factors])) { Inference = options };
        return IsFrozen ? (FactorGraph)copy.Freeze() : copy;
    }

    /// <inheritdoc/>
    public static FactorGraph ReadParameters(JsonElement json)
    {
        var (variables, factors) = Read(json, Part);
        return new(variables, factors);
    }

    /// <inheritdoc/>
    public override FactorGraph Maximize(Statistics statistics, in MaximizeOptions options) => this;

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics) => ["the factors of a factor graph are not fitted; they are unchanged"];
}
