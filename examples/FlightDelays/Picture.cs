using System.Globalization;
using ScottPlot;

namespace Pipelines.Examples.FlightDelays;

/// <summary>The fitted densities over the data, as a PNG.</summary>
internal static class Picture
{
    private const string Font = "DejaVu Sans";
    private const double MostDelay = 360;
    private const double MostDistance = 2900;

    // Leaves space for the legend above the flights; a few in a thousand lie beyond.
    private const double MostDistanceDrawn = 3400;

    // The Okabe-Ito palette, which is distinguishable with any colour vision.
    private static readonly Color[] colors = [Color.FromHex("#0072B2"), Color.FromHex("#009E73"), Color.FromHex("#E69F00"), Color.FromHex("#CC79A7"),
        Color.FromHex("#56B4E9")];
    private static readonly Color bars = Color.FromHex("#C9D1D9");
    private static readonly Color ink = Color.FromHex("#24292F");
    private static readonly Color alarm = Color.FromHex("#D1242F");

    public static void Save(string path, GeneralMixtureModel model, FlightSurvey survey)
    {
        Fonts.AddFontFile(Font, System.IO.Path.Combine(AppContext.BaseDirectory, "fonts", "DejaVuSans.ttf"));
        Fonts.Default = Font;
        var groups = Group.Of(model);
        var image = new Multiplot();
        image.AddPlots(3);
        var layout = new ScottPlot.MultiplotLayouts.CustomGrid();
        layout.Set(image.GetPlot(0), new GridCell(0, 0, 2, 5, 1, 2));
        layout.Set(image.GetPlot(1), new GridCell(1, 0, 2, 5, 1, 2));
        layout.Set(image.GetPlot(2), new GridCell(0, 2, 1, 5, 1, 3));
        image.Layout = layout;
        Delays(image.GetPlot(0), groups, survey);
        Distances(image.GetPlot(1), groups, survey);
        Flights(image.GetPlot(2), groups, survey);
        image.SavePng(path, 1800, 1050);
    }

    /// <summary>Delays have a long tail, which is visible only on a logarithmic scale.</summary>
    private static void Delays(Plot plot, IReadOnlyList<Group> groups, FlightSurvey survey)
    {
        const double Floor = -5.5;
        var histogram = plot.Add.Bars(Enumerable.Range(0, survey.Delays.Length - 1).Select(b => new Bar
        {
            Position = FlightSurvey.FirstDelay + ((b + 0.5) * FlightSurvey.DelayStep),
            Value = Log(survey.Delays[b] / (double)(survey.Flights * FlightSurvey.DelayStep)),
            ValueBase = Floor,
            Size = FlightSurvey.DelayStep,
            FillColor = bars,
            LineWidth = 0,
        }).Where(b => b.Value > Floor).ToList());
        histogram.LegendText = "flights";
        Curves(plot, groups, FlightSurvey.FirstDelay, MostDelay, (g, x) => g.Weight * Normal(x, g.Delay, g.DelaySpread), Log, Floor);
        Finish(plot, "Delays", "delay (minutes)", "share of flights per minute (log scale)");
        plot.Axes.SetLimits(FlightSurvey.FirstDelay, MostDelay, Floor, -1.2);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([-5, -4, -3, -2], ["0.001%", "0.01%", "0.1%", "1%"]);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(60);
        plot.ShowLegend(Alignment.UpperRight);

        static double Log(double density) => density > 0 ? Math.Log10(density) : double.NegativeInfinity;
    }

