using System.Globalization;

namespace Pipelines.Plotting;

/// <summary>The objective of the fit after each iteration, and how far it is from its last value.</summary>
internal sealed class HistoryPlot : PlotKind
{
    // The first steps hide the rest if the second half of the iterations changes the objective by a smaller share of its whole range.
    private const double Hidden = 0.05;
    private const double NoChange = 1e-13;
    private const int MostDots = 60;

    public override string Name => "history";

    public override string Description => "the log-likelihood after each iteration of the fit, of k-means the mean squared distance, and on a logarithmic "
        + "scale the distance from the last value if the first steps hide the others; takes no data";

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Training is null)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind history", "a model file without a history", "a model that 'fit' saved",
                "fit the model, or choose another kind (density)");
        if (options.Features is not null)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind history", "PlotOptions.Features", "none: the picture shows the whole fit",
                "leave PlotOptions.Features out");
        return [];
    }

    internal override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        var facts = model.Training!;
        var name = model.Model.ShownObjective(0, facts.Weight).Name;
        var points = facts.LogLikelihoods.Prepend(facts.InitialLogLikelihood)
            .Select((y, i) => (X: (double)i, Y: model.Model.ShownObjective(y, facts.Weight).Value)).Where(p => double.IsFinite(p.Y)).ToList();
        var notes = new List<string> { facts.Converged ? "converged" : "not converged: the iterations ran out" };
        if (points.Count > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"last value: {points[^1].Y:#,##0.###}"));
        var panels = new List<Panel> { Of(name, points) };
        if (points.Count > 2 && Math.Abs(points[^1].Y - points[points.Count / 2].Y) < Hidden * (points.Max(p => p.Y) - points.Min(p => p.Y)))
        {
            var last = points[^1].Y;
            var distances = points.SkipLast(1).Select(p => (p.X, Y: Math.Abs(p.Y - last))).Where(p => p.Y > 0).ToList();
            if (distances.Count > 1) panels.Add(Of("distance from the last value (log scale)", distances) with { YIsLog = true, YRange = null });
        }
        return new(new Picture(TitleOf(model), panels, [new($"{name} after each iteration", Palette.Of(0))], notes));
    }

    private static Panel Of(string label, List<(double X, double Y)> points)
    {
        var (x, y) = (points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray());
        return new Panel("iteration", label)
        {
            Lines = [new(label, x, y, Palette.Of(0))],
            Points = x.Length <= MostDots ? [new(x, y, Marker.Dot, Palette.Of(0, 6))] : [],
            XIsWhole = true,
            YRange = y.Length == 0 ? null : RangeOf(y.Min(), y.Max()),
        };
    }

    // Differences near the last digits of numbers are none.
    private static (double Low, double High) RangeOf(double low, double high)
    {
        var margin = high - low > NoChange * Math.Abs(high) ? 0.05 * (high - low) : high != 0 ? 0.05 * Math.Abs(high) : 1;
        return (low - margin, high + margin);
    }
}
