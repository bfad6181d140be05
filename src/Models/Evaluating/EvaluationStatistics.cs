using System.Runtime.CompilerServices;

namespace Pipelines.Models.Fitting;

/// <summary>
/// What an evaluation has seen: sums, and the posteriors themselves, from which areas under ROC curves are computed. Beyond a number of bytes the posteriors
/// are replaced by weights in fine bins.
/// </summary>
/// <param name="classes">Number of classes.</param>
/// <param name="bins">Number of calibration bins of each class.</param>
/// <param name="mostBytes">Bytes of posteriors to keep.</param>
internal sealed class EvaluationStatistics(int classes, int bins, long mostBytes) : Statistics
{
    /// <summary>Numbers in each calibration bin: items, their weight, their weighted posterior, and the weight of those of the class.</summary>
    public const int CellSize = 4;

    // Scores of the same sign, exponent and highest bits of the mantissa share a bin; so do, near 1, distances from 1.
    private const int BinsOfScores = 1 << 15;

    // Unlabelled items, log-loss and Brier score; confusion [K, K]; calibration [K, bins, CellSize].
    private double[] sums = new double[Length(classes, bins)];
    private List<KeptPosteriors> kept = [];
    private long keptBytes;

    // Shape [K, 2, BinsOfScores]: weight of the class's items and of others; null while posteriors are kept.
    private double[]? scores;

    /// <summary>Maximum number of classes, for which the sums take less than 2 GiB.</summary>
    /// <param name="bins">Number of calibration bins of each class.</param>
    public static int MostClasses(int bins)
    {
        // Solves Length(K, bins) = M for K.
        var half = CellSize / 2.0 * bins;
        return (int)(Math.Sqrt((half * half) + (int.MaxValue / sizeof(double)) - 3) - half);
    }

    private static int Length(int classes, int bins) => checked(3 + (classes * classes) + (classes * bins * CellSize));

    /// <inheritdoc/>
    public override string Kind => $"evaluation[{classes}, {bins}]";

    /// <summary>Number of items without a label.</summary>
    public long Unlabeled
    {
        get => (long)sums[0];
        set => sums[0] = value;
    }

    /// <summary>Minus the weighted sum of the true classes' log-posteriors.</summary>
    public double LogLoss
    {
        get => sums[1];
        set => sums[1] = value;
    }

    /// <summary>Weighted sum of squared misses.</summary>
    public double Brier
    {
        get => sums[2];
        set => sums[2] = value;
    }

    /// <summary>Shape [K]: the weight of a class's items by what they were predicted as.</summary>
    public Span<double> ConfusionOf(int label) => sums.AsSpan(3 + (label * classes), classes);

    /// <summary>The calibration bins of a class, shape [bins, CellSize].</summary>
    public Span<double> BinsOf(int label) => sums.AsSpan(3 + (classes * classes) + (label * bins * CellSize), bins * CellSize);

    /// <summary>Keeps posteriors, which must not change any more.</summary>
    public void Keep(KeptPosteriors part)
    {
        kept.Add(part);
        keptBytes += part.Bytes;
        if (scores is not null || keptBytes > mostBytes) ToBins();
    }

