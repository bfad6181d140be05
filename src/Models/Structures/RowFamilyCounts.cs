namespace Pipelines.Models.Structures;

/// <summary>Counts of complete rows whose weights are whole numbers: sums of those are exact, whatever their order.</summary>
internal sealed class RowFamilyCounts : IFamilyCounts
{
    private readonly SubsetCounts counts;

    private RowFamilyCounts(CodedRows rows, long all) => (counts, Rows, Weight) = (new(rows), all, rows.Weight);

    public long Rows { get; }

    public double Weight { get; }

    /// <summary>The counts; null if rows are not complete or weights are not whole numbers.</summary>
    /// <param name="rows">The different rows.</param>
    /// <param name="all">Number of all rows.</param>
    public static RowFamilyCounts? Of(CodedRows rows, long all) =>
        rows.HasSets && !Enumerable.Range(0, rows.Variables).Any(rows.HasMissing) ? new(rows, all) : null;

    public bool TryCount(ReadOnlySpan<int> family, Span<double> cells)
    {
        var found = counts.Cells(family);
        found.CopyTo(cells);
        return !found.IsEmpty;
    }
}
