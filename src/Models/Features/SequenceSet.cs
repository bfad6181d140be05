namespace Pipelines;

/// <summary>
/// Sequences in memory: the concatenated rows of all sequences and the offset of each. Wraps the caller's rows without copying where possible.
/// </summary>
public sealed class SequenceSet
{
    private readonly FeatureMatrix rows;
    private readonly int[] offsets;
    private readonly int[]? labels;

    /// <summary>Makes sequences from concatenated rows.</summary>
    /// <param name="rows">The rows; a sequence has the weight of its first row.</param>
    /// <param name="offsets">Shape [sequences + 1], from 0 to the number of rows, never decreasing: sequence s consists of the rows offsets[s] … offsets[s + 1]
    /// - 1.</param>
    /// <param name="labels">Shape [rows]: index of the known state of each row, -1 = unknown; null = no labels.</param>
    /// <exception cref="ModelException">The offsets or labels do not fit the rows.</exception>
    public SequenceSet(FeatureMatrix rows, IReadOnlyList<int> offsets, int[]? labels = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(offsets);
        ModelException.CheckOptions("sequences",
            (offsets.Count > 0 && offsets[0] == 0 && offsets[^1] == rows.Rows && Enumerable.Range(1, offsets.Count - 1).All(s => offsets[s] >= offsets[s - 1]),
                nameof(offsets), $"{offsets.Count} numbers", $"numbers from 0 to {rows.Rows} that never decrease"),
            (labels is null || labels.Length == rows.Rows, nameof(labels), labels?.Length, $"one for each of {rows.Rows} rows"));
        (this.rows, this.offsets, this.labels) = (rows, [.. offsets], labels);
    }

    /// <summary>Number of sequences.</summary>
    public int Count => offsets.Length - 1;

    /// <summary>Total number of rows.</summary>
    public int Rows => rows.Rows;

    /// <summary>Number of features per row.</summary>
    public int Columns => rows.Columns;

    /// <summary>One more than the largest label; 0 if there are no labels.</summary>
    public int LabelCount => labels is null || labels.Length == 0 ? 0 : labels.Max() + 1;

    /// <summary>Sequences of several features, copied side by side.</summary>
    /// <param name="sequences">Each of shape [length, features]; NaN = missing.</param>
    /// <param name="weights">Shape [sequences], finite and at least 0; null = all 1. The weight of an empty sequence is ignored.</param>
    /// <param name="labels">Shape [sequences][length]: state indices, -1 = unknown; null, or null for a sequence = no labels.</param>
    /// <exception cref="ModelException">There is no feature, or widths, weights or labels do not fit.</exception>
    public static SequenceSet From(IReadOnlyList<double[,]> sequences, IReadOnlyList<double>? weights = null, IReadOnlyList<int[]?>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var columns = sequences.Count == 0 ? 1 : sequences.Max(s => s.GetLength(1));
        foreach (var (sequence, s) in sequences.Select((x, s) => (x, s)))
        {
            if (sequence.GetLength(1) != columns && sequence.GetLength(0) > 0)
                throw new ModelException(ErrorKind.Data, $"sequence {s}", $"{sequence.GetLength(1)} features", $"{columns} as in other sequences",
                    "give every sequence the same features");
        }
        var offsets = Offsets(sequences.Select(s => s.GetLength(0)), weights, labels);
        var values = new double[offsets[^1] * columns];
        for (var s = 0; s < sequences.Count; s++)
            for (var i = 0; i < sequences[s].GetLength(0); i++)
                for (var j = 0; j < columns; j++) values[(j * offsets[^1]) + offsets[s] + i] = sequences[s][i, j];
        return Make(values, columns, offsets, weights, labels);
    }

    /// <summary>Sequences of one feature, copied side by side.</summary>
    /// <param name="sequences">Each of shape [length]; NaN = missing.</param>
    /// <param name="weights">Shape [sequences], finite and at least 0; null = all 1. The weight of an empty sequence is ignored.</param>
    /// <param name="labels">Shape [sequences][length]: state indices, -1 = unknown; null, or null for a sequence = no labels.</param>
    /// <exception cref="ModelException">Weights or labels do not fit.</exception>
    public static SequenceSet From(IReadOnlyList<double[]> sequences, IReadOnlyList<double>? weights = null, IReadOnlyList<int[]?>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var offsets = Offsets(sequences.Select(s => s.Length), weights, labels);
        var values = new double[offsets[^1]];
        for (var s = 0; s < sequences.Count; s++) sequences[s].CopyTo(values, offsets[s]);
        return Make(values, 1, offsets, weights, labels);
    }