    /// <summary>The result.</summary>
    /// <param name="place">Which items they are, for messages.</param>
    /// <param name="names">Shape [K]: the classes' names.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 = all cores.</param>
    public Evaluation ToEvaluation(string place, IReadOnlyList<string> names, int maxDegreeOfParallelism)
    {
        if (!(Weight > 0))
            throw new ModelException(ErrorKind.Data, place,
                Unlabeled > 0 && Unlabeled == Rows ? $"no label: all {Unlabeled} are missing" : "no labeled row of weight above 0",
                "rows with a label", "check the label column, the weights and the paths");
        var confusion = new double[classes, classes];
        Buffer.BlockCopy(sums, 3 * sizeof(double), confusion, 0, classes * classes * sizeof(double));
        var areas = new RocFound[classes];
        var next = -1;
        Parallelism.Run(Parallelism.Threads(maxDegreeOfParallelism, classes), _ =>
        {
            var ranks = scores is null ? new ScoreRanks(kept) : null;
            for (int k; (k = Interlocked.Increment(ref next)) < classes;)
                areas[k] = ranks is not null ? RocArea.Of(ranks, k) : RocArea.OfBins(ScoresOf(k, 0), ScoresOf(k, 1));
        }, CancellationToken.None);
        var rows = 0.0;
        for (var b = 0; b < bins; b++) rows += BinsOf(0)[b * CellSize];
        return new((long)rows, Unlabeled, Weight, names, confusion, LogLoss / Weight, Brier / Weight, [.. areas.Select(a => a.Area)], areas.Max(a => a.Error),
            [.. Enumerable.Range(0, classes).Select(CalibrationOf)])
        { RocCurves = [.. areas.Select(a => a.Curve)] };
    }

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => CommonBytes + (sums.Length * sizeof(double))
        + Math.Min(KeptPosteriors.BytesOf(classes, Math.Min(rows, 1L << 40), true), Math.Max(mostBytes, 2L * classes * BinsOfScores * sizeof(double)));

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = (EvaluationStatistics)other;
        for (var i = 0; i < sums.Length; i++) sums[i] += from.sums[i];
        if (from.scores is { } others)
        {
            if (scores is null) ToBins();
            for (var i = 0; i < others.Length; i++) scores![i] += others[i];
        }
        foreach (var part in from.kept) Keep(part);
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        Array.Clear(sums);
        (kept, keptBytes, scores) = ([], 0, null);
    }

    /// <inheritdoc/>
    protected override void Unshare() => (sums, kept, scores) = ([.. sums], [.. kept], scores is null ? null : [.. scores]);

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        WriteDoubles(writer, sums);
        writer.Write(scores is not null);
        if (scores is not null) WriteDoubles(writer, scores);
        writer.Write(kept.Count);
        foreach (var part in kept)
        {
            writer.Write(part.Items);
            writer.Write(part.Weights is not null);
            WriteDoubles(writer, part.Values);
            if (part.Weights is not null) WriteDoubles(writer, part.Weights);
            foreach (var end in part.Ends) writer.Write(end);
        }
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ReadDoubles(reader, sums);
        scores = reader.ReadBoolean() ? new double[2 * classes * BinsOfScores] : null;
        if (scores is not null) ReadDoubles(reader, scores);
        (kept, keptBytes) = ([], 0);
        var parts = ReadCount(reader, 1);
        for (var i = 0; i < parts; i++)
        {
            var items = ReadCount(reader, classes * sizeof(double));
            var part = new KeptPosteriors(classes, items, reader.ReadBoolean());
            ReadDoubles(reader, part.Values);
            if (part.Weights is not null) ReadDoubles(reader, part.Weights);
            for (var k = 0; k < classes; k++)
            {
                part.Ends[k] = reader.ReadInt32();
                if (part.Ends[k] < part.ItemsOf(k).From || part.Ends[k] > items) throw new FormatException($"{part.Ends[k]} items up to class {k}");
            }
            if (part.Ends[^1] != items) throw new FormatException($"classes of {part.Ends[^1]} of {items} items");
            kept.Add(part);
            keptBytes += part.Bytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ToBins()
    {
        scores ??= new double[2 * classes * BinsOfScores];
        foreach (var part in kept)
        {
            for (var k = 0; k < classes; k++)
            {
                var posteriors = part.Of(k);
                var (from, end) = part.ItemsOf(k);
                for (var i = 0; i < posteriors.Length; i++)
                    ScoresOf(k, i >= from && i < end ? 0 : 1)[BinOf(posteriors[i])] += part.Weights?[i] ?? 1;
            }
        }
        (kept, keptBytes) = ([], 0);
    }

    private Span<double> ScoresOf(int label, int side) => scores.AsSpan(((2 * label) + side) * BinsOfScores, BinsOfScores);

    // Ascending: 64 bins for each power of two below one half, and as many for distances from 1 above it.
    private static int BinOf(double score)
    {
        const int half = BinsOfScores / 2;
        var near = score < 0.5 ? score : 1 - score;
        var bits = (int)(BitConverter.DoubleToUInt64Bits(near) >> 46) - ((0x3FE << 6) - half);
        var bin = Math.Clamp(bits, 0, half - 1);
        return score < 0.5 ? bin : BinsOfScores - 1 - bin;
    }

    private IReadOnlyList<CalibrationBin> CalibrationOf(int label)
    {
        var result = new CalibrationBin[bins];
        for (var b = 0; b < bins; b++)
        {
            var cell = BinsOf(label).Slice(b * CellSize, CellSize);
            result[b] = new((long)cell[0], cell[1], cell[1] > 0 ? cell[2] / cell[1] : null, cell[1] > 0 ? cell[3] / cell[1] : null);
        }
        return result;
    }
}
