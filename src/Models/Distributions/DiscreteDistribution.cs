using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A distribution over the categories of one feature (also called categorical): log p(code) = log of its probability. Fitting gives each category its
/// weighted share, (w + pseudocount)/(W + pseudocount * categories); inertia blends it with the old share, which is 0 for a new category.
/// </summary>
/// <remarks>See <see cref="TableDistribution"/> for codes, unknown and missing categories.</remarks>
public sealed class DiscreteDistribution : TableDistribution, IDistributionFamily<DiscreteDistribution>, ICodedFamily
{
    /// <summary>Creates a distribution over codes 0, 1, 2 …</summary>
    /// <param name="probabilities">Shape [categories], from 0 to 1, sum 1 (to 1e-6).</param>
    /// <param name="unknownProbability">Probability of any other code, 0 … 1; default 0: log-probability -infinity.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public DiscreteDistribution(IReadOnlyList<double> probabilities, double unknownProbability = 0)
        : this(probabilities, unknownProbability, isNormalized: true)
    {
    }

    private DiscreteDistribution(IReadOnlyList<double> probabilities, double unknownProbability, bool isNormalized)
        : base([probabilities?.Count ?? throw new ArgumentNullException(nameof(probabilities))], probabilities, unknownProbability)
    {
        var sum = probabilities.Sum();
        ModelException.CheckOptions("discrete distribution", (!isNormalized || Math.Abs(sum - 1) <= SumTolerance, "sum of probabilities", sum.Text(), "1"));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<DiscreteDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "discrete";

    /// <inheritdoc/>
    public static IReadOnlyList<string> Aliases => ["categorical"];

    /// <inheritdoc/>
    public static bool IsCategorical => true;

    /// <inheritdoc/>
    public static IReadOnlyList<string> OtherNames => ["multinomial"];

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    int ICodedFamily.Codes => Sizes[0];

    bool ICodedFamily.LearnsCodes => true;

    /// <summary>One category, and a floor for all categories that a fit meets beyond it.</summary>
    public static DiscreteDistribution Prototype(ReadOnlySpan<double> center) => new([1.0], LeastOfStart);

    /// <inheritdoc/>
    public static DiscreteDistribution ReadParameters(JsonElement json) =>
        new(json.Numbers("probabilities"), json.Number("unknownProbability"), ReadIsNormalized(json));

    /// <summary>Another program's table, unchanged: its probabilities need not sum to 1. The next fit normalises them.</summary>
    internal static DiscreteDistribution AsGiven(IReadOnlyList<double> probabilities, double unknownProbability) =>
        new(probabilities, unknownProbability, isNormalized: false);

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("probabilities", Probabilities.ToArray());
        writer.WriteExact("unknownProbability", UnknownProbability);
        WriteIsNormalized(writer, Sizes[0]);
    }

    double[] ICodedFamily.LogTable(int length, double factor) => CodeTables.Logs(Probabilities, Math.Log(UnknownProbability), factor, length);

    void ICodedFamily.AddCells(ReadOnlySpan<double> cells, Statistics statistics)
    {
        var table = (TableStatistics)statistics;
        // Codes that only other components have enlarge this component's table when one of its rows has them.
        var used = cells.Length - 1;
        while (used > 0 && cells[used - 1] == 0) used--;
        if (used > table.Sizes[0]) table.Grow([used]);
        for (var i = 0; i < used; i++) table.Cells[i] += cells[i];
    }

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => ProductKernel.TryCreate(components);

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row) => row[0] = SampleCell(random, 0, Sizes[0]);

    /// <inheritdoc/>
    public override string ToString() => $"Discrete({string.Join(", ", Probabilities.ToArray().Take(8).Select(p => p.Text()))}{(Sizes[0] > 8 ? ", …" : "")})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        const int most = 20;
        var feature = features?[0];
        var likeliest = Enumerable.Range(0, Sizes[0]).OrderByDescending(c => Probabilities[c]).Take(most)
            .Select(c => $"{NameOf(feature, c)} {Probabilities[c].Text()}");
        return $"{feature?.Name ?? "x"}: {string.Join(", ", likeliest)}{(Sizes[0] > most ? $" and {Sizes[0] - most} less likely categories" : "")}";
    }

    private protected override int CellsOfSum => Sizes[0];

    private protected override DiscreteDistribution WithCells(double[] cells) => AsGiven(cells, UnknownProbability);

    private protected override DiscreteDistribution Estimate(int[] found, double[] cells, double[] old, in MaximizeOptions options) =>
        new(Shares(cells, old, options)!, UnknownProbability);
}
