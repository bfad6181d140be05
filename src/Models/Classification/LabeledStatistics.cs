using System.Runtime.CompilerServices;
using Pipelines.Models.Classification;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Fitting;

/// <summary>
/// What one pass over labelled items finds: the number of items of each class, and the sums from which its distribution is estimated. Each class's sums are
/// centred on its own first items, so that classes far apart keep their digits.
/// </summary>
/// <param name="family">The distribution of every class.</param>
/// <param name="columns">Number of features.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class LabeledStatistics(DistributionFamily family, int columns, int classes) : Statistics
{
    // Shape [K]; null = no item yet.
    private ClassSums?[] sums = new ClassSums?[classes];

    // Shape [K + 1, columns]: true if the items without a label, or of a class, have a value of the feature.
    private bool[] observed = new bool[(classes + 1) * columns];

    /// <inheritdoc/>
    public override string Kind => System.FormattableString.Invariant($"labeled {family}[{columns}, {classes}]");

    /// <summary>The number of items of each class, and of those without a label.</summary>
    public ClassCounts Counts { get; private set; } = new(ClassCounter.Kind);

    /// <summary>True if a value may be infinite, or too large to be squared.</summary>
    public bool HasHuge { get; private set; }

    /// <summary>The first feature of which no labelled item of weight above 0 has a value; null if there is none.</summary>
    public int? Unobserved => Enumerable.Range(0, columns).Cast<int?>().FirstOrDefault(j => Enumerable.Range(0, classes).All(k => !observed[At(k) + j!.Value]));

    /// <summary>The features of which no item of a class, of weight above 0, has a value.</summary>
    public IEnumerable<int> MissingFrom(int label) => Enumerable.Range(0, columns).Where(j => !observed[At(label) + j]);

    /// <summary>True if a class lacks something that other classes know: values of a feature, or categories.</summary>
    public bool NeedsOverall => Enumerable.Range(0, columns).Any(family.IsCategorical) || Enumerable.Range(0, classes).Any(k => MissingFrom(k).Any());

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => Start([.. new double[columns]]).Sums.MaxBytes(rows, codes) is { } bytes
        ? (3 * CommonBytes) + columns + (classes * (bytes + ((sizeof(double) + 1) * (columns + 3L))))
        : null;

    /// <summary>The sums of a class; null if it has no item.</summary>
    public ClassSums? Of(int label) => sums[label];

    /// <summary>The sums of a class, around the means of a tile if they are its first items.</summary>
    public ClassSums Begin(int label, in FeatureTile tile, ReadOnlySpan<double> weights) => sums[label] ??= Start(MeansOf(tile, weights));

    /// <summary>Looks for values that no model can be fitted to, and features without any.</summary>
    /// <param name="label">The class of the items, or -1.</param>
    /// <param name="tile">The items.</param>
    /// <param name="weights">Shape [tile.Rows].</param>
    public void Look(int label, in FeatureTile tile, ReadOnlySpan<double> weights)
    {
        HasHuge |= TilePacking.AnyHuge(tile);
        var own = observed.AsSpan(At(label), columns);
        if (!own.Contains(false)) return;
        for (var j = 0; j < columns; j++)
        {
            var x = tile.Column(j);
            for (var i = 0; !own[j] && i < x.Length; i++) own[j] = weights[i] > 0 && !double.IsNaN(x[i]);
        }
    }

    /// <summary>The distribution of all classes together; null if there is none.</summary>
    public Distribution? Overall(in MaximizeOptions options)
    {
        if (sums.FirstOrDefault(s => s is not null)?.Clone() is not { } all) return null;
        foreach (var other in sums.SkipWhile(s => s is null).Skip(1).OfType<ClassSums>()) all.Sums.Merge(other.CenteredOn(all.Start));
        return all.Start.Maximize(all.Sums, options);
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = (LabeledStatistics)other;
        Counts.Merge(from.Counts);
        HasHuge |= from.HasHuge;
        for (var j = 0; j < observed.Length; j++) observed[j] |= from.observed[j];
        for (var k = 0; k < sums.Length; k++)
        {
            if (from.sums[k] is not { } added) continue;
            if (sums[k] is { } own) own.Sums.Merge(added.CenteredOn(own.Start));
            else sums[k] = added.Clone();
        }
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Counts.Clear();
        HasHuge = false;
        Array.Clear(observed);
        Array.Clear(sums);
    }

    /// <inheritdoc/>
    protected override void Unshare() =>
        (Counts, observed, sums) = ((ClassCounts)Counts.Clone(), [.. observed], [.. sums.Select(s => s?.Clone())]);

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Counts.SaveBody(writer);
        writer.Write(HasHuge);
        foreach (var one in observed) writer.Write(one);
        foreach (var one in sums)
        {
            writer.Write(one is not null);
            if (one is null) continue;
            WriteDoubles(writer, one.Center);
            one.Sums.SaveBody(writer);
        }
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Counts.LoadBody(reader);
        HasHuge = reader.ReadBoolean();
        for (var j = 0; j < observed.Length; j++) observed[j] = reader.ReadBoolean();
        for (var k = 0; k < sums.Length; k++)
        {
            sums[k] = null;
            if (!reader.ReadBoolean()) continue;
            var center = new double[columns];
            ReadDoubles(reader, center);
            if (!center.All(double.IsFinite)) throw new FormatException("a center that is not finite");
            sums[k] = Start(center);
            sums[k]!.Sums.LoadBody(reader);
        }
    }

    private int At(int label) => (label + 1) * columns;

    private ClassSums Start(double[] center) => new(center, family.Prototype(center));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] MeansOf(in FeatureTile tile, ReadOnlySpan<double> weights)
    {
        var means = new double[tile.Columns];
        for (var j = 0; j < means.Length; j++)
        {
            var x = tile.Column(j);
            double sum = 0, count = 0;
            for (var i = 0; i < x.Length; i++)
            {
                // An item of weight 0 may hold anything.
                if (!(weights[i] > 0) || double.IsNaN(x[i])) continue;
                sum += x[i];
                count++;
            }
            var mean = sum / count;
            means[j] = double.IsFinite(mean) ? mean : 0;
        }
        return means;
    }
}

/// <summary>The sums of a class around some values.</summary>
/// <param name="center">Shape [features].</param>
/// <param name="start">The distribution around them.</param>
internal sealed class ClassSums(double[] center, Distribution start)
{
    /// <summary>Shape [features].</summary>
    public double[] Center => center;

    /// <summary>The distribution that the sums are centred on.</summary>
    public Distribution Start => start;

    /// <summary>The sums.</summary>
    public Statistics Sums => Mixture.Parts[0];

    /// <summary>The sums as those of a mixture of one component.</summary>
    public MixtureStatistics Mixture { get; private init; } = new([start.CreateStatistics()]);

    /// <summary>Adds tiles to the sums.</summary>
    public TileEvaluator Tiles { get; private init; } = new([start]);

    /// <summary>The same sums around another distribution of this family.</summary>
    public Statistics CenteredOn(Distribution other)
    {
        var moved = Sums.Clone();
        other.Recenter(moved, start);
        return moved;
    }

    /// <summary>An independent copy.</summary>
    public ClassSums Clone() => new(center, start) { Mixture = (MixtureStatistics)Mixture.Clone(), Tiles = Tiles };
}
