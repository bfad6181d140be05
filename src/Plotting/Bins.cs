namespace Pipelines.Plotting;

/// <summary>
/// Equal bins of a value, or of its decimal logarithm: bin b holds the places from Low + b Width, inclusive, to the start of the next bin, exclusive.
/// </summary>
/// <param name="Low">Place of the lower edge of the first bin.</param>
/// <param name="Width">Width of each bin, above 0.</param>
/// <param name="Count">Number of bins, at least 1.</param>
internal sealed record Bins(double Low, double Width, int Count)
{
    /// <summary>True: places are decimal logarithms, so widths are in decades. False (default): they are the values.</summary>
    public bool IsLog { get; init; }

    /// <summary>Single values that have cells of their own and are in no bin; none by default.</summary>
    public IReadOnlyList<double> Atoms { get; init; } = [];

    /// <summary>Shape [Atoms]: the values that belong to each, both ends included; by default the atoms alone.</summary>
    public IReadOnlyList<(double Low, double High)> Reaches
    {
        get => reaches ?? [.. Atoms.Select(a => (a, a))];
        init => reaches = value;
    }

    private readonly IReadOnlyList<(double Low, double High)>? reaches;

    /// <summary>Place of the upper edge of the last bin.</summary>
    public double High => Low + (Count * Width);

    /// <summary>Number of cells: the bins, then one for values outside all bins, then one for each atom.</summary>
    public int Cells => Count + 1 + Atoms.Count;

    /// <summary>The value in the middle of a bin.</summary>
    public double Center(int bin) => ValueAt(Low + ((bin + 0.5) * Width));

    /// <summary>The value at a place.</summary>
    public double ValueAt(double place) => IsLog ? Math.Pow(10, place) : place;

    /// <summary>The place of a value; NaN if it has none.</summary>
    public double PlaceOf(double value) => !IsLog ? value : value > 0 ? Math.Log10(value) : double.NaN;

    /// <summary>How much of a density per unit lies in a unit of the axis: 1, or the slope of the value over its logarithm.</summary>
    public double SlopeAt(double value) => IsLog ? value * Math.Log(10) : 1;

    /// <summary>The cell of a value. A value on the last edge, up to rounding, is in the last bin.</summary>
    public int Of(double value)
    {
        for (var a = 0; a < Atoms.Count; a++)
            if (value == Atoms[a] || (reaches is not null && value >= reaches[a].Low && value <= reaches[a].High)) return Count + 1 + a;
        var at = (PlaceOf(value) - Low) / Width;
        return at >= 0 && at < Count ? (int)at : at >= Count && at <= Count + 1e-9 ? Count - 1 : Count;
    }
}

/// <summary>The weight of the rows in each cell of some bins.</summary>
/// <param name="bins">The bins.</param>
/// <param name="cells">Shape [bins.Cells].</param>
internal sealed class BinnedWeights(Bins bins, double[] cells)
{
    private readonly double total = cells.Sum();

    /// <summary>Share of each bin, shape [bins].</summary>
    public double[] Shares => [.. cells[..bins.Count].Select(Share)];

    /// <summary>Share of each atom, shape [atoms].</summary>
    public double[] Atoms => [.. cells[(bins.Count + 1)..].Select(Share)];

    /// <summary>Share of the values outside all bins.</summary>
    public double Outside => Share(cells[bins.Count]);

    private double Share(double weight) => total > 0 ? weight / total : 0;
}
