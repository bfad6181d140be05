using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>Points of a sample of the rows.</summary>
internal static class SamplePoints
{
    private const int MostPoints = 3_000;
    private const int Few = 500;

    /// <summary>Indices of the sampled rows that are drawn: all those with a value of both features, evenly thinned out.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="a">A feature.</param>
    /// <param name="b">Another.</param>
    public static int[] Chosen(FeatureSample sample, int a, int b)
    {
        var step = (sample.Rows + MostPoints - 1) / MostPoints;
        return [.. Enumerable.Range(0, sample.Rows)
            .Where(i => i % step == 0 && !double.IsNaN(sample.Values[i, a]) && !double.IsNaN(sample.Values[i, b]))];
    }

    /// <summary>The points of some rows.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="a">The feature on the horizontal axis.</param>
    /// <param name="b">The feature on the vertical axis.</param>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="all">Number of points in the whole panel, which decides their size.</param>
    /// <param name="color">Their colour.</param>
    public static PointSeries Of(FeatureSample sample, int a, int b, IReadOnlyList<int> rows, int all, string color) => new(
        [.. rows.Select(i => sample.Values[i, a])], [.. rows.Select(i => sample.Values[i, b])], Marker.Dot,
        new(color, all < Few ? 6 : 4, 0, all < Few ? 0.85 : 0.55));

    /// <summary>The points of all drawn rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="a">The feature on the horizontal axis.</param>
    /// <param name="b">The feature on the vertical axis.</param>
    public static PointSeries Of(DataLook rows, int a, int b)
    {
        var chosen = Chosen(rows.Sample, a, b);
        return Of(rows.Sample, a, b, chosen, chosen.Length, Palette.DarkGrey);
    }

    /// <summary>What the legend says of the points.</summary>
    /// <param name="shown">Number of points.</param>
    /// <param name="rows">Number of rows.</param>
    public static string Text(long shown, long rows) =>
        shown < rows ? string.Create(CultureInfo.InvariantCulture, $"{shown:N0} of {rows:N0} rows") : PlotTexts.Count(rows, "row");
}
