namespace Pipelines.Plotting;

/// <summary>Summary of a drawn feature's values in the rows.</summary>
internal sealed class SeenFeature
{
    /// <summary>Summarizes a feature.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="index">Index among the drawn features.</param>
    public SeenFeature(DataLook rows, int index)
    {
        (Rows, Missing, Range, Sorted) = (rows.Rows, rows.Missing(index), rows.Range(index), rows.SortedValues(index));
        IsWhole = Array.TrueForAll(Sorted, v => v == Math.Floor(v));
        Step = ValueStep.Of(Sorted);
        // A sample may miss rare values.
        if (Sorted.Length == 0) Sorted = [Range.Low, Range.High];
    }

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Number of rows without a value.</summary>
    public long Missing { get; }

    /// <summary>Smallest and largest value.</summary>
    public (double Low, double High) Range { get; }

    /// <summary>Sampled values, in ascending order.</summary>
    public double[] Sorted { get; }

    /// <summary>True if all sampled values are whole numbers.</summary>
    public bool IsWhole { get; }

    /// <summary>Step between the sampled values (<see cref="ValueStep"/>); 0 if they have none.</summary>
    public double Step { get; }
}
