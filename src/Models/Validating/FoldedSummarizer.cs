using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Computes something of each fold's own items, all in one pass.</summary>
/// <param name="rule">Tells in which fold an item lies.</param>
/// <param name="each">Shape [folds]: what to compute of each.</param>
internal sealed class FoldedSummarizer(FoldRule rule, IReadOnlyList<ISummarizer> each) : ISummarizer
{
    private const string Name = "folds";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Name, json =>
        new FoldedSummarizer(FoldRule.Read(json.Required("rule")), [.. json.Array("each").Select(SummarizerFormat.Read)]));

    public string SummarizerKind => Name;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("rule");
        rule.Write(writer);
        writer.WriteList("each", each, one => SummarizerFormat.Write(writer, one));
    }

    public Statistics CreateStatistics() => new CompositeStatistics(Name, [.. each.Select(s => s.CreateStatistics())]);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        statistics.Rows += block.Rows;
        if (block.Rows == 0) return;
        var parts = ((CompositeStatistics)statistics).Parts;
        using var scratch = Scratch.Enter();
        using var memory = new ClassMemory();
        var count = block.SequenceOffsets.IsEmpty ? block.Rows : block.SequenceCount;
        var folds = ClassItems.Integers(scratch, count);
        rule.Assign(block, folds);
        var items = new ClassItems(block, folds, each.Count, scratch);
        var weights = scratch.Take(count);
        var labels = ClassItems.Integers(scratch, block.Labels.Length);
        for (var fold = 0; fold < each.Count; fold++)
        {
            if (items.CountOf(fold) is not (> 0 and var own)) continue;
            var taken = items.Take(fold, 0, own, memory, weights);
            try
            {
                each[fold].Summarize(block.Labels.IsEmpty ? taken : WithLabels(taken, block, items.Of(fold), labels), parts[fold]);
            }
            catch (ModelException e) when (e.SequenceNumber is { } number)
            {
                throw e.Renumbered(block.FirstSequence + items.Of(fold)[(int)(number - taken.FirstSequence)]);
            }
        }
    }

    private static FeatureBlock WithLabels(FeatureBlock taken, in FeatureBlock block, ReadOnlySpan<int> items, Span<int> labels)
    {
        if (block.SequenceOffsets.IsEmpty)
            for (var i = 0; i < items.Length; i++) labels[i] = block.Labels[items[i]];
        else
            for (var i = 0; i < items.Length; i++)
                block.Labels[block.SequenceOffsets[items[i]]..block.SequenceOffsets[items[i] + 1]].CopyTo(labels[taken.SequenceOffsets[i]..]);
        return taken with { Labels = labels[..taken.Rows] };
    }
}
