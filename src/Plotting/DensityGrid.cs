namespace Pipelines.Plotting;

/// <summary>The points at which a panel's lines are computed: even, denser where components are narrow, and exact where a density jumps.</summary>
internal sealed class DensityGrid
{
    private const int EvenPoints = 401;
    private const int MostJumps = 40;
    private const int Halvings = 40;

    // A jump is a change by this share of the highest point from one point to the next that remains when their distance is halved again and again.
    private const double Jump = 0.05;

    private readonly Bins bins;
    private readonly bool isDensity;
    private readonly double[] points;

    /// <summary>Chooses the points.</summary>
    /// <param name="bins">The axis.</param>
    /// <param name="whole">The model.</param>
    /// <param name="parts">Its parts.</param>
    public DensityGrid(Bins bins, DensityOfFeature whole, IReadOnlyList<DensityOfFeature> parts)
    {
        (this.bins, isDensity) = (bins, whole.HasDensity);
        if (!isDensity)
        {
            points = Whole(bins);
            return;
        }
        var even = Enumerable.Range(0, EvenPoints).Select(i => bins.ValueAt(bins.Low + (i * (bins.High - bins.Low) / (EvenPoints - 1))));
        // Narrow components get extra points at their location.
        var own = parts.Append(whole).SelectMany(d => d.SortedDraws.Where((_, i) => i % 20 == 0 || i == d.SortedDraws.Length - 1));
        points = [.. even.Concat(own.Where(v => bins.PlaceOf(v) >= bins.Low && bins.PlaceOf(v) <= bins.High)).Distinct().Order()];
    }

    /// <summary>The whole numbers of an axis, or an even selection if there are many.</summary>
    public static double[] Whole(Bins bins)
    {
        var (first, last) = (Math.Ceiling(bins.ValueAt(bins.Low)), Math.Floor(bins.ValueAt(bins.High)));
        var step = Math.Max(1, Math.Ceiling((last - first) / 2_000));
        return [.. Enumerable.Range(0, (int)((last - first) / step) + 1).Select(i => first + (i * step))];
    }

    /// <summary>A density, or the masses of whole numbers if the model has no density.</summary>
    /// <returns>Points and heights, each of shape [points].</returns>
    public (double[] X, double[] Y) Line(DensityOfFeature density)
    {
        if (!isDensity) return (points, density.Mass(points));
        var y = density.Density(points);
        var highest = y.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var steep = Enumerable.Range(0, points.Length - 1).Where(i => Math.Abs(y[i + 1] - y[i]) > Jump * highest)
            .OrderByDescending(i => Math.Abs(y[i + 1] - y[i])).Take(MostJumps).Order().ToArray();
        if (steep.Length == 0) return (points, y);
        var (low, high) = (Array.ConvertAll(steep, i => points[i]), Array.ConvertAll(steep, i => points[i + 1]));
        var (below, above) = (Array.ConvertAll(steep, i => y[i]), Array.ConvertAll(steep, i => y[i + 1]));
        for (var h = 0; h < Halvings; h++)
        {
            var middle = low.Zip(high, (a, b) => a + ((b - a) / 2)).ToArray();
            var between = density.Density(middle);
            for (var k = 0; k < steep.Length; k++)
            {
                if (Math.Abs(between[k] - below[k]) >= Math.Abs(above[k] - between[k])) (high[k], above[k]) = (middle[k], between[k]);
                else (low[k], below[k]) = (middle[k], between[k]);
            }
        }
        var jumps = Enumerable.Range(0, steep.Length).Where(k => Math.Abs(above[k] - below[k]) > Jump * highest).ToDictionary(k => steep[k]);
        var (x, heights) = (new List<double>(), new List<double>());
        for (var i = 0; i < points.Length; i++)
        {
            Add(points[i], y[i]);
            if (!jumps.TryGetValue(i, out var k)) continue;
            Add(low[k], below[k]);
            Add(high[k], above[k]);
        }
        return ([.. x], [.. heights]);

        void Add(double at, double height)
        {
            x.Add(at);
            heights.Add(height);
        }
    }
}
