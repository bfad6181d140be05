using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests;

/// <summary>Rows in arrays as a source: columns x0, x1 … of doubles, cut as the contract asks.</summary>
internal sealed class ArraySource(double[][] columns, string name = "array", int rowGroup = 1000) : IBatchSource
{
    private readonly BatchSchema all = new([.. columns.Select((_, i) => new ColumnField($"x{i}", typeof(double), false))]);

    public string Name { get; } = name;

    public int RowCount => columns[0].Length;

    /// <summary>Batches that were made so far.</summary>
    public int Made;

    public int Opened;

    /// <summary>What to do before the batch of an index is made.</summary>
    public Action<long>? Before { get; init; }

    public bool TellsRows { get; init; } = true;

    public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
    {
        Opened++;
        return new(new SourceInfo(all, TellsRows ? RowCount : null));
    }

    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var picked = options.Columns is null ? [.. Enumerable.Range(0, columns.Length)] : options.Columns.Select(all.IndexOf).ToArray();
        var schema = new BatchSchema(picked.Select(i => all.Fields[i]));
        for (var (index, row) = (options.FirstBatch, (int)options.FirstBatch * options.BatchSize); row < RowCount; index++, row += options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Before?.Invoke(index);
            var rows = Math.Min(options.BatchSize, RowCount - row);
            var from = row;
            var data = picked.Select(i => (BatchColumn)new BatchColumn<double>(all.Fields[i], columns[i].AsMemory(from, rows))).ToArray();
            var origins = new List<BatchOrigin> { new(0, Name, row / rowGroup, row % rowGroup) };
            for (var g = (row / rowGroup) + 1; g * rowGroup < row + rows; g++) origins.Add(new((g * rowGroup) - row, Name, g, 0));
            Interlocked.Increment(ref Made);
            yield return new DataBatch(schema, data, rows, index, row, origins);
        }
    }
}

/// <summary>Keeps copies of what is written, and remembers how it ended.</summary>
internal sealed class ListSink : IBatchSink
{
    public string Name => "list";

    public List<double[]> Columns { get; } = [];

    public List<long> Indexes { get; } = [];

    public BatchSchema? Schema { get; private set; }

    public bool IsCompleted { get; private set; }

    public int Disposed { get; private set; }

    /// <summary>Awaited before each batch is written.</summary>
    public Func<DataBatch, Task>? Before { get; init; }

    public Func<Task>? BeforeComplete { get; init; }

    private readonly List<List<double>> rows = [];

    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        Schema = schema;
        foreach (var _ in schema.Fields) rows.Add([]);
        return default;
    }

    public async ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        if (Before is not null) await Before(batch).WaitAsync(cancellationToken);
        Indexes.Add(batch.Index);
        var buffer = new double[batch.Rows];
        for (var c = 0; c < batch.Columns.Count; c++)
        {
            batch.Columns[c].CopyTo(buffer);
            rows[c].AddRange(buffer);
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (BeforeComplete is not null) await BeforeComplete();
        foreach (var column in rows) Columns.Add([.. column]);
        IsCompleted = true;
    }

    public ValueTask DisposeAsync()
    {
        Disposed++;
        return default;
    }
}

/// <summary>Sums that show any change of order in their last bits: sums of x and of x * row number, and the rows.</summary>
internal sealed class SumSummarizer(int columns, Action<long>? before = null, Action<long>? onMerge = null) : ISummarizer
{
    private long merged;

    public string SummarizerKind => "sums";

    public void WriteSettings(Utf8JsonWriter writer) => throw new NotSupportedException();

