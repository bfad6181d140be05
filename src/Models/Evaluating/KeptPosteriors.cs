namespace Pipelines.Models.Fitting;

/// <summary>The posteriors of labelled items, kept to sort them. Written once and completely, then shared by all statistics that contain them.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="items">Number of items.</param>
/// <param name="isWeighted">True if the items have weights.</param>
internal sealed class KeptPosteriors(int classes, int items, bool isWeighted)
{
    // A gigabyte.
    private const int MostValues = 1 << 27;

    /// <summary>Shape [K, items].</summary>
    public double[] Values { get; } = GC.AllocateUninitializedArray<double>(checked(classes * items));

    /// <summary>Shape [K]: items of this and the preceding classes. The items are in the order of their classes.</summary>
    public int[] Ends { get; } = new int[classes];

    /// <summary>Shape [items]; null if every weight is 1.</summary>
    public double[]? Weights { get; } = isWeighted ? GC.AllocateUninitializedArray<double>(items) : null;

    /// <summary>Number of items.</summary>
    public int Items => items;

    /// <summary>Number of items to keep together at most: their posteriors fit an array.</summary>
    public static int MostItems(int classes) => Math.Max(1, MostValues / classes);

    /// <summary>Bytes that they take.</summary>
    public long Bytes => BytesOf(classes, items, isWeighted);

    /// <summary>Bytes that some items take.</summary>
    public static long BytesOf(int classes, long items, bool isWeighted) => items * (classes + (isWeighted ? 1 : 0)) * sizeof(double);

    /// <summary>The posteriors of one class, shape [items].</summary>
    public Span<double> Of(int label) => Values.AsSpan(label * items, items);

    /// <summary>The items of a class.</summary>
    public (int From, int End) ItemsOf(int label) => (label == 0 ? 0 : Ends[label - 1], Ends[label]);
}
