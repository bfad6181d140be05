using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Inference;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A network without directions: P(x) = product of the factors / Z, where the partition function Z is the sum of the products over all combinations of values
/// (Koller and Friedman 2009, chapter 4). Z is computed once, when a probability is first asked for; posteriors do not need it. Loopy belief propagation
/// approximates it (<see cref="InferenceOptions.Method"/>).
/// </summary>
public abstract class FactorNetwork : CategoricalNetwork
{
    private readonly NetworkFactor[] factors;
    private readonly Once<double> logTotal;
    private readonly InferenceQuery[] drawn;
    // Natural logarithm of what the tables were divided by.
    private readonly double logScale;

    /// <summary>Makes a network of factors that are checked.</summary>
    /// <param name="made">The variables and factors, from <see cref="Made"/>.</param>
    private protected FactorNetwork((NetworkVariable[] Variables, NetworkFactor[] Factors) made)
        : base(made.Variables, [.. made.Factors.Select(f => f.Variables.ToArray())], [.. made.Factors.Select(Scaled)], isDirected: false)
    {
        factors = made.Factors;
        logTotal = new(Total);
        drawn = new InferenceQuery[Variables.Count];
        logScale = factors.Sum(f => Exponent(f) * Math.Log(2));
    }

    /// <summary>Natural logarithm of the partition function Z.</summary>
    /// <exception cref="ModelException">All products are 0, or inference takes more than <see cref="InferenceOptions.MaxBytes"/>.</exception>
    public double LogPartition => LogTotal + logScale;

    /// <summary>The factors.</summary>
    private protected IReadOnlyList<NetworkFactor> AllFactors => factors;

    /// <summary>What a factor is called.</summary>
    private protected abstract string PartName { get; }

    private protected override double LogTotal => logTotal.Value;

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteVariables(writer);
        writer.WriteObjects($"{PartName}s", factors, factor =>
        {
            writer.WriteNumbers("variables", factor.Variables.Select(v => (double)v));
            writer.WriteNumbers("values", factor.Values.ToArray());
        });
    }

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) => string.Join(Environment.NewLine,
        factors.Select((f, i) => JointProbabilityTable.Text([.. f.Variables.Select(v => ValueCounts[v])], f.Values.ToArray(), Named(i, features))));

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Variables.Count} variables, {factors.Length} {PartName}s)";

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FactorNetwork other && HasVariablesOf(other) && other.factors.SequenceEqual(factors);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Variables.Count, factors.Length, factors[0], factors[^1]);

    /// <summary>
    /// Draws a row, each variable from its distribution given those before it. That is a query for each variable and row: a large network takes its time.
    /// </summary>
    public override unsafe void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        _ = LogTotal;
        row.Fill(double.NaN);
        for (var v = 0; v < row.Length; v++)
        {
            var query = drawn[v] ??= new(QueryKind.Posteriors, [.. Enumerable.Range(0, Dimensions).Select(u => u == v)]);
            var value = 0;
            Ask(FeatureBlock.ColumnMajor(row, 1, row.Length, 1), query, [false], (program, in run, rows, lanes) =>
            {
                var result = program.Results[0];
                var own = new double[result.Size];
                for (var k = 0; k < own.Length; k++) own[k] = run.Entry(result.Target + k)[lanes[0]];
                value = random.NextIndex(own, Sums.Of(own));
            });
            row[v] = value;
        }
    }

    internal override void WriteInspection(Utf8JsonWriter writer)
    {
        WriteVariables(writer);
        writer.WriteStartArray($"{PartName}s");
        foreach (var factor in factors) WriteNames(factor);
        writer.WriteEndArray();
        WriteSize(writer);

        void WriteNames(NetworkFactor factor)
        {
            writer.WriteStartArray();
            foreach (var v in factor.Variables) writer.WriteStringValue(Variables[v].Name);
            writer.WriteEndArray();
        }
    }

    /// <summary>Throws unless these are factors over the variables that have each variable at least once.</summary>
    /// <param name="title">The network, for messages.</param>
    /// <param name="part">What a factor is called.</param>
    /// <param name="variables">The variables.</param>
    /// <param name="factors">The factors.</param>
    private protected static (NetworkVariable[] Variables, NetworkFactor[] Factors) Made(string title, string part, IReadOnlyList<NetworkVariable> variables,
        IEnumerable<NetworkFactor> factors)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(factors);
        NetworkVariable.Check(title, variables);
        NetworkFactor[] made = [.. factors];
        var isCovered = new bool[variables.Count];
        for (var i = 0; i < made.Length; i++)
        {
            made[i].Check($"{title}, {part} {i}", variables);
            foreach (var v in made[i].Variables) isCovered[v] = true;
        }
        var bare = Array.IndexOf(isCovered, false);
        return bare < 0 ? ([.. variables], made) : throw new ModelException(ErrorKind.Usage, title, $"variable '{variables[bare].Name}' in no {part}",
            $"each variable in at least one {part}", $"add a {part} of it");
    }

    /// <summary>Reads what <see cref="WriteParameters"/> writes.</summary>
    private protected static (NetworkVariable[] Variables, NetworkFactor[] Factors) Read(JsonElement json, string part)
    {
        NetworkVariable[] variables = [.. json.Array("variables").Select(ReadVariable)];
        return (variables,
            [.. json.Array($"{part}s").Select((f, i) => new NetworkFactor(ReadIndexes(f, "variables", variables.Length, $"{part} {i}"), f.Numbers("values")))]);
    }

    // Products of several tables stay in range if each table does. Powers of 2 change no digit, except in numbers 1e-308 of the largest or less.
    private static double[] Scaled(NetworkFactor factor)
    {
        var exponent = Exponent(factor);
        return [.. factor.Values.ToArray().Select(x => Math.ScaleB(x, -exponent))];
    }

    private static int Exponent(NetworkFactor factor) => Math.ILogB(factor.Values.ToArray().Max());

    private double Total()
    {
        double[] nothing = new double[Variables.Count];
        Array.Fill(nothing, double.NaN);
        double log = 0;
        Ask(FeatureBlock.ColumnMajor(nothing, 1, nothing.Length, 1), evidenceQuery, [false], (program, in run, rows, lanes) =>
        {
            Span<double> logs = stackalloc double[run.Lanes];
            run.EvidenceLogs(logs);
            log = logs[lanes[0]];
        });
        return double.IsFinite(log) ? log : throw new ModelException(ErrorKind.Usage, FormatName, $"{PartName}s whose product is 0 for every row",
            "a product above 0 for at least one", $"correct the {PartName}s");
    }
}
