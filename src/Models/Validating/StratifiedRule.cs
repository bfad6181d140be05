using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Classification;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Folds that share out each class evenly: the items of a class take turns, in rounds of one item for each fold. The folds of a class therefore differ by
/// at most one item. Unlabelled items are shared out like a class.
/// </summary>
internal sealed record StratifiedRule(int Folds, long Seed, ClassRanks Ranks) : FoldRule(Folds)
{
    public const string Name = "stratified";

    protected override string Kind => Name;

    public override void Assign(in FeatureBlock block, Span<int> folds)
    {
        var seed = FoldHash.Seed(Seed);
        var next = Ranks.Before(block);
        // Shape [K + 1][folds]: the order of the current round of each class; null until it is needed.
        var orders = new int[next.Length][];
        for (var i = 0; i < folds.Length; i++)
        {
            var at = ClassItems.KnownClass(block, i) + 1;
            var (round, turn) = Math.DivRem(next[at]++, Folds);
            if (turn == 0 || orders[at] is null) FoldHash.Order(seed, at - 1, round, orders[at] ??= new int[Folds]);
            folds[i] = orders[at][turn];
        }
    }

    protected override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("folds", Folds);
        writer.WriteNumber("seed", Seed);
        writer.WriteNumber("classes", Ranks.Classes);
        writer.WriteBase64String("ranks", Ranks.ToBytes());
    }

    public static StratifiedRule Restore(JsonElement json)
    {
        var ranks = new ClassRanks(json.Count("classes"));
        ranks.FromBytes(json.Required("ranks").GetBytesFromBase64());
        return new(json.Count("folds"), json.Required("seed").GetInt64(), ranks);
    }
}

/// <summary>Counts the items of each class in each batch, so that a later pass knows how many of them precede a batch.</summary>
/// <param name="classes">Number of classes.</param>
internal sealed class ClassRanker(int classes) : ISummarizer
{
    private const string Kind = "class-ranks";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new ClassRanker(json.Count("classes")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer) => writer.WriteNumber("classes", classes);

    public Statistics CreateStatistics() => new ClassRanks(classes);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        statistics.Rows += block.Rows;
        if (block.Rows > 0) ((ClassRanks)statistics).Add(block);
    }
}

/// <summary>How many items of each class are in each batch, by batches in their order.</summary>
/// <param name="classes">Number of classes.</param>
internal sealed class ClassRanks(int classes) : Statistics
{
    // Where each batch begins.
    private List<long> starts = [];

    // Shape [batches][K + 1]: the unlabelled items, then those of each class.
    private List<long[]> counts = [];

    // Shape [batches][K + 1]: the items before each batch. Made by the first question, once the counts are complete.
    private Dictionary<long, long[]>? before;

    /// <inheritdoc/>
    public override string Kind => $"class-ranks[{classes}]";

    /// <summary>Number of classes.</summary>
    public int Classes => classes;

    /// <summary>Adds a batch.</summary>
    public void Add(in FeatureBlock block)
    {
        var own = new long[classes + 1];
        for (var i = 0; i < (block.SequenceOffsets.IsEmpty ? block.Rows : block.SequenceCount); i++) own[ClassItems.KnownClass(block, i) + 1]++;
        starts.Add(StartOf(block));
        counts.Add(own);
    }

    /// <summary>The number of items of each class before a batch, shape [K + 1] (the unlabelled ones first); a copy.</summary>
    public long[] Before(in FeatureBlock block)
    {
        if (Volatile.Read(ref before) is not { } known)
        {
            known = [];
            var sum = new long[classes + 1];
            for (var b = 0; b < starts.Count; b++)
            {
                known.Add(starts[b], [.. sum]);
                for (var k = 0; k < sum.Length; k++) sum[k] += counts[b][k];
            }
            Volatile.Write(ref before, known);
        }
        return [.. known[StartOf(block)]];
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        starts.AddRange(((ClassRanks)other).starts);
        counts.AddRange(((ClassRanks)other).counts);
        before = null;
    }

    /// <inheritdoc/>
    protected override void ClearCore() => (starts, counts, before) = ([], [], null);

    /// <inheritdoc/>
    protected override void Unshare() => (starts, counts, before) = ([.. starts], [.. counts], null);

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(starts.Count);
        for (var b = 0; b < starts.Count; b++)
        {
            writer.Write(starts[b]);
            foreach (var count in counts[b]) writer.Write(count);
        }
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ClearCore();
        for (var n = ReadCount(reader, sizeof(long) * (classes + 2)); n > 0; n--)
        {
            starts.Add(reader.ReadInt64());
            var own = new long[classes + 1];
            for (var k = 0; k < own.Length; k++) own[k] = reader.ReadInt64();
            counts.Add(own);
        }
    }

    private static long StartOf(in FeatureBlock block) => block.SequenceOffsets.IsEmpty ? block.FirstRow : block.FirstSequence;
}
