using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Probabilities of categories, or of combinations of them, in a table. Categories are represented by codes 0, 1, 2 …; the model's features hold their names.
/// A row with a missing entry has log-probability 0 and is skipped. Codes outside the table, and -1, which stands for an unknown category
/// (<see cref="CategoryMap.Unknown"/>), have the probability <see cref="UnknownProbability"/>: 0 gives log-probability -infinity, anything above is a floor.
/// If the unknown probability is above 0, fitting adds new codes of at least 0 to the table; the pseudocount is added to each cell.
/// It never learns -1 or a value that is not an integer: if the unknown probability is 0, such rows are refused; if it is a floor, they are left out
/// and a warning states their weight. Old probabilities that do not sum to 1 are normalised before inertia keeps its share of them.
/// </summary>
/// <remarks>Statistics: the weight of each cell, and of the rows that belong to no cell.</remarks>
public abstract class TableDistribution : Distribution
{
    /// <summary>A start is chosen from a sample: categories that the sample lacks must not be impossible. Each such row gets this probability.</summary>
    internal const double LeastOfStart = 1e-9;

    /// <summary>How far a sum of probabilities may be from 1: other programs' files contain rounded values.</summary>
    internal const double SumTolerance = 1e-6;

    /// <summary>Maximum number of combinations of categories in a table.</summary>
    internal const int MostCells = TableStatistics.MostCells;

    private readonly int[] sizes;
    private readonly double[] probabilities;
    private readonly double[] logs;

