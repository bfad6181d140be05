using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Inference;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A Bayesian network over categorical variables: P(x) = product over the variables of P(x_i | parents of i), one table for each (Pearl 1988; Koller and
/// Friedman 2009, chapter 3).
/// </summary>
/// <remarks>
/// A fit with <see cref="MissingValues.Available"/> counts each family over the rows that have all of it: P(v | parents) = (w + pseudocount) / (W of the
/// parents + pseudocount * values); combinations of parents without rows get equal shares. With <see cref="MissingValues.Em"/>, missing values count by their
/// posteriors (Lauritzen 1995).
/// </remarks>
public sealed partial class BayesianNetwork : CategoricalNetwork, IModelFormat<BayesianNetwork>
{
    private readonly int[][] parents;
    private readonly ConditionalProbabilityTable[] tables;

    /// <summary>Makes a network.</summary>
    /// <param name="variables">The variables, in the order of the features.</param>
    /// <param name="parents">Shape [variables][]: indexes of the parents of each variable, in the order of its table.</param>
    /// <param name="tables">Shape [variables][combinations of the parents' values * own values]: probabilities of the own values, which are contiguous, for
    /// each combination of the parents' values, of which the last parent's change fastest. Each combination sums to 1 (to 1e-6).</param>
    /// <exception cref="ModelException">A name is duplicate, the arcs form a cycle, or a table has the wrong shape or sum.</exception>
    public BayesianNetwork(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<IReadOnlyList<int>> parents, IReadOnlyList<IReadOnlyList<double>> tables)
        : this(Made(variables, parents, (i, shape) => new(shape, tables[i]), tables?.Count ?? 0))
    {
    }

    private BayesianNetwork((NetworkVariable[] Variables, int[][] Parents, ConditionalProbabilityTable[] Tables) made)
        : base(made.Variables, [.. made.Parents.Select((p, i) => (int[])[.. p, i])], [.. made.Tables.Select(t => t.Probabilities.ToArray())],
            isDirected: true) =>
        (parents, tables) = (made.Parents, made.Tables);

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<BayesianNetwork>();

    /// <inheritdoc/>
    public static string Name => "bayesian-network";

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <summary>Shape [variables][]: indexes of the parents of each variable, in the order of its table.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Parents => parents;

    /// <summary>Shape [variables]: the table of each, over its parents and, last, itself.</summary>
    public IReadOnlyList<ConditionalProbabilityTable> Tables => tables;

    /// <summary>What a fit makes of rows with missing values; default <see cref="MissingValues.Available"/>.</summary>
    public MissingValues Missing { get; private init; }

    /// <summary>How the structure was learnt, directly after the fit; null = it was given, or the model comes from a file.</summary>
    public LearnedStructure? Learned { get; private init; }

    /// <summary>The sum over the variables of (values - 1) * combinations of the parents' values.</summary>
    protected override long FreeParameters => tables.Sum(t => t.ParameterCount);

    /// <inheritdoc/>
    public override string Title => $"Bayesian network of {Variables.Count} {(Variables.Count == 1 ? "variable" : "variables")}";

    /// <summary>A network with given arcs whose tables are not known: all values are equally likely.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="parents">Shape [variables][]: indexes of the parents of each variable.</param>
    /// <exception cref="ModelException">A name is duplicate, the arcs form a cycle, or a table would be too large.</exception>
    public static BayesianNetwork OfStructure(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<IReadOnlyList<int>> parents) =>
        new(Made(variables, parents, (_, shape) => Uniform(shape), parents?.Count ?? 0));

    /// <inheritdoc/>
    public override BayesianNetwork With(InferenceOptions options)
    {
        Check(options);
        return Copy(options, Missing);
    }

    /// <summary>The same network with another rule for rows with missing values in a fit.</summary>
    public BayesianNetwork With(MissingValues missing) => Copy(Inference, missing);

    internal BayesianNetwork With(LearnedStructure learned) =>
        new(([.. Variables], parents, tables)) { Inference = Inference, Missing = Missing, Learned = learned };

    /// <inheritdoc/>
    public static BayesianNetwork ReadParameters(JsonElement json)
    {
        var read = json.Array("variables").Select(v => (Variable: ReadVariable(v), Json: v)).ToArray();
        var network = new BayesianNetwork([.. read.Select(r => r.Variable)],
            [.. read.Select(r => ReadIndexes(r.Json, "parents", read.Length, $"variable '{r.Variable.Name}'"))],
            [.. read.Select(r => r.Json.Numbers("probabilities"))]);
        return json.TryGetProperty("missing", out _) ? network.With(json.Choice<MissingValues>("missing")) : network;
    }

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteVariables(writer, i =>
        {
            writer.WriteNumbers("parents", parents[i].Select(p => (double)p));
            writer.WriteNumbers("probabilities", tables[i].Probabilities.ToArray());
        });
        if (Missing != MissingValues.Available) writer.WriteString("missing", Missing.ToString());
    }

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null) => Variables.Select((v, i) =>
    {
        // The table's first line begins with the names of the family, which become a line of their own.
        var family = NameOf(i, features) + (parents[i].Length == 0 ? "" : $" given {string.Join(", ", parents[i].Select(p => NameOf(p, features)))}");
        var head = parents[i].Length == 0 ? $"{family} given nothing: () " : $"{family}: ";
        return new OutlineEntry(family, tables[i].Outline(Named(i, features)).Select(l =>
            l.Text.StartsWith(head, StringComparison.Ordinal) ? l with { Text = l.Text[head.Length..] } : l));
    });

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join(Environment.NewLine, Enumerable.Range(0, Variables.Count).Select(i => tables[i].Describe(Named(i, features))));

    /// <inheritdoc/>
    public override string ToString() => $"BayesianNetwork({Variables.Count} variables, {parents.Sum(p => p.Length)} arcs)";

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BayesianNetwork other && HasVariablesOf(other) && other.Missing == Missing
        && other.tables.SequenceEqual(tables)
        && other.parents.Zip(parents).All(p => p.First.AsSpan().SequenceEqual(p.Second));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Variables.Count, tables[0], tables[^1]);

    private static ConditionalProbabilityTable Uniform(int[] shape)
    {
        long cells = 1;
        foreach (var size in shape) cells = Math.Min(cells * size, TableDistribution.MostCells + 1L);
        // The table's own check names what is too large.
        return new(shape, [.. Enumerable.Repeat(1.0 / shape[^1], (int)cells)]);
    }

    private BayesianNetwork Of(ConditionalProbabilityTable[] fitted) => new(([.. Variables], parents, fitted)) { Inference = Inference, Missing = Missing };

    private BayesianNetwork Copy(InferenceOptions inference, MissingValues missing)
    {
        var copy = new BayesianNetwork(([.. Variables], parents, tables)) { Inference = inference, Missing = missing };
        return IsFrozen ? (BayesianNetwork)copy.Freeze() : copy;
    }

    // Checks what the network is made of.
    private static (NetworkVariable[] Variables, int[][] Parents, ConditionalProbabilityTable[] Tables) Made(IReadOnlyList<NetworkVariable> variables,
        IReadOnlyList<IReadOnlyList<int>> parents, Func<int, int[], ConditionalProbabilityTable> table, int count)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(parents);
        NetworkVariable.Check("Bayesian network", variables);
        ModelException.CheckOptions("Bayesian network",
            (parents.Count == variables.Count, nameof(parents), parents.Count, $"{variables.Count}, one list for each variable"),
            (count == variables.Count, nameof(tables), count, $"{variables.Count}, one for each variable"));
        int[][] arcs = [.. parents.Select(p => p.ToArray())];
        NetworkStructure.Check(variables, arcs);
        var made = new ConditionalProbabilityTable[count];
        for (var i = 0; i < count; i++)
        {
            int[] shape = [.. arcs[i].Append(i).Select(v => variables[v].Values.Count)];
            try
            {
                made[i] = table(i, shape);
            }
            catch (ModelException e)
            {
                throw new ModelException(e.Kind, $"Bayesian network, variable '{variables[i].Name}'", $"{e.Place}: {e.Found}", e.Expected, e.Remedy, e);
            }
        }
        return ([.. variables], arcs, made);
    }
}