    public Statistics CreateStatistics() => new HookStatistics(2 * columns, () => onMerge?.Invoke(merged++));

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        before?.Invoke(block.FirstRow);
        var sums = ((SumStatistics)statistics).Sums;
        for (var c = 0; c < columns; c++)
        {
            for (var r = 0; r < block.Rows; r++)
            {
                var w = block.Weights.IsEmpty ? 1 : block.Weights[r];
                if (double.IsNaN(block[r, c])) continue;
                sums[2 * c] += w * block[r, c];
                sums[(2 * c) + 1] += w * block[r, c] / (1 + block.FirstRow + r);
            }
        }
        statistics.Rows += block.Rows;
        statistics.Weight += block.Rows;
    }

    /// <summary>The same, computed by the obvious loops: batch sums in batch order, first into subtotals of 64 batches.</summary>
    public static double[] Naive(double[][] columns, int batchSize, double[]? weights = null)
    {
        var (total, subtotal) = (new double[2 * columns.Length], new double[2 * columns.Length]);
        for (var start = 0; start < columns[0].Length; start += batchSize)
        {
            if (start > 0 && start % (64 * batchSize) == 0) Close();
            var part = new double[total.Length];
            for (var c = 0; c < columns.Length; c++)
            {
                for (var r = start; r < Math.Min(start + batchSize, columns[0].Length); r++)
                {
                    if (double.IsNaN(columns[c][r])) continue;
                    part[2 * c] += (weights?[r] ?? 1) * columns[c][r];
                    part[(2 * c) + 1] += (weights?[r] ?? 1) * columns[c][r] / (1 + (long)r);
                }
            }
            for (var i = 0; i < total.Length; i++) subtotal[i] += part[i];
        }
        Close();
        return total;

        void Close()
        {
            for (var i = 0; i < total.Length; i++) total[i] += subtotal[i];
            Array.Clear(subtotal);
        }
    }
}

internal sealed class HookStatistics(int length, Action onMerge) : SumStatistics("hook", length)
{
    protected override void MergeCore(Statistics other)
    {
        onMerge();
        base.MergeCore(other);
    }
}

/// <summary>Scores a row with the sum of its features.</summary>
internal sealed class SumModel(int dimensions, Action<long>? before = null) : Model
{
    public override int Dimensions => dimensions;

    public override string FormatName => "sum";

    public override IReadOnlyList<ScoreKind> ScoreKinds { get; } = [new("sum", [new("sum"), new("sign", IsInteger: true)], IsDefault: true)];

    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 1);

    public override void Summarize(in FeatureBlock block, Statistics statistics) => throw new InvalidOperationException("not summarised here");

    public override Model Maximize(Statistics statistics, in MaximizeOptions options) => this;

    public override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        before?.Invoke(block.FirstRow);
        var sums = scores.Doubles("sum");
        var signs = scores.Integers("sum", 1);
        for (var r = 0; r < block.Rows; r++)
        {
            sums[r] = 0;
            for (var c = 0; c < dimensions; c++) sums[r] += block[r, c];
            signs[r] = Math.Sign(sums[r]);
        }
    }

    public override void WriteParameters(System.Text.Json.Utf8JsonWriter writer)
    {
    }

    public override string Describe(IReadOnlyList<Feature>? features = null) => "sum of the features";
}

internal static class TestData
{
    /// <summary>Columns of seeded random numbers of very different sizes, so that sums depend on their order.</summary>
    public static double[][] Random(int rows, int columns, int seed = 1)
    {
        var random = new Random(seed);
        var made = new double[columns][];
        for (var c = 0; c < columns; c++)
        {
            made[c] = new double[rows];
            for (var r = 0; r < rows; r++) made[c][r] = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4));
        }
        return made;
    }

    /// <summary>A two-component mixture over two features, and its features' names.</summary>
    public static GeneralMixtureModel Mixture() => new(
        [new MultivariateGaussianDistribution([0.5, -1], new double[,] { { 2, 0.3 }, { 0.3, 1 } }),
            new MultivariateGaussianDistribution([-20, 30], new double[,] { { 200, 30 }, { 30, 100 } })],
        [0.4, 0.6]);

    public static readonly string[] Two = ["x0", "x1"];
}
