using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Tells in which fold each item lies. A fold depends on the item's place or key, the seed and the number of folds, not on batches or files.</summary>
/// <param name="Folds">Number of folds.</param>
internal abstract record FoldRule(int Folds)
{
    /// <summary>Name of the rule in saved forms.</summary>
    protected abstract string Kind { get; }

    /// <summary>Finds the folds of a block's items.</summary>
    /// <param name="block">The rows, or the whole sequences.</param>
    /// <param name="folds">Shape [items]; receives the number of each one's fold, from 0.</param>
    public abstract void Assign(in FeatureBlock block, Span<int> folds);

    /// <summary>A rule whose only fold is everything but one fold of this one: what a model may see.</summary>
    public FoldRule AllBut(int fold) => new PartRule(this, fold, IsIn: false);

    /// <summary>A rule whose only fold is one of this one.</summary>
    public FoldRule Only(int fold) => new PartRule(this, fold, IsIn: true);

    /// <summary>Writes the rule as a JSON object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", Kind);
        WriteSettings(writer);
        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static FoldRule Read(JsonElement json) => json.Required("kind").GetString() switch
    {
        HashRule.Name => new HashRule(json.Count("folds"), json.Required("seed").GetInt64()),
        ShareRule.Name => new ShareRule(json.Number("share"), json.Required("seed").GetInt64()),
        StratifiedRule.Name => StratifiedRule.Restore(json),
        PartRule.Name => new PartRule(Read(json.Required("rule")), json.Required("fold").GetInt32(), json.Required("in").GetBoolean()),
        _ => throw JsonHelpers.Bad("property 'kind'", "another rule", "a rule of folds"),
    };

    /// <summary>Writes what the rule depends on.</summary>
    protected abstract void WriteSettings(Utf8JsonWriter writer);

    /// <summary>Number of items of a block.</summary>
    protected static int ItemsOf(in FeatureBlock block) => block.SequenceOffsets.IsEmpty ? block.Rows : block.SequenceCount;

    /// <summary>The number of an item from which its position follows: that of its key, or of its place in the input.</summary>
    protected static ulong NumberOf(in FeatureBlock block, int item)
    {
        if (block.SequenceOffsets.IsEmpty) return block.FoldKeys.IsEmpty ? FoldHash.Place(block.FirstRow + item) : block.FoldKeys[item];
        var (first, end) = (block.SequenceOffsets[item], block.SequenceOffsets[item + 1]);
        var number = block.FirstSequence + item;
        if (block.FoldKeys.IsEmpty || first == end) return FoldHash.Place(number);
        return block.FoldKeys[first..end].ContainsAnyExcept(block.FoldKeys[first])
            ? throw new ModelException(ErrorKind.Data, $"sequence {number}", "rows with different fold keys",
                "one key for the whole sequence, which lies in one fold", "choose another column of keys (FoldOptions.Key)")
            { SequenceNumber = number }
            : block.FoldKeys[first];
    }
}

/// <summary>Folds of about equal size, by a hash of each item's place or key.</summary>
internal sealed record HashRule(int Folds, long Seed) : FoldRule(Folds)
{
    public const string Name = "hash";

    protected override string Kind => Name;

    public override void Assign(in FeatureBlock block, Span<int> folds)
    {
        var seed = FoldHash.Seed(Seed);
        for (var i = 0; i < folds.Length; i++) folds[i] = (int)(Folds * FoldHash.Unit(seed + NumberOf(block, i)));
    }

    protected override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteNumber("folds", Folds);
        writer.WriteNumber("seed", Seed);
    }
}

/// <summary>Two folds: number 1 is a share of the items, by the same hash, and number 0 the others.</summary>
internal sealed record ShareRule(double Share, long Seed) : FoldRule(2)
{
    public const string Name = "share";

    protected override string Kind => Name;

    public override void Assign(in FeatureBlock block, Span<int> folds)
    {
        var seed = FoldHash.Seed(Seed);
        for (var i = 0; i < folds.Length; i++) folds[i] = FoldHash.Unit(seed + NumberOf(block, i)) < Share ? 1 : 0;
    }

    protected override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteExact("share", Share);
        writer.WriteNumber("seed", Seed);
    }
}

/// <summary>One fold: the items of one fold of another rule, or all others.</summary>
internal sealed record PartRule(FoldRule Rule, int Fold, bool IsIn) : FoldRule(1)
{
    public const string Name = "part";

    protected override string Kind => Name;

    public override void Assign(in FeatureBlock block, Span<int> folds)
    {
        Rule.Assign(block, folds);
        foreach (ref var fold in folds) fold = fold == Fold == IsIn ? 0 : -1;
    }

    protected override void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("rule");
        Rule.Write(writer);
        writer.WriteNumber("fold", Fold);
        writer.WriteBoolean("in", IsIn);
    }
}
