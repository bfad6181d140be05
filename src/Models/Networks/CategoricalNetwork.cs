using System.Text.Json;
using Pipelines.Models.Inference;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A distribution of categorical variables that is proportional to a product of tables over a few of them each (Koller and Friedman 2009, chapters 3 and 4).
/// Variable i is feature i, its values are the codes 0, 1, 2 …; NaN is missing. The log-probability of an incomplete row is that of what is observed.
/// Posteriors, fills and explanations are exact unless <see cref="InferenceOptions"/> choose otherwise.
/// </summary>
public abstract partial class CategoricalNetwork : Distribution, IInferenceModel
{
    private readonly NetworkVariable[] variables;
    private readonly int[] sizes;
    // Shape [tables][]: the variables of each, the last one's codes contiguous.
    private readonly int[][] scopes;
    private readonly int[][] shapes;
    private readonly double[][] logs;
    private readonly Once<InferenceEngine> engine;

    /// <summary>Makes a network of variables and tables that are checked.</summary>
    /// <param name="variables">The variables, in the order of the features.</param>
    /// <param name="scopes">Shape [tables][]: the variables of each table.</param>
    /// <param name="tables">Shape [tables][combinations of values]: numbers of at least 0.</param>
    /// <param name="isDirected">True: table i is the probability of variable i given the others of its scope.</param>
    private protected CategoricalNetwork(NetworkVariable[] variables, int[][] scopes, IReadOnlyList<double[]> tables, bool isDirected)
    {
        (this.variables, this.scopes) = (variables, scopes);
        sizes = [.. variables.Select(v => v.Values.Count)];
        shapes = [.. scopes.Select(scope => scope.Select(v => sizes[v]).ToArray())];
        logs = [.. tables.Select(t => Models.Kernels.CodeTables.Logs(t, double.NegativeInfinity))];
        engine = new(() => new(
            new(sizes, [.. tables.Select((t, i) => new CategoricalFactor(scopes[i], FactorSet.Pin(t), isDirected ? i : -1))]),
            Inference.MaxBytes,
            Inference.Method == InferenceMethod.Loopy ? new(Inference.LoopyRounds, Inference.LoopyTolerance) : null));
    }

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

    /// <summary>How questions are answered.</summary>
    public InferenceOptions Inference { get; private protected init; } = new();

    internal FactorSet FactorSet => engine.Value.Set;

    internal InferenceEngine Engine => engine.Value;

    /// <summary>Natural logarithm of the sum of the tables' product over all rows: 0 if the product is a probability.</summary>
    private protected virtual double LogTotal => 0;

    /// <summary>Number of values of each variable.</summary>
    private protected int[] ValueCounts => sizes;

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => sizes[feature];

    /// <summary>The same network with other options of inference.</summary>
    /// <exception cref="ModelException">An option is out of range, or a variable is unknown.</exception>
    public abstract CategoricalNetwork With(InferenceOptions options);

    /// <inheritdoc/>
    Model IInferenceModel.With(InferenceOptions options) => With(options);

    /// <summary>Index of a variable.</summary>
    /// <exception cref="ModelException">There is no variable of that name.</exception>
    public int IndexOf(string variable)
    {
        var index = Array.FindIndex(variables, v => v.Name == variable);
        return index >= 0 ? index : throw new ModelException(ErrorKind.Usage, FormatName, $"no variable '{variable}'", "a variable of the network",
            NearestName.Remedy(variable, variables.Select(v => v.Name), "correct the name"));
    }

    /// <summary>Throws if options are out of range or name unknown variables.</summary>
    private protected void Check(InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        foreach (var name in options.Variables ?? [])
            if (!Array.Exists(variables, v => v.Name == name))
                throw new ModelException(ErrorKind.Usage, $"{nameof(InferenceOptions)}.{nameof(InferenceOptions.Variables)}", $"'{name}'",
                    "a variable of the network", NearestName.Remedy(name, variables.Select(v => v.Name), "correct the name"));
    }

    /// <summary>True if the other network is of the same kind and has the same variables.</summary>
    private protected bool HasVariablesOf(CategoricalNetwork other) =>
        other.GetType() == GetType() && other.IsFrozen == IsFrozen && other.variables.SequenceEqual(variables);

    /// <summary>A table's variables as features.</summary>
    private protected Feature[] Named(int table, IReadOnlyList<Feature>? features) =>
        [.. scopes[table].Select(v => new Feature(NameOf(v, features), variables[v].Values))];

    /// <summary>The name of a variable.</summary>
    private protected string NameOf(int variable, IReadOnlyList<Feature>? features) => features?[variable].Name ?? variables[variable].Name;

    /// <summary>Reads a variable of a model file.</summary>
    private protected static NetworkVariable ReadVariable(JsonElement json) => new(json.Text("name"), json.Texts("values"));

    /// <summary>Reads indexes of variables.</summary>
    /// <param name="json">The object that has them.</param>
    /// <param name="property">The property.</param>
    /// <param name="count">Number of variables.</param>
    /// <param name="place">What has them, for messages.</param>
    private protected static int[] ReadIndexes(JsonElement json, string property, int count, string place)
    {
        var read = json.Numbers(property);
        foreach (var p in read)
            if (!(p >= 0 && p < count && p == Math.Floor(p)))
                throw JsonHelpers.Bad($"{place}, property '{property}'", p.Text(), $"indexes of variables, 0 to {count - 1}");
        return [.. read.Select(p => (int)p)];
    }

    /// <summary>Writes the variables.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="more">Writes what else belongs to each; null = nothing.</param>
    private protected void WriteVariables(Utf8JsonWriter writer, Action<int>? more = null) =>
        writer.WriteObjects("variables", Enumerable.Range(0, variables.Length), v =>
        {
            writer.WriteString("name", variables[v].Name);
            writer.WriteTexts("values", variables[v].Values);
            more?.Invoke(v);
        });

    /// <summary>Writes how many parameters there are, and what the junction tree takes if nothing is observed.</summary>
    private protected void WriteSize(Utf8JsonWriter writer)
    {
        writer.WriteNumber("parameters", ParameterCount);
        var plan = InferencePlan.Of(FactorSet, new bool[variables.Length], new InferenceQuery(QueryKind.Posteriors));
        writer.WriteStartObject("junctionTree");
        writer.WriteNumber("cliques", plan.Tree.Cliques.Length);
        writer.WriteTexts("largestClique", plan.Widest.Variables.Select(v => variables[v].Name));
        writer.WriteNumber("bytes", plan.CliqueEntries * sizeof(double));
        writer.WriteEndObject();
    }
}
