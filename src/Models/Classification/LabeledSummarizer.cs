using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>All of a labelled fit whose classes are estimated in one pass.</summary>
/// <param name="family">The distribution of every class.</param>
/// <param name="columns">Number of features.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class LabeledSummarizer(DistributionFamily family, int columns, int classes) : ISummarizer
{
    private const string Kind = "labeled-classes";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new LabeledSummarizer(
        DistributionFamily.Named([.. json.Array("families").Select(f => f.GetString() ?? throw JsonHelpers.Bad("property 'families'", "null", "text"))]),
        json.Count("columns"), (int)json.Number("classes")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteTexts("families", family.Names);
        writer.WriteNumber("columns", columns);
        writer.WriteNumber("classes", classes);
    }

    public Statistics CreateStatistics() => new LabeledStatistics(family, columns, classes);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        if (!block.SequenceOffsets.IsEmpty) throw Classifier.RefusesSequences(BayesClassifier.Name);
        var total = (LabeledStatistics)statistics;
        total.Rows += block.Rows;
        total.Counts.Rows += block.Rows;
        using var scratch = Scratch.Enter();
        var items = new ClassItems(block, classes, scratch);
        var buffer = scratch.Take(columns * FeatureTile.Capacity);
        var weights = scratch.Take(FeatureTile.Capacity);
        for (var label = ClassItems.Unlabeled; label < classes; label++)
        {
            var count = items.CountOf(label);
            if (count > 0) Summarize(items, label, count, buffer, weights, total);
        }
        total.Weight = total.Counts.Weight;
    }

    private static void Summarize(in ClassItems items, int label, int count, Span<double> buffer, Span<double> weights, LabeledStatistics total)
    {
        using var scratch = Scratch.Enter();
        MixtureKernel? kernel = null;
        Span<double> lanes = default;
        double weight = 0;
        for (var from = 0; from < count; from += FeatureTile.Capacity)
        {
            var tile = items.Tile(label, from, Math.Min(FeatureTile.Capacity, count - from), buffer, weights);
            weight += Sums.Of(weights[..tile.Rows]);
            total.Look(label, tile, weights);
            if (label == ClassItems.Unlabeled) continue;
            var own = total.Begin(label, tile, weights);
            if (from == 0 && (kernel = own.Tiles.Kernel) is not null)
            {
                lanes = scratch.Take(kernel.LaneCount);
                lanes.Clear();
            }
            own.Tiles.Accumulate(tile, weights, own.Mixture, kernel, lanes);
        }
        total.Counts.Add(label, weight, count);
        if (kernel is not null && total.Of(label) is { } sums) kernel.Fold(lanes, sums.Mixture.Parts, sums.Mixture.Responsibilities);
    }
}
