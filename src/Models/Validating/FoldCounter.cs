using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Counts the items of weight above 0 in each fold, by class, and their missing values.</summary>
/// <param name="rule">Tells in which fold an item lies.</param>
/// <param name="classes">Number of classes; 0 = labels are no classes and are ignored.</param>
/// <param name="columns">Number of features.</param>
internal sealed class FoldCounter(FoldRule rule, int classes, int columns) : ISummarizer
{
    private const string Kind = "fold-counts";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json =>
        new FoldCounter(FoldRule.Read(json.Required("rule")), json.Required("classes").GetInt32(), json.Count("columns")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("rule");
        rule.Write(writer);
        writer.WriteNumber("classes", classes);
        writer.WriteNumber("columns", columns);
    }

    /// <remarks>Shape [folds, K + 1, 1 + columns]: the items, and the missing values of each feature; the unlabelled items first.</remarks>
    public Statistics CreateStatistics() => new SumStatistics(Kind, rule.Folds * (classes + 1) * (1 + columns));

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        statistics.Rows += block.Rows;
        // All rows of a batch may be rejected.
        if (block.Rows == 0) return;
        var sums = ((SumStatistics)statistics).Sums;
        using var scratch = Scratch.Enter();
        var isOfSequences = !block.SequenceOffsets.IsEmpty;
        var cells = ClassItems.Integers(scratch, isOfSequences ? block.SequenceCount : block.Rows);
        rule.Assign(block, cells);
        for (var i = 0; i < cells.Length; i++)
        {
            var row = isOfSequences ? block.SequenceOffsets[i] : i;
            cells[i] = CellOf(cells[i], classes == 0 ? -1 : ClassItems.KnownClass(block, i));
            // An empty sequence says nothing, and neither does an item without weight.
            if ((isOfSequences && row == block.SequenceOffsets[i + 1]) || (!block.Weights.IsEmpty && block.Weights[row] == 0)) cells[i] = -1;
            else sums[cells[i]]++;
        }
        if (isOfSequences) return;
        for (var j = 0; j < columns; j++)
        {
            if (block.RowStride == 1 && block.Rows > 0 && !TilePacking.AnyMissing(block.Values.Slice(j * block.ColumnStride, block.Rows))) continue;
            for (var i = 0; i < cells.Length; i++)
                if (double.IsNaN(block[i, j]) && cells[i] >= 0) sums[cells[i] + 1 + j]++;
        }
    }

    /// <summary>Number of items of a fold.</summary>
    public long ItemsOf(Statistics counts, int fold) => (long)Enumerable.Range(-1, classes + 1).Sum(label => At(counts, CellOf(fold, label)));

    /// <summary>True if a fold has items without a label.</summary>
    public bool HasUnlabeled(Statistics counts) => Enumerable.Range(0, rule.Folds).Any(f => At(counts, CellOf(f, -1)) > 0);

    /// <summary>True if items of a class are outside of a fold.</summary>
    public bool IsOutside(Statistics counts, int fold, int label) => Outside(counts, fold, label, 0) > 0;

    /// <summary>True if the items outside of a fold have values of every feature, in each class.</summary>
    public bool HasValuesOutside(Statistics counts, int fold)
    {
        for (var label = classes == 0 ? -1 : 0; label < classes; label++)
            for (var j = 0; j < columns; j++)
                if (Outside(counts, fold, label, 1 + j) >= Outside(counts, fold, label, 0)) return false;
        return true;
    }

    private double Outside(Statistics counts, int fold, int label, int at) =>
        Enumerable.Range(0, rule.Folds).Where(f => f != fold).Sum(f => At(counts, CellOf(f, label) + at));

    private static double At(Statistics counts, int index) => ((SumStatistics)counts).Sums[index];

    private int CellOf(int fold, int label) => ((fold * (classes + 1)) + label + 1) * (1 + columns);
}