    private static void Distances(Plot plot, IReadOnlyList<Group> groups, FlightSurvey survey)
    {
        var histogram = plot.Add.Bars(Enumerable.Range(0, survey.Distances.Length - 1).Select(b => new Bar
        {
            Position = (b + 0.5) * FlightSurvey.DistanceStep,
            Value = 100 * 100 * survey.Distances[b] / (double)(survey.Flights * FlightSurvey.DistanceStep),
            Size = FlightSurvey.DistanceStep,
            FillColor = bars,
            LineWidth = 0,
        }).ToList());
        histogram.LegendText = "flights";
        Curves(plot, groups, 0, MostDistance, (g, x) => 100 * 100 * g.Weight * Normal(x, g.Distance, g.DistanceSpread), d => d, 0);
        Finish(plot, "Distances", "distance (miles)", "share of flights per 100 miles");
        plot.Axes.SetLimits(0, MostDistance, 0, 19);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([0, 5, 10, 15], ["0%", "5%", "10%", "15%"]);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(500);
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void Flights(Plot plot, IReadOnlyList<Group> groups, FlightSurvey survey)
    {
        for (var g = 0; g < groups.Count; g++)
        {
            var mine = survey.Sample.Where(f => f.Component == groups[g].Index).ToArray();
            var points = plot.Add.ScatterPoints(mine.Select(f => f.Delay).ToArray(), mine.Select(f => f.Distance).ToArray());
            (points.MarkerSize, points.Color) = (4, colors[g].WithAlpha(0.45));
        }
        var unusual = survey.UnusualSample.Where(f => f.Delay <= MostDelay && f.Distance <= MostDistanceDrawn).ToArray();
        var rings = plot.Add.ScatterPoints(unusual.Select(f => f.Delay).ToArray(), unusual.Select(f => f.Distance).ToArray());
        (rings.MarkerSize, rings.MarkerShape, rings.Color, rings.LegendText) =
            (9, MarkerShape.OpenCircle, alarm, string.Create(CultureInfo.InvariantCulture, $"unusual ({survey.Unusual / (double)survey.Flights:0.0%})"));
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var deviations in (double[])[1, 2])
            {
                var (xs, ys) = Ellipse(groups[g].Gaussian, deviations);
                var line = plot.Add.ScatterLine(xs, ys, colors[g]);
                line.LineWidth = deviations == 1 ? 3 : 1.5f;
                if (deviations == 1) line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{groups[g].Name} ({groups[g].Weight:0%})");
            }
        }
        Finish(plot, "Flights and components (ellipses at 1 and 2 standard deviations)", "delay (minutes)", "distance (miles)");
        plot.Axes.SetLimits(FlightSurvey.FirstDelay, MostDelay, 0, MostDistanceDrawn);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(60);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericFixedInterval(500);
        plot.ShowLegend(Alignment.UpperRight);
    }

    /// <summary>One curve per component, and their sum.</summary>
    private static void Curves(Plot plot, IReadOnlyList<Group> groups, double from, double to, Func<Group, double, double> density, Func<double, double> scale,
        double floor)
    {
        var xs = Enumerable.Range(0, 500).Select(i => from + ((to - from) * i / 499)).ToArray();
        for (var g = 0; g < groups.Count; g++) Curve(groups[g], g);
        var total = plot.Add.ScatterLine(xs, xs.Select(x => Math.Max(floor, scale(groups.Sum(g => density(g, x))))).ToArray(), ink);
        (total.LineWidth, total.LegendText) = (2.5f, "the mixture");

        void Curve(Group group, int color)
        {
            var inside = xs.Where(x => scale(density(group, x)) > floor).ToArray();
            var line = plot.Add.ScatterLine(inside, inside.Select(x => scale(density(group, x))).ToArray(), colors[color]);
            line.LineWidth = 2;
        }
    }

    private static double Normal(double x, double mean, double deviation) =>
        Math.Exp(-0.5 * Math.Pow((x - mean) / deviation, 2)) / (deviation * Math.Sqrt(2 * Math.PI));

    /// <summary>Points at a constant distance from the mean, in standard deviations: mean + L (cos t, sin t) d with L the Cholesky factor.</summary>
    private static (double[] X, double[] Y) Ellipse(MultivariateGaussianDistribution gaussian, double deviations)
    {
        var a = Math.Sqrt(gaussian.Covariance(0, 0));
        var b = gaussian.Covariance(0, 1) / a;
        var c = Math.Sqrt(gaussian.Covariance(1, 1) - (b * b));
        var angles = Enumerable.Range(0, 181).Select(i => 2 * Math.PI * i / 180).ToArray();
        var (meanX, meanY) = (gaussian.Mean[0], gaussian.Mean[1]);
        return (angles.Select(t => meanX + (deviations * a * Math.Cos(t))).ToArray(),
            angles.Select(t => meanY + (deviations * ((b * Math.Cos(t)) + (c * Math.Sin(t))))).ToArray());
    }

    private static void Finish(Plot plot, string title, string x, string y)
    {
        plot.Font.Set(Font);
        plot.Title(title);
        plot.XLabel(x);
        plot.YLabel(y);
        foreach (var label in (LabelStyle[])[plot.Axes.Title.Label, plot.Axes.Bottom.Label, plot.Axes.Left.Label])
            (label.Bold, label.FontSize, label.ForeColor) = (false, 18, ink);
        plot.Axes.Title.Label.FontSize = 21;
        (plot.Axes.Bottom.TickLabelStyle.FontSize, plot.Axes.Left.TickLabelStyle.FontSize) = (15, 15);
        (plot.Legend.FontSize, plot.Legend.FontName) = (15, Font);
        plot.Axes.Left.MinimumSize = 100;
        plot.Axes.Right.MinimumSize = 25;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.06);
    }
}
