using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Joint probabilities of the categories of several features: log p(row) = log of its cell. Fitting gives each cell its weighted share,
/// (w + pseudocount)/(W + pseudocount * cells), blended with the old share by inertia.
/// </summary>
/// <remarks>See <see cref="TableDistribution"/> for codes, unknown and missing categories.</remarks>
public sealed class JointProbabilityTable : TableDistribution, IDistributionFamily<JointProbabilityTable>
{
    /// <summary>Creates a table.</summary>
    /// <param name="sizes">Number of categories of each feature, at least 1 each.</param>
    /// <param name="probabilities">Shape [product of sizes], the last feature's codes contiguous; from 0 to 1, sum 1 (to 1e-6).</param>
    /// <param name="unknownProbability">Probability of rows with any other code, 0 … 1; default 0: log-probability -infinity.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public JointProbabilityTable(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability = 0)
        : this(sizes, probabilities, unknownProbability, isNormalized: true)
    {
    }

    private JointProbabilityTable(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability, bool isNormalized)
        : base(sizes, probabilities, unknownProbability)
    {
        var sum = probabilities.Sum();
        ModelException.CheckOptions("joint probability table", (!isNormalized || Math.Abs(sum - 1) <= SumTolerance, "sum of probabilities", sum.Text(), "1"));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<JointProbabilityTable>();

    /// <inheritdoc/>
    public static string FamilyName => "joint-probability-table";

    /// <inheritdoc/>
    public static bool IsCategorical => true;

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <summary>One category per feature, and a floor for all combinations that a fit meets beyond them.</summary>
    public static JointProbabilityTable Prototype(ReadOnlySpan<double> center)
    {
        var sizes = new int[center.Length];
        Array.Fill(sizes, 1);
        return new(sizes, [1.0], LeastOfStart);
    }

    /// <inheritdoc/>
    public static JointProbabilityTable ReadParameters(JsonElement json) =>
        new(ReadSizes(json), json.Numbers("probabilities"), json.Number("unknownProbability"), ReadIsNormalized(json));

    /// <summary>Another program's table, unchanged: its probabilities need not sum to 1. The next fit normalises them.</summary>
    internal static JointProbabilityTable AsGiven(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability) =>
        new(sizes, probabilities, unknownProbability, isNormalized: false);

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        base.WriteParameters(writer);
        WriteIsNormalized(writer, Probabilities.Length);
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        var cell = SampleCell(random, 0, Probabilities.Length);
        for (var j = Sizes.Length - 1; j >= 0; j--, cell /= Sizes[j + 1]) row[j] = cell % Sizes[j];
    }

    /// <inheritdoc/>
    public override string ToString() => $"JointProbabilityTable({string.Join(" x ", Sizes.ToArray())})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) => Text(Sizes.ToArray(), Probabilities.ToArray(), features);

    /// <summary>The largest numbers of a table as text.</summary>
    /// <param name="sizes">Number of codes of each feature.</param>
    /// <param name="cells">Shape [product of sizes].</param>
    /// <param name="features">The features; null = unnamed.</param>
    internal static string Text(int[] sizes, double[] cells, IReadOnlyList<Feature>? features)
    {
        const int most = 20;
        var largest = Enumerable.Range(0, cells.Length).OrderByDescending(c => cells[c]).Take(most).Select(c => $"({Codes(c)}) {cells[c].Text()}");
        return $"{string.Join(", ", sizes.Select((_, j) => features?[j].Name ?? $"x{j}"))}: "
            + $"{string.Join(", ", largest)}{(cells.Length > most ? $" and {cells.Length - most} less likely combinations" : "")}";

        string Codes(int cell)
        {
            var codes = new string[sizes.Length];
            for (var j = codes.Length - 1; j >= 0; j--, cell /= sizes[j + 1]) codes[j] = NameOf(features?[j], cell % sizes[j]);
            return string.Join(", ", codes);
        }
    }

    /// <inheritdoc/>
    public override Distribution Marginal(params ReadOnlySpan<int> features) => SumTo(features, 1);

    private protected override int CellsOfSum => Probabilities.Length;

    private protected override JointProbabilityTable WithCells(double[] cells) => AsGiven(Sizes.ToArray(), cells, UnknownProbability);

    private protected override JointProbabilityTable Estimate(int[] found, double[] cells, double[] old, in MaximizeOptions options) =>
        new(found, Shares(cells, old, options)!, UnknownProbability);
}
