using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Classification;

/// <summary>The items of a block, class by class: items of one class are copied together, so that its model sees nothing else.</summary>
internal readonly ref struct ClassItems
{
    /// <summary>The class of items without a label.</summary>
    public const int Unlabeled = -1;

    private readonly FeatureBlock block;

    // Shape [items]: the items' numbers, unlabelled ones first, then class by class, each in the block's order.
    private readonly Span<int> order;

    // Shape [K + 2]: where the unlabelled items and each class begin in the order, and its end.
    private readonly Span<int> starts;

    /// <summary>Sorts the items by their labels.</summary>
    /// <param name="block">The items.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="scratch">Memory that is released after the last use of this value.</param>
    /// <param name="priorsAreLabels">True (default): a prior of 1 is as good as a label. False: the priors are part of what predicts the labels.</param>
    /// <exception cref="ModelException">A label is no class, or the rows of a sequence have different ones.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ClassItems(in FeatureBlock block, int classes, in Scratch scratch, bool priorsAreLabels = true)
        : this(block, LabelsOf(block, classes, priorsAreLabels && !block.Priors.IsEmpty, scratch), classes, scratch)
    {
    }

    /// <summary>Sorts the items by other numbers than their labels.</summary>
    /// <param name="block">The items.</param>
    /// <param name="labels">Shape [items]: -1 … classes - 1.</param>
    /// <param name="classes">How many numbers there may be, from 0.</param>
    /// <param name="scratch">Memory that is released after the last use of this value.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ClassItems(in FeatureBlock block, ReadOnlySpan<int> labels, int classes, in Scratch scratch)
    {
        this.block = block;
        Count = labels.Length;
        order = Integers(scratch, Count);
        starts = Integers(scratch, classes + 2);
        starts.Clear();
        foreach (var label in labels)
            if (label + 2 < starts.Length) starts[label + 2]++;
        for (var c = 1; c < starts.Length; c++) starts[c] += starts[c - 1];
        var next = Integers(scratch, classes + 2);
        starts.CopyTo(next);
        for (var i = 0; i < labels.Length; i++) order[next[labels[i] + 1]++] = i;
    }

    /// <summary>Number of items.</summary>
    public int Count { get; }

    private bool IsOfSequences => !block.SequenceOffsets.IsEmpty;

    /// <summary>Number of items of a class.</summary>
    public int CountOf(int label) => (label + 2 < starts.Length ? starts[label + 2] : Count) - starts[label + 1];

    /// <summary>The numbers of the items of a class, in the block's order.</summary>
    public ReadOnlySpan<int> Of(int label) => order.Slice(starts[label + 1], CountOf(label));

    /// <summary>Some items of a class as a block, in their order; the memory is valid until the next call.</summary>
    /// <param name="label">The class, or <see cref="Unlabeled"/>.</param>
    /// <param name="from">Number of the first among those of the class.</param>
    /// <param name="count">Number of items, at least 1.</param>
    /// <param name="memory">Holds the values.</param>
    /// <param name="weights">Shape [items]; receives their weights.</param>
    public FeatureBlock Take(int label, int from, int count, ClassMemory memory, Span<double> weights)
    {
        var first = starts[label + 1] + from;
        var items = order.Slice(first, count);
        return IsOfSequences ? Sequences(items, first, memory, weights) : Rows(items, first, memory, weights);
    }

    /// <summary>Some rows of a class as a tile; they are not sequences.</summary>
    /// <param name="label">The class, or <see cref="Unlabeled"/>.</param>
    /// <param name="from">Number of the first among those of the class.</param>
    /// <param name="count">Number of rows, 1 … <see cref="FeatureTile.Capacity"/>.</param>
    /// <param name="buffer">Buffer for [columns, Capacity] doubles, 64-byte aligned.</param>
    /// <param name="weights">Shape [Capacity]; receives the rows' weights, 0 after the last.</param>
    public FeatureTile Tile(int label, int from, int count, Span<double> buffer, Span<double> weights)
    {
        Cancellation.Poll();
        var rows = order.Slice(starts[label + 1] + from, count);
        if (block.Weights.IsEmpty) weights[..count].Fill(1);
        else for (var i = 0; i < rows.Length; i++) weights[i] = block.Weights[rows[i]];
        weights[count..].Clear();
        var missing = TilePacking.Pack(block.Values, rows, block.Columns, block.RowStride, block.ColumnStride, buffer);
        return new(buffer, count, block.Columns, missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private FeatureBlock Rows(ReadOnlySpan<int> items, int first, ClassMemory memory, Span<double> weights)
    {
        for (var i = 0; i < items.Length; i++) weights[i] = block.Weights.IsEmpty ? 1 : block.Weights[items[i]];
        // Rows of one class that follow each other need no copy.
        if (items[^1] - items[0] == items.Length - 1) return block.Slice(items[0], items.Length) with { Labels = default };
        var stride = Math.Max(FeatureTile.Capacity, items.Length);
        var values = memory.Values((block.Columns + block.Priors.Components) * stride);
        if (block.RowStride == 1)
        {
            for (var j = 0; j < block.Columns; j++)
            {
                var column = block.Values.Slice(j * block.ColumnStride, block.Rows);
                var target = values.Slice(j * stride, items.Length);
                for (var i = 0; i < target.Length; i++) target[i] = column[items[i]];
            }
        }
        else
        {
            // The values of a row are next to each other.
            for (var i = 0; i < items.Length; i++)
            {
                var row = block.Values[(items[i] * block.RowStride)..];
                for (int j = 0, from = 0; j < block.Columns; j++, from += block.ColumnStride) values[(j * stride) + i] = row[from];
            }
        }
        var priors = values[(block.Columns * stride)..];
        for (var k = 0; k < block.Priors.Components; k++)
            for (var i = 0; i < items.Length; i++) priors[(k * stride) + i] = block.Priors[items[i], k];
        return new(values, items.Length, block.Columns, 1, stride, block.Weights.IsEmpty ? default : weights[..items.Length],
            block.FirstRow + first)
        { Priors = new(priors, items.Length, block.Priors.Components, stride) };
    }

    private FeatureBlock Sequences(ReadOnlySpan<int> items, int first, ClassMemory memory, Span<double> weights)
    {
        var offsets = new int[items.Length + 1];
        for (var i = 0; i < items.Length; i++)
        {
            var start = block.SequenceOffsets[items[i]];
            offsets[i + 1] = offsets[i] + block.SequenceOffsets[items[i] + 1] - start;
            // An empty sequence has no row to carry a weight.
            weights[i] = block.Weights.IsEmpty || offsets[i + 1] == offsets[i] ? 1 : block.Weights[start];
        }
        var rows = offsets[^1];
        var stride = Math.Max(1, rows);
        var values = memory.Values((block.Columns + 1 + block.Priors.Components) * stride);
        var rowWeights = values.Slice(block.Columns * stride, rows);
        var priors = values[((block.Columns + 1) * stride)..];
        for (var i = 0; i < items.Length; i++)
        {
            var start = block.SequenceOffsets[items[i]];
            rowWeights[offsets[i]..offsets[i + 1]].Fill(weights[i]);
            for (var j = 0; j < block.Columns; j++)
            {
                var target = values[((j * stride) + offsets[i])..((j * stride) + offsets[i + 1])];
                for (var r = 0; r < target.Length; r++) target[r] = block[start + r, j];
            }
            for (var k = 0; k < block.Priors.Components; k++)
                for (var r = offsets[i]; r < offsets[i + 1]; r++) priors[(k * stride) + r] = block.Priors[start + r - offsets[i], k];
        }
        return new(values, rows, block.Columns, 1, stride, rowWeights, block.FirstRow)
        { SequenceOffsets = offsets, FirstSequence = block.FirstSequence + first, Priors = new(priors, rows, block.Priors.Components, stride) };
    }

    /// <summary>The class that an item is known to belong to, by its label (not checked) or a prior of 1; <see cref="Unlabeled"/> = none.</summary>
    public static int KnownClass(in FeatureBlock block, int item)
    {
        if (block.SequenceOffsets.IsEmpty) return block.KnownLabel(item);
        var row = block.SequenceOffsets[item];
        // An empty sequence says nothing.
        return row < block.SequenceOffsets[item + 1] ? block.KnownLabel(row) : Unlabeled;
    }

    /// <summary>The items' labels. Shape [items].</summary>
    private static ReadOnlySpan<int> LabelsOf(in FeatureBlock block, int classes, bool takesPriors, in Scratch scratch)
    {
        var isOfSequences = !block.SequenceOffsets.IsEmpty;
        // Rows have theirs already.
        if (!takesPriors && !isOfSequences && !block.Labels.IsEmpty && !block.Labels.ContainsAnyExceptInRange(Unlabeled, classes - 1))
            return block.Labels[..block.Rows];
        var labels = Integers(scratch, isOfSequences ? block.SequenceCount : block.Rows);
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = LabelOf(block, i, classes);
            if (takesPriors && labels[i] == Unlabeled) labels[i] = KnownClass(block, i);
        }
        return labels;
    }

    private static int LabelOf(in FeatureBlock block, int item, int classes)
    {
        if (block.Labels.IsEmpty) return Unlabeled;
        var first = block.SequenceOffsets.IsEmpty ? item : block.SequenceOffsets[item];
        var end = block.SequenceOffsets.IsEmpty ? item + 1 : block.SequenceOffsets[item + 1];
        if (first == end) return Unlabeled;
        var label = block.Labels[first];
        if (label < Unlabeled || label >= classes)
            throw new ModelException(ErrorKind.Data, $"label of row {block.FirstRow + first}", $"{label}, which is no class", $"0 to {classes - 1}, or -1 for "
                + "an unknown class", "correct the label, or begin with a model that has this class");
        for (var row = first + 1; row < end; row++)
        {
            if (block.Labels[row] == label) continue;
            var number = block.FirstSequence + item;
            throw new ModelException(ErrorKind.Data, $"sequence {number}", "rows with different labels", "one label for the whole sequence",
                "correct the label column, or give the sequences other keys")
            { SequenceNumber = number };
        }
        return label;
    }

    /// <summary>Memory for whole numbers.</summary>
    public static Span<int> Integers(in Scratch scratch, int count) => MemoryMarshal.Cast<double, int>(scratch.Take((count + 1) / 2))[..count];
}

/// <summary>Memory for the items of one class at a time.</summary>
internal sealed class ClassMemory : IDisposable
{
    private double[] rented = [];

    /// <summary>Memory for some numbers; what was there before is lost.</summary>
    public Span<double> Values(int count)
    {
        if (rented.Length < count)
        {
            Dispose();
            rented = ArrayPool<double>.Shared.Rent(count);
        }
        return rented.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (rented.Length > 0) ArrayPool<double>.Shared.Return(rented);
        rented = [];
    }
}
