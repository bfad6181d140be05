using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Compares a classifier's posteriors with the items' labels: one pass gives everything that <see cref="Evaluation"/> reports.</summary>
/// <param name="model">The classifier.</param>
/// <param name="bins">Number of calibration bins of each class, 1 to 10,000; default 10.</param>
/// <param name="mostBytes">Bytes for posteriors that are kept to compute areas under ROC curves exactly, at least 0; beyond them they are binned.</param>
public sealed class ClassifierEvaluator(Classifier model, int bins = 10, long mostBytes = long.MaxValue) : IModelEvaluator
{
    private const string Kind = "evaluation";

    // Posteriors below this one are computed again; the logarithm of the smallest double.
    private const double LeastInVectors = 1e-280;
    private const double LeastLog = -745.2;

    // As numpy.linspace computes them.
    private readonly double[] edges = [.. Enumerable.Range(0, bins + 1).Select(b => b == bins ? 1 : b * (1.0 / bins))];

    /// <summary>The classifier.</summary>
    public Classifier Model => model;

    /// <summary>Number of items whose posteriors are kept together, at least 1. Changes nothing but the last digits of calibration bins.</summary>
    internal int KeptTogether { get; init; } = KeptPosteriors.MostItems(model.Classes.Count);

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new ClassifierEvaluator(
        ModelFormat.Read(json.Required("model")) as Classifier ?? throw JsonHelpers.Bad("property 'model'", "another model", "a classifier"),
        (int)json.Number("bins"), json.Required("mostBytes").GetInt64()));

    /// <inheritdoc/>
    public string SummarizerKind => Kind;

    /// <inheritdoc/>
    public void WriteSettings(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumber("bins", bins);
        writer.WriteNumber("mostBytes", mostBytes);
        writer.WritePropertyName("model");
        ModelFormat.Write(writer, model);
    }

    /// <inheritdoc/>
    public Statistics CreateStatistics()
    {
        ModelException.CheckOptions("evaluation", (bins is >= 1 and <= 10_000, nameof(bins), bins, "1 to 10000"));
        if (model.Classes.Count > EvaluationStatistics.MostClasses(bins))
            throw new ModelException(ErrorKind.Memory, "evaluation", $"{model.Classes.Count} classes with {bins} calibration bins each",
                $"at most {EvaluationStatistics.MostClasses(bins)} classes, whose confusion matrix and bins take less than 2 GiB",
                "merge rare classes, or score the rows and compare the labels");
        return new EvaluationStatistics(model.Classes.Count, bins, mostBytes);
    }

    /// <inheritdoc/>
    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var total = (EvaluationStatistics)statistics;
        total.Rows += block.Rows;
        using var scratch = Scratch.Enter();
        using var memory = new ClassMemory();
        var items = model.ItemsOf(block, scratch, priorsAreLabels: false);
        total.Unlabeled += items.CountOf(ClassItems.Unlabeled);
        var labeled = items.Count - items.CountOf(ClassItems.Unlabeled);
        if (labeled == 0) return;
        var (left, next) = (labeled, 0);
        var kept = Room(left, !block.Weights.IsEmpty);
        var weights = scratch.Take(FeatureTile.Capacity);
        var buffer = scratch.Take(model.Dimensions * FeatureTile.Capacity);
        var joint = scratch.Take(model.Classes.Count * FeatureTile.Capacity);
        var evidence = scratch.Take(FeatureTile.Capacity);
        var logs = scratch.Take(model.Classes.Count * FeatureTile.Capacity);
        var cells = scratch.Take(2 * model.Classes.Count * bins * EvaluationStatistics.CellSize);
        cells.Clear();
        for (var label = 0; label < model.Classes.Count; label++)
        {
            var all = items.CountOf(label);
            for (int from = 0, count; from < all; from += count)
            {
                count = Math.Min(Math.Min(FeatureTile.Capacity, all - from), kept.Items - next);
                if (model.IsOfSequences || !block.Priors.IsEmpty) model.Mixture.JointLog2Of(items.Take(label, from, count, memory, weights), joint);
                else model.Mixture.JointLog2(items.Tile(label, from, count, buffer, weights), joint);
                joint.CopyTo(logs);
                Add(total, label, count, joint, logs, evidence, weights, kept, next, cells);
                left -= count;
                next += count;
                if (next < kept.Items) continue;
                total.Keep(kept);
                if (left > 0) (kept, next) = (Room(left, !block.Weights.IsEmpty), 0);
            }
        }
        for (var k = 0; k < model.Classes.Count; k++)
        {
            var sums = total.BinsOf(k);
            var own = CellsOf(cells, k);
            for (var i = 0; i < sums.Length; i++) sums[i] += own[i] + own[sums.Length + i];
        }
    }

    /// <summary>The result.</summary>
    /// <param name="statistics">The statistics of all items.</param>
    /// <param name="maxDegreeOfParallelism">Threads that sort posteriors; -1 (default) = all cores. Does not change the result.</param>
    public Evaluation Evaluate(Statistics statistics, int maxDegreeOfParallelism = -1) =>
        ((EvaluationStatistics)statistics).ToEvaluation("input", [.. model.Names], maxDegreeOfParallelism);

    /// <inheritdoc/>
    ModelEvaluation IModelEvaluator.ToEvaluation(string place, Statistics statistics, int maxDegreeOfParallelism) =>
        ((EvaluationStatistics)statistics).ToEvaluation(place, [.. model.Names], maxDegreeOfParallelism);

    private KeptPosteriors Room(int items, bool isWeighted) => new(model.Classes.Count, Math.Min(items, KeptTogether), isWeighted);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(EvaluationStatistics total, int label, int count, Span<double> joint, ReadOnlySpan<double> logs, Span<double> evidence,
        ReadOnlySpan<double> weights, KeptPosteriors kept, int next, Span<double> cells)
    {
        var classes = model.Classes.Count;
        Softmax.LogSumExp(joint, classes, count, evidence);
        Span<int> predicted = stackalloc int[FeatureTile.Capacity];
        Softmax.ArgMax(joint, classes, count, predicted);
        var truth = logs.Slice(label * FeatureTile.Capacity, count);
        var confusion = total.ConfusionOf(label);
        var (logLoss, weight) = (0.0, 0.0);
        for (var i = 0; i < count; i++)
        {
            weight += weights[i];
            confusion[predicted[i]] += weights[i];
            // A row of weight 0 counts nothing, even if its class is impossible.
            if (weights[i] > 0) logLoss -= weights[i] * ((truth[i] * Math.Log(2)) - evidence[i]);
        }
        total.LogLoss += logLoss;
        total.Weight += weight;
        Softmax.Responsibilities(joint, classes, count, default);
        for (var k = 0; k < classes; k++)
        {
            var posteriors = joint.Slice(k * FeatureTile.Capacity, count);
            var own = logs.Slice(k * FeatureTile.Capacity, count);
            // Vectors lose the smallest numbers, which still have an order.
            for (var i = 0; i < count; i++)
                if (posteriors[i] < LeastInVectors && (own[i] * Math.Log(2)) - evidence[i] is > LeastLog and var log) posteriors[i] = Math.Exp(log);
            posteriors.CopyTo(kept.Of(k)[next..]);
            var brier = Calibrate(CellsOf(cells, k), k == label, posteriors, weights);
            // With two classes the misses of both are the same.
            if (classes != 2 || k == 1) total.Brier += brier;
        }
        kept.Ends.AsSpan(label).Fill(next + count);
        if (kept.Weights is { } all) weights[..count].CopyTo(all.AsSpan(next));
    }

    // Shape [2, bins, CellSize]: odd items have cells of their own, because those that add to the same cell wait for each other.
    private Span<double> CellsOf(Span<double> cells, int label)
    {
        var size = 2 * bins * EvaluationStatistics.CellSize;
        return cells.Slice(label * size, size);
    }

    // Returns the weighted sum of squared misses.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Calibrate(Span<double> cells, bool isOwn, ReadOnlySpan<double> posteriors, ReadOnlySpan<double> weights)
    {
        var (brier, truth) = (0.0, isOwn ? 1.0 : 0.0);
        for (var i = 0; i < posteriors.Length; i++)
        {
            var (p, weight) = (posteriors[i], weights[i]);
            var bin = Math.Clamp((int)Math.Ceiling(p * bins) - 1, 0, bins - 1);
            if (p <= edges[bin] && bin > 0) bin--;
            else if (p > edges[bin + 1] && bin < bins - 1) bin++;
            var cell = cells.Slice((((i & 1) * bins) + bin) * EvaluationStatistics.CellSize, EvaluationStatistics.CellSize);
            (Vector256.Create<double>(cell) + Vector256.Create(1, weight, weight * p, weight * truth)).CopyTo(cell);
            var miss = p - truth;
            brier += weight * miss * miss;
        }
        return brier;
    }
}
