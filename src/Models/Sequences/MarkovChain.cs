using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A Markov chain of order k over categories: P(x1), P(x2 | x1) … P(x(k+1) | x1 … xk), the last of which also serves all later positions. Table i below k is
/// fitted to the first i + 1 rows of each sequence, table k to every window of k + 1 rows. Contexts that were never seen get equal shares; contexts seen before
/// but absent from new rows keep theirs. A window with a missing entry is skipped.
/// </summary>
public sealed partial class MarkovChain : SequenceModel, IModelFormat<MarkovChain>
{
    private readonly TableDistribution[] tables;

    /// <summary>Makes a chain.</summary>
    /// <param name="tables">Shape [order + 1]: table i over i + 1 features, the earlier rows first, the row itself last; the first is a
    /// <see cref="DiscreteDistribution"/>, the others are <see cref="ConditionalProbabilityTable"/>s.</param>
    /// <exception cref="ModelException">There is no table, or one has the wrong shape.</exception>
    public MarkovChain(IReadOnlyList<TableDistribution> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ModelException.CheckOptions("Markov chain", (tables.Count > 0, nameof(tables), tables.Count, "at least one table"));
        for (var i = 0; i < tables.Count; i++)
        {
            if (tables[i].Dimensions != i + 1 || (i == 0 ? tables[i] is not DiscreteDistribution : tables[i] is not ConditionalProbabilityTable))
                throw new ModelException(ErrorKind.Usage, $"Markov chain, table {i}", $"a {tables[i].FormatName} over {tables[i].Dimensions} features", i == 0
                    ? "a discrete distribution"
                    : $"a conditional probability table over {i + 1} features", "pass one table for each number of preceding rows");
        }
        this.tables = [.. tables];
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<MarkovChain>();

    /// <inheritdoc/>
    public static string Name => "markov-chain";

    /// <summary>Number of preceding rows that the next row depends on.</summary>
    public int Order => tables.Length - 1;

    /// <summary>The tables, shape [Order + 1].</summary>
    public IReadOnlyList<TableDistribution> Tables => tables;

    /// <inheritdoc/>
    public override int Dimensions => 1;

    /// <inheritdoc/>
    protected override long FreeParameters => tables.Sum(t => t.ParameterCount);

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => tables[0].CategoryCount(feature);

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <inheritdoc/>
    public override string Title => $"Markov chain of order {Order}";

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    public static MarkovChain ReadParameters(JsonElement json) => new([.. json.Array("tables").Select(t =>
        ModelFormat.ReadDistribution(t) as TableDistribution
            ?? throw JsonHelpers.Bad("property 'tables'", JsonHelpers.Quote(t.Required("type").ToString()), "tables of categories"))]);

    /// <summary>A chain fitted to sequences in memory.</summary>
    /// <param name="order">Number of preceding rows that the next row depends on, at least 0.</param>
    /// <param name="sequences">The sequences, as codes 0, 1, 2 …</param>
    /// <param name="options">Null = <see cref="SequenceFitting.DefaultFit"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    public static MarkovChain FromSamples(int order, SequenceSet sequences, FitOptions? options = null) =>
        new MarkovChainEstimator(order).Fit(sequences, options).Model;

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteList("tables", tables, table => ModelFormat.Write(writer, table));
    }