    private protected TableDistribution(IReadOnlyList<int> sizes, IReadOnlyList<double> probabilities, double unknownProbability)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(probabilities);
        long length = 1;
        foreach (var size in sizes) length = size < 1 || length > TableStatistics.MostCells ? long.MaxValue : length * size;
        ModelException.CheckOptions($"{FormatName} distribution",
            (sizes.Count > 0 && length <= TableStatistics.MostCells, nameof(sizes), string.Join(" x ", sizes),
                $"at least 1 code of each feature and at most {TableStatistics.MostCells} combinations"),
            (length > TableStatistics.MostCells || probabilities.Count == length, nameof(probabilities), probabilities.Count,
                $"{length}, one for each combination"),
            (probabilities.All(p => p is >= 0 and <= 1 + 1e-9), nameof(probabilities), "a probability out of range", "numbers from 0 to 1"),
            (unknownProbability is >= 0 and <= 1, nameof(unknownProbability), unknownProbability, "a number from 0 to 1"));
        this.sizes = [.. sizes];
        this.probabilities = [.. probabilities];
        UnknownProbability = unknownProbability;
        logs = CodeTables.Logs(this.probabilities, Math.Log(unknownProbability));
    }

    /// <summary>Number of codes of each feature, shape [Dimensions].</summary>
    public ReadOnlySpan<int> Sizes => sizes;

    /// <summary>Probabilities of the cells; the last feature's codes are contiguous. Shape [product of Sizes].</summary>
    public ReadOnlySpan<double> Probabilities => probabilities;

    /// <summary>Probability of anything that is not in the table, 0 … 1: 0 = log-probability -infinity, else a floor.</summary>
    public double UnknownProbability { get; }

    /// <inheritdoc/>
    public override int Dimensions => sizes.Length;

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => sizes[feature];

    /// <inheritdoc/>
    public override bool IsDiscrete => true;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.Pseudocount;

    /// <summary>The number of cells less one, as they sum to 1; the unknown probability is not fitted.</summary>
    protected override long FreeParameters => probabilities.Length - 1L;

    /// <summary>Probability of a combination of codes; <see cref="UnknownProbability"/> if it is not in the table.</summary>
    /// <param name="codes">Shape [Dimensions].</param>
    public double ProbabilityOf(params ReadOnlySpan<int> codes)
    {
        if (codes.Length != sizes.Length) throw new ArgumentException($"found {codes.Length} codes, expected {sizes.Length}", nameof(codes));
        var at = 0;
        for (var j = 0; j < sizes.Length; j++)
        {
            if (codes[j] < 0 || codes[j] >= sizes[j]) return UnknownProbability;
            at = (at * sizes[j]) + codes[j];
        }
        return probabilities[at];
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var codes = scratch.Take(FeatureTile.Capacity);
        CodeTables.Codes(tile, sizes, codes);
        CodeTables.Lookup(codes, tile.Rows, logs, result);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new TableStatistics(FormatName, sizes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var table = (TableStatistics)statistics;
        using var scratch = Scratch.Enter();
        var codes = scratch.Take(FeatureTile.Capacity);
        CodeTables.Codes(tile, table.Sizes, codes);
        var (cells, unknown) = (table.Cells, false);
        for (var i = 0; i < tile.Rows; i++)
        {
            var index = CodeTables.Index(codes[i]);
            if (index < cells.Length) cells[index] += weights[i];
            else unknown |= index == cells.Length && weights[i] != 0;
        }
        if (!unknown) return;
        for (var i = 0; i < tile.Rows; i++)
            if (CodeTables.Index(codes[i]) == cells.Length && weights[i] != 0) AddUnknown(tile, i, weights[i], table);
    }

    /// <inheritdoc/>
    public override Distribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var table = (TableStatistics)statistics;
        // At an inertia of 1 nothing moves: adding a category with a share of 0 would make rows impossible that were possible before.
        if (IsFrozen || options.Inertia == 1) return this;
        if (UnknownProbability == 0 && table.Outside > 0)
        {
            throw new ModelException(ErrorKind.Data, $"{FormatName} distribution",
                $"values that are not known categories (total weight {table.Outside.Text()})",
                "codes 0, 1, 2 …",
                "mark them as missing, or give the distribution an unknown probability above 0")
            { FeatureIndex = 0 };
        }
        if (table.Cells.Sum() < Constants.LeastWeight) return this;
        var old = table.Sizes.AsSpan().SequenceEqual(sizes) ? probabilities : TableStatistics.Spread(probabilities, sizes, table.Sizes, table.Cells.Length);
        return Estimate(table.Sizes, table.Cells, old, options);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        if (Impossible(statistics) is { } words) yield return words;
    }

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics)
    {
        var table = (TableStatistics)statistics;
        if (table.Outside > 0)
            return $"rows of total weight {table.Outside.Text()} hold values that are not known categories of the {FormatName} distribution: they have "
                + $"probability {UnknownProbability.Text()}";
        return UnknownProbability == 0 && !table.Sizes.AsSpan().SequenceEqual(sizes)
            ? $"rows hold categories that the {FormatName} distribution does not know (codes up to {string.Join(" x ", table.Sizes.Select(s => s - 1))}, it "
                + $"has {string.Join(" x ", sizes)}): without an unknown probability they have probability 0"
            : null;
    }

    /// <inheritdoc/>
    /// <remarks>Codes that only this table has get cells of weight 0.</remarks>
    public override void Recenter(Statistics statistics, Model from) => ((TableStatistics)statistics).Grow(sizes);

    internal override double? LogLikelihood(Statistics statistics)
    {
        var table = (TableStatistics)statistics;
        return table.Outside > 0 || !table.Sizes.AsSpan().SequenceEqual(sizes) ? null : CodeTables.Sum(table.Cells, logs);
    }

    internal override Distribution Smoothed()
    {
        // Codes beyond the last one already have the unknown probability; those in between, absent from the sample's or cluster's rows, have 0.
        if (IsFrozen || !Probabilities.Contains(0.0)) return this;
        var floored = Array.ConvertAll(probabilities, p => Math.Max(p, LeastOfStart));
        return Estimate(sizes, floored, probabilities, default);
    }

    /// <inheritdoc/>
    internal override TableDistribution Knowing(ReadOnlySpan<bool[]?> known)
    {
        var unknown = new bool[probabilities.Length];
        for (var cell = 0; cell < unknown.Length; cell++)
            for (var (j, rest) = (sizes.Length - 1, cell); j >= 0; rest /= sizes[j], j--)
                unknown[cell] |= known[j] is { } codes && !(rest % sizes[j] < codes.Length && codes[rest % sizes[j]]);
        if (IsFrozen || !unknown.Contains(true)) return this;
        var cells = probabilities.ToArray();
        for (var first = 0; first < cells.Length; first += CellsOfSum)
        {
            double kept = 0, lost = 0;
            for (var cell = first; cell < first + CellsOfSum; cell++)
            {
                if (unknown[cell]) lost += cells[cell];
                else kept += cells[cell];
            }
            for (var cell = first; cell < first + CellsOfSum; cell++)
            {
                if (unknown[cell]) cells[cell] = UnknownProbability;
                else if (lost > 0 && kept > 0) cells[cell] /= kept;
            }
        }
        return WithCells(cells);
    }

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("sizes", sizes.Select(s => (double)s));
        writer.WriteNumbers("probabilities", probabilities);
        writer.WriteExact("unknownProbability", UnknownProbability);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is TableDistribution o && o.GetType() == GetType() && o.IsFrozen == IsFrozen && o.UnknownProbability.Equals(UnknownProbability)
        && o.sizes.AsSpan().SequenceEqual(sizes) && o.probabilities.AsSpan().SequenceEqual(probabilities);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GetType(), probabilities.Length, probabilities[0], probabilities[^1]);

    /// <summary>The distribution given by the cells' counts.</summary>
    /// <param name="found">Number of codes of each feature.</param>
    /// <param name="cells">Weight of each cell; not all 0.</param>
    /// <param name="old">The old probability of each cell.</param>
    /// <param name="options">Inertia and pseudocount.</param>
    private protected abstract Distribution Estimate(int[] found, double[] cells, double[] old, in MaximizeOptions options);

    /// <summary>Number of consecutive cells whose probabilities sum to 1.</summary>
    private protected abstract int CellsOfSum { get; }

    /// <summary>The same table with other probabilities, which need not sum to 1.</summary>
    private protected abstract TableDistribution WithCells(double[] cells);

    /// <summary>
    /// Shares of some cells: (w + pseudocount) / (sum of w + pseudocount * cells), blended with the old ones; null if that is 0/0.
    /// The old ones are normalised; if all of them are 0, nothing is kept.
    /// </summary>
    private protected static double[]? Shares(ReadOnlySpan<double> cells, ReadOnlySpan<double> old, in MaximizeOptions options)
    {
        var total = Sums.Of(cells) + (options.Pseudocount * cells.Length);
        if (!(total > 0)) return null;
        var oldTotal = options.Inertia == 0 ? 0 : Sums.Of(old);
        var kept = oldTotal > 0 ? options.Inertia : 0;
        var shares = new double[cells.Length];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = (cells[i] + options.Pseudocount) / total;
            if (kept != 0) shares[i] = (old[i] / oldTotal * kept) + (shares[i] * (1 - kept));
        }
        return shares;
    }

    /// <summary>The marginal table of some features, with the others summed out.</summary>
    /// <param name="features">Indexes of features, each once.</param>
    /// <param name="scale">Factor for each cell, so that all of them sum to 1.</param>
    private protected Distribution SumTo(ReadOnlySpan<int> features, double scale)
    {
        CheckMarginal(features);
        var kept = new int[features.Length];
        long length = 1;
        for (var j = 0; j < kept.Length; j++) length *= kept[j] = sizes[features[j]];
        var strides = new int[sizes.Length];
        for (var (j, stride) = (kept.Length - 1, 1); j >= 0; stride *= kept[j], j--) strides[features[j]] = stride;
        var sums = new double[length];
        for (var cell = 0; cell < probabilities.Length; cell++)
        {
            var (rest, to) = (cell, 0);
            for (var j = sizes.Length - 1; j >= 0; j--)
            {
                to += rest % sizes[j] * strides[j];
                rest /= sizes[j];
            }
            sums[to] += probabilities[cell] * scale;
        }
        return kept.Length == 1 ? new DiscreteDistribution(sums, UnknownProbability) : new JointProbabilityTable(kept, sums, UnknownProbability);
    }

    /// <summary>Sizes as written in a file.</summary>
    private protected static int[] ReadSizes(JsonElement json) => [.. json.Numbers("sizes").Select(s =>
        s is >= 1 and <= TableStatistics.MostCells && s == Math.Floor(s)
            ? (int)s
            : throw JsonHelpers.Bad("property 'sizes'", s.Text(), "whole numbers above 0"))];

    /// <summary>False if a file says that the probabilities are used unchanged.</summary>
    private protected static bool ReadIsNormalized(JsonElement json) =>
        !json.TryGetProperty("normalized", out var normalized) || normalized.ValueKind != JsonValueKind.False;

    /// <summary>Writes that flag if some group of contiguous cells does not sum to 1.</summary>
    private protected void WriteIsNormalized(Utf8JsonWriter writer, int cells)
    {
        for (var first = 0; first < probabilities.Length; first += cells)
        {
            if (Math.Abs(probabilities.AsSpan(first, cells).ToArray().Sum() - 1) <= SumTolerance) continue;
            writer.WriteBoolean("normalized", false);
            return;
        }
    }

    /// <summary>Name of a feature's code.</summary>
    internal static string NameOf(Feature? feature, int code) =>
        feature?.Categories is { } names && code < names.Count ? names[code] : code.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Draws one of some cells.</summary>
    private protected int SampleCell(SeededRandom random, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.NextIndex(probabilities.AsSpan(first, count), Sums.Of(probabilities.AsSpan(first, count)));
    }

    /// <summary>Adds a row with a value that is not in the table: the table grows, or the value is not a code at all.</summary>
    private static void AddUnknown(in FeatureTile tile, int row, double weight, TableStatistics table)
    {
        var needed = new int[tile.Columns];
        for (var j = 0; j < needed.Length; j++)
        {
            var value = tile.Values[(j * FeatureTile.Capacity) + row];
            if (!(value >= 0 && value == Math.Floor(value)))
            {
                table.Outside += weight;
                return;
            }
            needed[j] = (int)Math.Min(value, int.MaxValue - 1) + 1;
        }
        table.Grow(needed);
        long at = 0;
        for (var j = 0; j < needed.Length; j++) at = (at * table.Sizes[j]) + needed[j] - 1;
        table.Cells[at] += weight;
    }
}