    /// <summary>
    /// The same sequences with priors: for each row, the probability of each state before its features are looked at (<see cref="RowPriors"/>).
    /// </summary>
    /// <param name="priors">For each sequence, shape [length, K], in the order of the model's states: from 0 to 1, and the sum of each row is 1 within 1e-6.
    /// For mixtures and classifiers of sequences, components or classes instead of states, and only the first row counts.</param>
    /// <exception cref="ModelException">The priors do not fit the sequences, or a row holds no probabilities that sum to 1.</exception>
    public SequenceSet WithPriors(IReadOnlyList<double[,]> priors)
    {
        ArgumentNullException.ThrowIfNull(priors);
        ModelException.CheckOptions("priors", (priors.Count == Count, "number of sequences", priors.Count, $"one table for each of {Count} sequences"));
        var components = priors.Count == 0 ? 1 : priors.Max(p => p.GetLength(1));
        var all = new double[Rows, components];
        for (var s = 0; s < Count; s++)
        {
            if (priors[s].GetLength(0) != Length(s) || (Length(s) > 0 && priors[s].GetLength(1) != components))
                throw new ModelException(ErrorKind.Data, $"priors of sequence {s}", $"{priors[s].GetLength(0)} x {priors[s].GetLength(1)} of them",
                    $"{Length(s)} x {components}, one for each row and component", "give each row of the sequence its priors");
            for (var t = 0; t < Length(s); t++)
                for (var k = 0; k < components; k++) all[offsets[s] + t, k] = priors[s][t, k];
        }
        return new(rows.WithPriors(all), offsets, labels);
    }

    /// <summary>The rows of all sequences.</summary>
    internal FeatureMatrix Matrix => rows;

    /// <summary>Number of components that the rows have priors of; 0 = no row has any.</summary>
    internal int PriorComponents => rows.PriorComponents;

    /// <summary>Length of sequence <paramref name="sequence"/>, in rows.</summary>
    public int Length(int sequence) => offsets[sequence + 1] - offsets[sequence];

    /// <summary>First row of sequence <paramref name="sequence"/>; for <see cref="Count"/>, the number of rows.</summary>
    public int Offset(int sequence) => offsets[sequence];

    /// <summary>A view of <paramref name="count"/> sequences, starting with <paramref name="first"/>.</summary>
    public FeatureBlock Block(int first, int count)
    {
        var start = offsets[first];
        var length = offsets[first + count] - start;
        var own = new int[count + 1];
        for (var s = 0; s <= count; s++) own[s] = offsets[first + s] - start;
        var block = rows.Block(start, length);
        return block with { SequenceOffsets = own, Labels = labels is null ? default : labels.AsSpan(start, length), FirstSequence = first };
    }

    private static int[] Offsets(IEnumerable<int> lengths, IReadOnlyList<double>? weights, IReadOnlyList<int[]?>? labels)
    {
        List<int> offsets = [0];
        foreach (var length in lengths)
        {
            if (labels is not null && offsets.Count <= labels.Count && labels[offsets.Count - 1] is { } own && own.Length != length)
                throw new ModelException(ErrorKind.Data, $"labels of sequence {offsets.Count - 1}", $"{own.Length} labels", $"{length}, one for each row",
                    "give each row its state, or -1");
            offsets.Add(offsets[^1] + length);
        }
        var count = offsets.Count - 1;
        ModelException.CheckOptions("sequences",
            (weights is null || weights.Count == count, nameof(weights), weights?.Count, $"one for each of {count} sequences"),
            (labels is null || labels.Count == count, nameof(labels), labels?.Count, $"one list for each of {count} sequences"));
        return [.. offsets];
    }

    private static SequenceSet Make(double[] values, int columns, int[] offsets, IReadOnlyList<double>? weights, IReadOnlyList<int[]?>? labels)
    {
        double[]? rowWeights = null;
        int[]? rowLabels = null;
        if (weights is not null)
        {
            rowWeights = new double[offsets[^1]];
            for (var s = 0; s < weights.Count; s++) rowWeights.AsSpan(offsets[s], offsets[s + 1] - offsets[s]).Fill(weights[s]);
        }
        if (labels is not null)
        {
            rowLabels = new int[offsets[^1]];
            for (var s = 0; s < labels.Count; s++)
            {
                var target = rowLabels.AsSpan(offsets[s], offsets[s + 1] - offsets[s]);
                if (labels[s] is { } own) own.CopyTo(target);
                else target.Fill(-1);
            }
        }
        return new(FeatureMatrix.FromColumnMajor(values, offsets[^1], columns, Math.Max(1, offsets[^1]), rowWeights), offsets, rowLabels);
    }
}
