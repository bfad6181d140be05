using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Counts the items of each class, and those without a label. How many classes there are need not be known.</summary>
internal sealed class ClassCounter : ISummarizer
{
    internal const string Kind = "class-counts";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, _ => new ClassCounter());

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
    }

    public Statistics CreateStatistics() => new ClassCounts(Kind);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var counts = (ClassCounts)statistics;
        counts.Rows += block.Rows;
        var isOfSequences = !block.SequenceOffsets.IsEmpty;
        for (var item = 0; item < (isOfSequences ? block.SequenceCount : block.Rows); item++)
        {
            var row = isOfSequences ? block.SequenceOffsets[item] : item;
            // An empty sequence says nothing.
            if (isOfSequences && row == block.SequenceOffsets[item + 1]) continue;
            counts.Add(block.KnownLabel(row), block.Weights.IsEmpty ? 1 : block.Weights[row]);
        }
    }
}

/// <summary>The number of items of each class, and their weights.</summary>
/// <param name="kind">Name of the family.</param>
internal sealed class ClassCounts(string kind) : Statistics
{
    // Shape [2 (K + 1)]: number and weight of the unlabelled items, then of each class seen so far.
    private double[] sums = new double[2];

    /// <inheritdoc/>
    public override string Kind => kind;

    /// <summary>Number of items without a label.</summary>
    public long Unlabeled => (long)sums[0];

    /// <summary>Number of items of a class.</summary>
    public long CountOf(int label) => 2 * (label + 1) < sums.Length ? (long)sums[2 * (label + 1)] : 0;

    /// <summary>Total weight of the items of a class.</summary>
    public double WeightOf(int label) => 2 * (label + 1) < sums.Length ? sums[(2 * (label + 1)) + 1] : 0;

    /// <summary>Adds items of a class.</summary>
    public void Add(int label, double weight, int items = 1)
    {
        var at = 2 * (label + 1);
        if (at >= sums.Length) Array.Resize(ref sums, at + 2);
        sums[at] += items;
        sums[at + 1] += weight;
        Weight += weight;
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = ((ClassCounts)other).sums;
        if (from.Length > sums.Length) Array.Resize(ref sums, from.Length);
        for (var i = 0; i < from.Length; i++) sums[i] += from[i];
    }

    /// <inheritdoc/>
    protected override void ClearCore() => sums = new double[2];

    /// <inheritdoc/>
    protected override void Unshare() => sums = [.. sums];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(sums.Length);
        WriteDoubles(writer, sums);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        sums = new double[ReadCount(reader, sizeof(double))];
        if (sums.Length < 2 || sums.Length % 2 != 0) throw new FormatException($"{sums.Length} counts");
        ReadDoubles(reader, sums);
    }
}