    /// <inheritdoc/>
    internal override ProbabilityModel Knowing(ReadOnlySpan<bool[]?> known)
    {
        if (IsFrozen) return this;
        var codes = known[0];
        TableDistribution[] own = [.. tables.Select(t => t.Knowing([.. Enumerable.Repeat(codes, t.Dimensions)]))];
        return own.SequenceEqual(tables, ReferenceEqualityComparer.Instance) ? this : new MarkovChain(own);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new CompositeStatistics(FormatName, [.. tables.Select(t => t.CreateStatistics())]);

    /// <inheritdoc/>
    protected override void SummarizeSequences(in FeatureBlock block, Statistics statistics)
    {
        var parts = ((CompositeStatistics)statistics).Parts;
        double sum = 0, weight = 0;
        using var scratch = Scratch.Enter();
        var weights = scratch.Take(FeatureTile.Capacity);
        var logs = scratch.Take(FeatureTile.Capacity);
        foreach (var windows in new ChainWindows(block, Order, scratch))
        {
            for (var i = 0; i < windows.Tile.Rows; i++) weights[i] = block.Weights.IsEmpty ? 1 : block.Weights[block.SequenceOffsets[windows.Sequences[i]]];
            var own = weights[..windows.Tile.Rows];
            tables[windows.Table].Accumulate(windows.Tile, own, parts[windows.Table]);
            tables[windows.Table].LogProbability(windows.Tile, logs);
            for (var i = 0; i < own.Length; i++)
            {
                weight += own[i];
                if (own[i] > 0) sum += own[i] * logs[i];
            }
        }
        statistics.Objective += sum;
        statistics.Weight += weight;
        statistics.Rows += block.Rows;
    }

    /// <inheritdoc/>
    public override MarkovChain Maximize(Statistics statistics, in MaximizeOptions options)
    {
        if (IsFrozen) return this;
        var parts = ((CompositeStatistics)statistics).Parts;
        var fitted = new TableDistribution[tables.Length];
        for (var i = 0; i < fitted.Length; i++)
        {
            try
            {
                fitted[i] = (TableDistribution)tables[i].Maximize(parts[i], options);
            }
            catch (ModelException e)
            {
                throw e.Within($"table {i}");
            }
        }
        return new(fitted);
    }

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics) =>
        tables.Zip(((CompositeStatistics)statistics).Parts, (t, s) => t.Impossible(s)).FirstOrDefault(w => w is not null);

    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs)
    {
        // Table by table, in row order: the sums do not depend on a sequence's neighbours.
        logs.Clear();
        using var scratch = Scratch.Enter();
        var own = scratch.Take(FeatureTile.Capacity);
        foreach (var windows in new ChainWindows(block, Order, scratch))
        {
            tables[windows.Table].LogProbability(windows.Tile, own);
            for (var i = 0; i < windows.Tile.Rows; i++) logs[windows.Sequences[i]] += own[i];
        }
    }

    /// <summary>Draws sequences of codes.</summary>
    /// <param name="count">Number of sequences, at least 0.</param>
    /// <param name="length">Rows of each, at least 0.</param>
    /// <param name="seed">Equal seeds give equal sequences.</param>
    /// <returns>Shape [count][length].</returns>
    public double[][] Sample(int count, int length, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var random = new SeededRandom(seed, stream: 2);
        var result = new double[count][];
        for (var s = 0; s < count; s++) Sample(random, result[s] = new double[length], default);
        return result;
    }

    /// <inheritdoc/>
    /// <remarks>Codes; there are no labels.</remarks>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels)
    {
        ArgumentNullException.ThrowIfNull(random);
        labels.Fill(-1);
        for (var t = 0; t < rows.Length; t++)
        {
            Cancellation.Poll();
            var table = tables[Math.Min(t, Order)];
            var children = table.Sizes[^1];
            var at = 0;
            for (var j = table.Dimensions - 1; j > 0; j--)
                at = (at * table.Sizes[table.Dimensions - 1 - j]) + (int)Math.Min(rows[t - j], table.Sizes[table.Dimensions - 1 - j] - 1);
            var own = table.Probabilities.Slice(at * children, children);
            rows[t] = random.NextIndex(own, Sums.Of(own));
        }
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MarkovChain o && o.IsFrozen == IsFrozen && o.tables.AsSpan().SequenceEqual(tables);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(tables.Length, tables[0]);

    /// <inheritdoc/>
    public override string ToString() => $"MarkovChain(order {Order}, {tables[0].Sizes[0]} categories)";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        var name = features?[0].Name ?? "x";
        return string.Join(Environment.NewLine, tables.Select((t, i) =>
        {
            var own =
                Enumerable.Range(0, i + 1)
                    .Select(j => new Feature(j == i ? name : i - j == 1 ? $"{name} before" : $"{name} {i - j} before", features?[0].Categories)).ToList();
            return i == Order ? $"any row{(i > 0 ? $" from {i + 1} on" : "")}: {t.Describe(own)}" : $"row {i + 1}: {t.Describe(own)}";
        }));
    }

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null)
    {
        string[] values = [.. Enumerable.Range(0, tables[0].Sizes[0]).Select(code => TableDistribution.NameOf(features?[0], code))];
        return tables.Select((table, i) =>
        {
            var row = i == Order ? $"any row{(i > 0 ? $" from {i + 1} on" : "")}" : $"row {i + 1}";
            if (i == 0) return new OutlineEntry(row, tables[0].Outline(features));
            var contexts = table.Probabilities.Length / values.Length;
            return new OutlineEntry($"{row}: from {(i == 1 ? "the row" : $"the {i} rows")} before, down, to the row, across", TransitionOutline.Of(
                new Contexts(values, i, contexts), values, (context, value) => table.Probabilities[(context * values.Length) + value]));
        });
    }

    // The values of the rows before, the earliest first, made when they are asked for.
    private sealed class Contexts(string[] values, int rows, int count) : IReadOnlyList<string>
    {
        public int Count => count;

        public string this[int index]
        {
            get
            {
                var names = new string[rows];
                for (var j = rows - 1; j >= 0; j--, index /= values.Length) names[j] = values[index % values.Length];
                return string.Join(", ", names);
            }
        }

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, count).Select(i => this[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
