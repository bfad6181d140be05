namespace Pipelines.Plotting;

/// <summary>Borders between clusters of two features: on the bisector of each two centers, where no third one is nearer.</summary>
internal static class ClusterBorders
{
    private const int Points = 200;
    private const int AxisPoints = 200;

    /// <summary>The borders, in the units of the rows. Distances are those of the model, so where it takes logarithms, borders are curved.</summary>
    /// <param name="centers">The centers, in the units of the model.</param>
    /// <param name="transforms">What the model applies to the rows.</param>
    /// <param name="features">The features of the axes.</param>
    /// <param name="axes">The axes, in the units of the rows.</param>
    public static List<LineSeries> Of(IReadOnlyList<ModelCenter> centers, FeatureTransforms transforms, (int X, int Y) features, (Bins X, Bins Y) axes)
    {
        var lines = new List<LineSeries>();
        var places = centers.Select(c => (X: c.Place[features.X], Y: c.Place[features.Y])).ToArray();
        var ((left, right), (bottom, top)) = (Range(axes.X, transforms, features.X), Range(axes.Y, transforms, features.Y));
        // From any point of the picture to any other, and as far again.
        var reach = 2 * (right - left + top - bottom);
        for (var i = 0; i < places.Length; i++)
        {
            for (var j = i + 1; j < places.Length; j++)
            {
                var (dx, dy) = (places[j].X - places[i].X, places[j].Y - places[i].Y);
                var length = Math.Sqrt((dx * dx) + (dy * dy));
                if (length == 0) continue;
                // The bisector is middle + t (-dy, dx) / length; each third center leaves a ray of it.
                var (mx, my) = ((places[i].X + places[j].X) / 2, (places[i].Y + places[j].Y) / 2);
                var (from, to) = (-reach, reach);
                foreach (var (kx, ky) in places.Where((_, k) => k != i && k != j))
                {
                    // Nearer to i than to k: 2 p (k - i) <= |k|² - |i|².
                    var slope = 2 * ((-dy * (kx - places[i].X)) + (dx * (ky - places[i].Y))) / length;
                    var rest = (kx * kx) + (ky * ky) - (places[i].X * places[i].X) - (places[i].Y * places[i].Y)
                        - (2 * ((mx * (kx - places[i].X)) + (my * (ky - places[i].Y))));
                    if (slope > 0) to = Math.Min(to, rest / slope);
                    else if (slope < 0) from = Math.Max(from, rest / slope);
                    else if (rest < 0) to = double.NegativeInfinity;
                }
                if (!(to > from)) continue;
                var steps = Enumerable.Range(0, Points + 1).Select(s => from + ((to - from) * s / Points)).ToArray();
                lines.Add(new("border", [.. steps.Select(t => transforms.Invert(features.X, mx - (t * dy / length)))],
                    [.. steps.Select(t => transforms.Invert(features.Y, my + (t * dx / length)))], new(Palette.DarkGrey, 1.2)));
            }
        }
        return lines;
    }

    // An axis in the units of the model, as far as its values are defined for it.
    private static (double Low, double High) Range(Bins axis, FeatureTransforms transforms, int feature)
    {
        double[] values = [.. Enumerable.Range(0, AxisPoints + 1).Select(i => axis.ValueAt(axis.Low + (i * (axis.High - axis.Low) / AxisPoints)))];
        transforms.Apply(feature, values);
        var known = values.Where(double.IsFinite).ToArray();
        return (known.Min(), known.Max());
    }
}
