using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Probabilities of the categories of the last feature (the child) given those of the features before it (its parents): log p(row) = log P(child | parents).
/// Fitting gives each child category its weighted share among the rows with the same parents, (w + pseudocount)/(W of the parents + pseudocount * child
/// categories), blended with the old share by inertia. In a fit, parent combinations without rows keep their shares, whatever inertia and pseudocount
/// (<see cref="MaximizeOptions.KeepsUnseen"/>); combinations that are new to the table get equal shares.
/// </summary>
/// <remarks>See <see cref="TableDistribution"/> for codes, unknown and missing categories.</remarks>
public sealed class ConditionalProbabilityTable : TableDistribution, IDistributionFamily<ConditionalProbabilityTable>
{
    /// <summary>Creates a table.</summary>
    /// <param name="sizes">Number of categories of each feature, parents first, the child last; at least 1 each.</param>
    /// <param name="probabilities">Shape [product of sizes], the child's codes contiguous; from 0 to 1, sum 1 (to 1e-6) for each combination of
    /// parents.</param>
    /// <param name="unknownProbability">Probability of rows with any other code, 0 … 1; default 0: log-probability -infinity.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public ConditionalProbabilityTable(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability = 0)
        : this(sizes, probabilities, unknownProbability, isNormalized: true)
    {
    }

    private ConditionalProbabilityTable(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability, bool isNormalized)
        : base(sizes, probabilities, unknownProbability)
    {
        if (!isNormalized) return;
        var children = Children;
        for (var first = 0; first < Probabilities.Length; first += children)
        {
            double sum = 0;
            foreach (var p in Probabilities.Slice(first, children)) sum += p;
            ModelException.CheckOptions("conditional probability table", (Math.Abs(sum - 1) <= SumTolerance, $"sum of probabilities given combination "
                + $"{first / children} of the parents", sum.Text(), "1"));
        }
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<ConditionalProbabilityTable>();

    /// <inheritdoc/>
    public static string FamilyName => "conditional-probability-table";

    /// <inheritdoc/>
    public static bool IsCategorical => true;

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <summary>For each combination of the parents' codes, the number of child codes less one.</summary>
    protected override long FreeParameters => Probabilities.Length / Sizes[^1] * (Sizes[^1] - 1L);

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    private int Children => Sizes[^1];

    /// <summary>One category per feature, and a floor for all combinations that a fit meets beyond them.</summary>
    public static ConditionalProbabilityTable Prototype(ReadOnlySpan<double> center)
    {
        var sizes = new int[center.Length];
        Array.Fill(sizes, 1);
        return new(sizes, [1.0], LeastOfStart);
    }

    /// <inheritdoc/>
    public static ConditionalProbabilityTable ReadParameters(JsonElement json) =>
        new(ReadSizes(json), json.Numbers("probabilities"), json.Number("unknownProbability"), ReadIsNormalized(json));

    /// <summary>Another program's table, unchanged: its probabilities need not sum to 1. The next fit normalises them.</summary>
    internal static ConditionalProbabilityTable AsGiven(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability) =>
        new(sizes, probabilities, unknownProbability, isNormalized: false);

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        base.WriteParameters(writer);
        WriteIsNormalized(writer, Children);
    }

    /// <summary>Draws a row: all combinations of the parents are equally likely, and the child is drawn given them.</summary>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        var parents = (int)random.NextInt64(Probabilities.Length / Children);
        row[Sizes.Length - 1] = SampleCell(random, parents * Children, Children);
        for (var j = Sizes.Length - 2; j >= 0; j--)
        {
            row[j] = parents % Sizes[j];
            parents /= Sizes[j];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"ConditionalProbabilityTable({string.Join(" x ", Sizes.ToArray())})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        const int most = 20, mostChildren = 8;
        var names = Enumerable.Range(0, Sizes.Length).Select(j => features?[j].Name ?? $"x{j}").ToArray();
        var rows = Enumerable.Range(0, Probabilities.Length / Children).Take(most).Select(Row);
        var rest = (Probabilities.Length / Children) - most;
        return $"{names[^1]} given {(names.Length == 1 ? "nothing" : string.Join(", ", names[..^1]))}: "
            + $"{string.Join("; ", rows)}{(rest > 0 ? $" and {rest} more combinations of parents" : "")}";

        string Row(int parents)
        {
            var given = new string[Sizes.Length - 1];
            var left = parents;
            for (var j = given.Length - 1; j >= 0; j--)
            {
                given[j] = NameOf(features?[j], left % Sizes[j]);
                left /= Sizes[j];
            }
            var codes = Enumerable.Range(0, Children);
            if (Children > mostChildren) codes = codes.OrderByDescending(c => Probabilities[(parents * Children) + c]).Take(mostChildren);
            var shares = codes.Select(c => $"{NameOf(features?[^1], c)} {Probabilities[(parents * Children) + c].Text()}");
            return $"({string.Join(", ", given)}) {string.Join(", ", shares)}{(Children > mostChildren ? $" and {Children - mostChildren} less likely" : "")}";
        }
    }

    /// <summary>The distribution of some of the features if, as in <see cref="Sample"/>, all combinations of the parents are equally likely.</summary>
    /// <param name="features">Indexes of features, each once.</param>
    public override Distribution Marginal(params ReadOnlySpan<int> features) => SumTo(features, Children / (double)Probabilities.Length);

    private protected override int CellsOfSum => Children;

    private protected override ConditionalProbabilityTable WithCells(double[] cells) => AsGiven(Sizes.ToArray(), cells, UnknownProbability);

    private protected override ConditionalProbabilityTable Estimate(int[] found, double[] cells, double[] old, in MaximizeOptions options)
    {
        var children = found[^1];
        var probabilities = new double[cells.Length];
        for (var first = 0; first < cells.Length; first += children)
        {
            var own = cells.AsSpan(first, children);
            var target = probabilities.AsSpan(first, children);
            var before = old.AsSpan(first, children);
            if (own.ContainsAnyExcept(0.0)) Shares(own, before, options)!.CopyTo(target);
            else if (options.KeepsUnseen && before.ContainsAnyExcept(0.0)) Kept(before, target);
            else target.Fill(1.0 / children);
        }
        return new(found, probabilities, UnknownProbability);
    }

    // Bit-identical, unless they come from a table that need not sum to 1.
    private static void Kept(ReadOnlySpan<double> before, Span<double> target)
    {
        var sum = Sums.Of(before);
        var scale = Math.Abs(sum - 1) <= SumTolerance ? 1 : sum;
        for (var i = 0; i < target.Length; i++) target[i] = before[i] / scale;
    }
}
