using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Inference;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A Bayesian network over categorical variables: P(x) = product over the variables of P(x_i | parents of i), one table for each (Pearl 1988; Koller and
/// Friedman 2009, chapter 3). Variable i is feature i, its values are the codes 0, 1, 2 …; NaN is missing. The log-probability of an incomplete row is that
/// of what is observed. Posteriors, fills and explanations are exact unless <see cref="InferenceOptions"/> choose otherwise.
/// </summary>
/// <remarks>
/// A fit with <see cref="MissingValues.Available"/> counts each family over the rows that have all of it: P(v | parents) = (w + pseudocount) / (W of the
/// parents + pseudocount * values); combinations of parents without rows get equal shares. With <see cref="MissingValues.Em"/>, missing values count by their
/// posteriors (Lauritzen 1995).
/// </remarks>
public sealed partial class BayesianNetwork : Distribution, IModelFormat<BayesianNetwork>, IInferenceModel
{
    private readonly NetworkVariable[] variables;
    private readonly int[][] parents;
    private readonly ConditionalProbabilityTable[] tables;
    // Shape [variables][]: the parents' columns, then the variable's own.
    private readonly int[][] families;
    private readonly double[][] logs;
    private readonly int[] sizes;
    private Once<InferenceEngine> engine;

    /// <summary>Makes a network.</summary>
    /// <param name="variables">The variables, in the order of the features.</param>
    /// <param name="parents">Shape [variables][]: indexes of the parents of each variable, in the order of its table.</param>
    /// <param name="tables">Shape [variables][combinations of the parents' values * own values]: probabilities of the own values, which are contiguous, for
    /// each combination of the parents' values, of which the last parent's change fastest. Each combination sums to 1 (to 1e-6).</param>
    /// <exception cref="ModelException">A name is duplicate, the arcs form a cycle, or a table has the wrong shape or sum.</exception>
    public BayesianNetwork(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<IReadOnlyList<int>> parents, IReadOnlyList<IReadOnlyList<double>> tables)
        : this(variables, parents, (i, sizes) => new(sizes, tables[i]), tables?.Count ?? 0)
    {
    }

    private BayesianNetwork(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<IReadOnlyList<int>> parents,
        Func<int, int[], ConditionalProbabilityTable> table, int count)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(parents);
        NetworkVariable.Check("Bayesian network", variables);
        ModelException.CheckOptions("Bayesian network",
            (parents.Count == variables.Count, nameof(parents), parents.Count, $"{variables.Count}, one list for each variable"),
            (count == variables.Count, nameof(tables), count, $"{variables.Count}, one for each variable"));
        this.variables = [.. variables];
        sizes = [.. variables.Select(v => v.Values.Count)];
        this.parents = [.. parents.Select(p => p.ToArray())];
        NetworkStructure.Check(this.variables, this.parents);
        families = [.. this.parents.Select((p, i) => (int[])[.. p, i])];
        tables = new ConditionalProbabilityTable[count];
        for (var i = 0; i < count; i++)
        {
            int[] shape = [.. families[i].Select(v => sizes[v])];
            try
            {
                tables[i] = table(i, shape);
            }
            catch (ModelException e)
            {
                throw new ModelException(e.Kind, $"Bayesian network, variable '{variables[i].Name}'", $"{e.Place}: {e.Found}", e.Expected, e.Remedy, e);
            }
        }
        logs = [.. tables.Select(t => CodeTables.Logs(t.Probabilities, double.NegativeInfinity))];
        engine = MakeEngine();
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<BayesianNetwork>();

    /// <inheritdoc/>
    public static string Name => "bayesian-network";

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <inheritdoc/>
    public override int Dimensions => variables.Length;

    /// <inheritdoc/>
    public override bool IsDiscrete => true;

    /// <inheritdoc/>
    public override bool RefusesUnknownValues => true;

    /// <inheritdoc/>
    public InferenceCost Cost => new(engine.Value.Patterns, engine.Value.LargestTableBytes);

    /// <summary>The variables, in the order of the features.</summary>
    public IReadOnlyList<NetworkVariable> Variables => variables;

    /// <summary>Shape [variables][]: indexes of the parents of each variable, in the order of its table.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Parents => parents;

    /// <summary>Shape [variables]: the table of each, over its parents and, last, itself.</summary>
    public IReadOnlyList<ConditionalProbabilityTable> Tables => tables;

    /// <summary>How questions are answered.</summary>
    public InferenceOptions Inference { get; private init; } = new();

    /// <summary>What a fit makes of rows with missing values; default <see cref="MissingValues.Available"/>.</summary>
    public MissingValues Missing { get; private init; }

    /// <summary>How the structure was learnt, directly after the fit; null = it was given, or the model comes from a file.</summary>
    public LearnedStructure? Learned { get; private init; }

    /// <summary>The sum over the variables of (values - 1) * combinations of the parents' values.</summary>
    protected override long FreeParameters => tables.Sum(t => t.ParameterCount);

    /// <inheritdoc/>
    public override string Title => $"Bayesian network of {variables.Length} {(variables.Length == 1 ? "variable" : "variables")}";

    internal FactorSet Factors => engine.Value.Set;

    internal InferenceEngine Engine => engine.Value;

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => sizes[feature];

    /// <summary>A network with given arcs whose tables are not known: all values are equally likely.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="parents">Shape [variables][]: indexes of the parents of each variable.</param>
    /// <exception cref="ModelException">A name is duplicate, the arcs form a cycle, or a table would be too large.</exception>
    public static BayesianNetwork OfStructure(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<IReadOnlyList<int>> parents) =>
        new(variables, parents, (_, shape) => Uniform(shape), parents?.Count ?? 0);

    /// <summary>The same network with other options of inference.</summary>
    /// <exception cref="ModelException">An option is out of range, or a variable is unknown.</exception>
    public BayesianNetwork With(InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        foreach (var name in options.Variables ?? [])
            if (!Array.Exists(variables, v => v.Name == name))
                throw new ModelException(ErrorKind.Usage, $"{nameof(InferenceOptions)}.{nameof(InferenceOptions.Variables)}", $"'{name}'",
                    "a variable of the network", NearestName.Remedy(name, variables.Select(v => v.Name), "correct the name"));
        return Copy(options, Missing);
    }

    /// <inheritdoc/>
    Model IInferenceModel.With(InferenceOptions options) => With(options);

    /// <summary>The same network with another rule for rows with missing values in a fit.</summary>
    public BayesianNetwork With(MissingValues missing) => Copy(Inference, missing);

    internal BayesianNetwork With(LearnedStructure learned) =>
        new(variables, parents, (i, _) => tables[i], tables.Length) { Inference = Inference, Missing = Missing, Learned = learned };

    /// <summary>Index of a variable.</summary>
    /// <exception cref="ModelException">There is no variable of that name.</exception>
    public int IndexOf(string variable)
    {
        var index = Array.FindIndex(variables, v => v.Name == variable);
        return index >= 0 ? index : throw new ModelException(ErrorKind.Usage, "Bayesian network", $"no variable '{variable}'", "a variable of the network",
            NearestName.Remedy(variable, variables.Select(v => v.Name), "correct the name"));
    }

    /// <inheritdoc/>
    public static BayesianNetwork ReadParameters(JsonElement json)
    {
        var read = json.Array("variables").Select(v => (
            Variable: new NetworkVariable(v.Text("name"), v.Texts("values")),
            Parents: v.Numbers("parents"),
            Probabilities: v.Numbers("probabilities"))).ToArray();
        foreach (var (variable, own, _) in read)
            foreach (var p in own)
                if (!(p >= 0 && p < read.Length && p == Math.Floor(p)))
                    throw JsonHelpers.Bad($"variable '{variable.Name}', property 'parents'", p.Text(), $"indexes of variables, 0 to {read.Length - 1}");
        var network = new BayesianNetwork([.. read.Select(r => r.Variable)], [.. read.Select(r => (int[])[.. r.Parents.Select(p => (int)p)])],
            [.. read.Select(r => r.Probabilities)]);
        return json.TryGetProperty("missing", out _) ? network.With(json.Choice<MissingValues>("missing")) : network;
    }

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray("variables");
        for (var i = 0; i < variables.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("name", variables[i].Name);
            writer.WriteStartArray("values");
            foreach (var value in variables[i].Values) writer.WriteStringValue(value);
            writer.WriteEndArray();
            writer.WriteNumbers("parents", parents[i].Select(p => (double)p));
            writer.WriteNumbers("probabilities", tables[i].Probabilities.ToArray());
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (Missing != MissingValues.Available) writer.WriteString("missing", Missing.ToString());
    }

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null) => variables.Select((v, i) =>
        new OutlineEntry(NameOf(i, features) + (parents[i].Length == 0 ? "" : $" given {string.Join(", ", parents[i].Select(p => NameOf(p, features)))}"),
            tables[i].Outline(Named(i, features))));

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join(Environment.NewLine, Enumerable.Range(0, variables.Length).Select(i => tables[i].Describe(Named(i, features))));

    /// <inheritdoc/>
    public override string ToString() => $"BayesianNetwork({variables.Length} variables, {parents.Sum(p => p.Length)} arcs)";

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BayesianNetwork other && other.IsFrozen == IsFrozen && other.Missing == Missing
        && other.variables.SequenceEqual(variables) && other.tables.SequenceEqual(tables)
        && other.parents.Zip(parents).All(p => p.First.AsSpan().SequenceEqual(p.Second));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(variables.Length, tables[0], tables[^1]);

    private static ConditionalProbabilityTable Uniform(int[] shape)
    {
        long cells = 1;
        foreach (var size in shape) cells = Math.Min(cells * size, TableDistribution.MostCells + 1L);
        // The table's own check names what is too large.
        return new(shape, [.. Enumerable.Repeat(1.0 / shape[^1], (int)cells)]);
    }

    private BayesianNetwork Of(ConditionalProbabilityTable[] fitted) =>
        new(variables, parents, (i, _) => fitted[i], fitted.Length) { Inference = Inference, Missing = Missing };

    private BayesianNetwork Copy(InferenceOptions inference, MissingValues missing)
    {
        var copy = new BayesianNetwork(variables, parents, (i, _) => tables[i], tables.Length) { Inference = inference, Missing = missing };
        return IsFrozen ? (BayesianNetwork)copy.Freeze() : copy;
    }

    private Once<InferenceEngine> MakeEngine() =>
        new(() => new(new(sizes, [.. tables.Select((t, i) => new Factor(families[i], FactorSet.Pin(t.Probabilities), i))]), Inference.MaxBytes,
            Inference.Method == InferenceMethod.Loopy ? new(Inference.LoopyRounds, Inference.LoopyTolerance) : null));

    private Feature[] Named(int variable, IReadOnlyList<Feature>? features) =>
        [.. families[variable].Select(v => new Feature(NameOf(v, features), variables[v].Values))];

    private string NameOf(int variable, IReadOnlyList<Feature>? features) => features?[variable].Name ?? variables[variable].Name;
}
