using System.Runtime.CompilerServices;
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
        var kept = new KeptPosteriors(model.Classes.Count, labeled, !block.Weights.IsEmpty);
        var weights = scratch.Take(FeatureTile.Capacity);
        var buffer = scratch.Take(model.Dimensions * FeatureTile.Capacity);
        var joint = scratch.Take(model.Classes.Count * FeatureTile.Capacity);
        var evidence = scratch.Take(FeatureTile.Capacity);
        var logs = scratch.Take(model.Classes.Count * FeatureTile.Capacity);
        for (var (label, next) = (0, 0); label < model.Classes.Count; label++)
        {
            var all = items.CountOf(label);
            for (var from = 0; from < all; from += FeatureTile.Capacity)
            {
                var count = Math.Min(FeatureTile.Capacity, all - from);
                if (model.IsOfSequences || !block.Priors.IsEmpty) model.Mixture.JointLog2Of(items.Take(label, from, count, memory, weights), joint);
                else model.Mixture.JointLog2(items.Tile(label, from, count, buffer, weights), joint);
                joint.CopyTo(logs);
                Add(total, label, count, joint, logs, evidence, weights, kept, next);
                next += count;
            }
        }
        total.Keep(kept);
    }

    /// <summary>The result.</summary>
    /// <param name="statistics">The statistics of all items.</param>
    /// <param name="maxDegreeOfParallelism">Threads that sort posteriors; -1 (default) = all cores. Does not change the result.</param>
    public Evaluation Evaluate(Statistics statistics, int maxDegreeOfParallelism = -1) =>
        ((EvaluationStatistics)statistics).ToEvaluation("input", [.. model.Names], maxDegreeOfParallelism);

    /// <inheritdoc/>
    ModelEvaluation IModelEvaluator.ToEvaluation(string place, Statistics statistics, int maxDegreeOfParallelism) =>
        ((EvaluationStatistics)statistics).ToEvaluation(place, [.. model.Names], maxDegreeOfParallelism);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(EvaluationStatistics total, int label, int count, Span<double> joint, ReadOnlySpan<double> logs, Span<double> evidence,
        ReadOnlySpan<double> weights, KeptPosteriors kept, int next)
    {
        var classes = model.Classes.Count;
        Softmax.LogSumExp(joint, classes, count, evidence);
        Span<int> predicted = stackalloc int[FeatureTile.Capacity];
        Softmax.ArgMax(joint, classes, count, predicted);
        var truth = logs.Slice(label * FeatureTile.Capacity, count);
        var logLoss = 0.0;
        for (var i = 0; i < count; i++)
        {
            total.Weight += weights[i];
            total.Confuse(label, predicted[i], weights[i]);
            // A row of weight 0 counts nothing, even if its class is impossible.
            if (weights[i] > 0) logLoss -= weights[i] * ((truth[i] * Math.Log(2)) - evidence[i]);
        }
        total.LogLoss += logLoss;
        Softmax.Responsibilities(joint, classes, count, default);
        for (var k = 0; k < classes; k++)
        {
            var posteriors = joint.Slice(k * FeatureTile.Capacity, count);
            var own = logs.Slice(k * FeatureTile.Capacity, count);
            // Vectors lose the smallest numbers, which still have an order.
            for (var i = 0; i < count; i++)
                if (posteriors[i] < LeastInVectors && (own[i] * Math.Log(2)) - evidence[i] is > LeastLog and var log) posteriors[i] = Math.Exp(log);
            posteriors.CopyTo(kept.Of(k)[next..]);
            Calibrate(total, k, k == label, posteriors, weights);
        }
        kept.Labels.AsSpan(next, count).Fill(label);
        if (kept.Weights is { } all) weights[..count].CopyTo(all.AsSpan(next));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Calibrate(EvaluationStatistics total, int k, bool isOwn, ReadOnlySpan<double> posteriors, ReadOnlySpan<double> weights)
    {
        var cells = total.BinsOf(k);
        var brier = 0.0;
        for (var i = 0; i < posteriors.Length; i++)
        {
            var p = posteriors[i];
            var bin = Math.Clamp((int)Math.Ceiling(p * bins) - 1, 0, bins - 1);
            if (p <= edges[bin] && bin > 0) bin--;
            else if (p > edges[bin + 1] && bin < bins - 1) bin++;
            var cell = cells.Slice(bin * EvaluationStatistics.CellSize, EvaluationStatistics.CellSize);
            cell[0]++;
            cell[1] += weights[i];
            cell[2] += weights[i] * p;
            if (isOwn) cell[3] += weights[i];
            var miss = p - (isOwn ? 1 : 0);
            brier += weights[i] * miss * miss;
        }
        // With two classes the misses of both are the same.
        if (model.Classes.Count != 2 || k == 1) total.Brier += brier;
    }
}
