using System.Globalization;
using ScottPlot;

namespace Pipelines.Examples.Congestion;

/// <summary>The decoded states over time and the transitions between them, as PNGs.</summary>
internal static class Picture
{
    private const string Font = "DejaVu Sans";
    private const int Shown = 10;

    // Based on the Okabe-Ito palette, which is distinguishable with any colour vision.
    private static readonly Color[] colors = [Color.FromHex("#56B4E9"), Color.FromHex("#E69F00"), Color.FromHex("#A32A00")];
    private static readonly Color ink = Color.FromHex("#24292F");

    /// <summary>A band for each of the largest airports, with each day's flights by state.</summary>
    public static void Bands(string path, IReadOnlyList<CongestionState> states, AirportDays days)
    {
        var plot = Begin("States of congestion at the ten largest airports");
        var airports = days.Airports.OrderByDescending(a => a.Value).ThenBy(a => a.Key, StringComparer.Ordinal).Take(Shown).Select(a => a.Key).ToArray();
        for (var row = 0; row < airports.Length; row++)
        {
            var bottom = airports.Length - 1 - row;
            foreach (var (day, counts) in days.Of(airports[row]))
            {
                var left = day.ToDateTime(TimeOnly.MinValue).ToOADate();
                var (total, from) = (counts.Sum(), 0.08);
                // The disrupted share is at the bottom, so that bad days stand out.
                foreach (var state in states.Reverse())
                {
                    var to = from + (0.84 * counts[state.Index] / total);
                    var box = plot.Add.Rectangle(left, left + 1, bottom + from, bottom + to);
                    (box.FillColor, box.LineWidth) = (colors[state.Rank], 0);
                    from = to;
                }
            }
        }
        foreach (var state in states)
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = $"{state.Name} ({state.Share:0%})", FillColor = colors[state.Rank], LineWidth = 0 });
        var months = airports.SelectMany(a => days.Of(a).Select(d => new DateOnly(d.Day.Year, d.Day.Month, 1))).Distinct().Order()
            .Select(d => d.ToDateTime(TimeOnly.MinValue)).ToArray();
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. months.Select(m => m.ToOADate())],
            [.. months.Select(m => m.ToString("MMM yyyy", CultureInfo.InvariantCulture))]);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. airports.Select((_, row) => airports.Length - row - 0.5)], airports);
        plot.XLabel("day of departure, from the first of the month");
        plot.YLabel("share of the day's flights in each state");
        Finish(plot);
        var last = airports.SelectMany(a => days.Of(a).Select(d => d.Day)).Max().AddDays(1);
        plot.Axes.SetLimits(months[0].ToOADate() - 1, last.ToDateTime(TimeOnly.MinValue).ToOADate() + 1, 0, airports.Length);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, 1500, 850);
    }

    /// <summary>A circle for each state, sized by its share, and arrows with the transition probabilities to the next flight's state.</summary>
    public static void Transitions(string path, IReadOnlyList<CongestionState> states)
    {
        var plot = Begin("");
        (double X, double Y)[] places = [(0, 0), (6, 0), (3, 4.6)];
        var radius = states.Select(s => 0.55 + (0.75 * Math.Sqrt(s.Share))).ToArray();
        for (var i = 0; i < states.Count; i++)
        {
            for (var j = 0; j < states.Count; j++)
            {
                if (i == j) continue;
                // Opposite arrows between two states are drawn side by side.
                var (dx, dy) = (places[j].X - places[i].X, places[j].Y - places[i].Y);
                var length = Math.Sqrt((dx * dx) + (dy * dy));
                (dx, dy) = (dx / length, dy / length);
                var (sideX, sideY) = (-dy * 0.2, dx * 0.2);
                var start = new Coordinates(places[i].X + (dx * (radius[i] + 0.1)) + sideX, places[i].Y + (dy * (radius[i] + 0.1)) + sideY);
                var end = new Coordinates(places[j].X - (dx * (radius[j] + 0.15)) + sideX, places[j].Y - (dy * (radius[j] + 0.15)) + sideY);
                var arrow = plot.Add.Arrow(start, end);
                (arrow.ArrowLineWidth, arrow.ArrowFillColor, arrow.ArrowWidth, arrow.ArrowheadWidth, arrow.ArrowheadLength) =
                    (0, colors[i], 2 + (float)(12 * states[i].To[j]), 10 + (float)(16 * states[i].To[j]), 16);
                Label(plot, $"{states[i].To[j]:0%}", start.X + ((end.X - start.X) * 0.5) + (sideX * 1.9),
                    start.Y + ((end.Y - start.Y) * 0.5) + (sideY * 1.9), ink, 16);
            }
        }
        foreach (var state in states)
        {
            var (x, y) = places[state.Rank];
            var circle = plot.Add.Circle(x, y, radius[state.Rank]);
            (circle.FillColor, circle.LineWidth) = (colors[state.Rank], 0);
            var text = state.Rank == 2 ? Colors.White : ink;
            Label(plot, state.Name, x, y + 0.22, text, 17);
            Label(plot, $"{state.Mean:0} ± {state.Deviation:0} min", x, y - 0.1, text, 13);
            Label(plot, $"stays {state.To[state.Rank]:0%}", x, y - 0.38, text, 13);
        }
        Finish(plot);
        plot.HideAxesAndGrid();
        Label(plot, "What state the next flight of an airport is in", 3, 6.3, ink, 20);
        plot.Axes.SetLimits(-2, 8, -1.8, 6.7);
        plot.Axes.SquareUnits();
        plot.SavePng(path, 1000, 820);
    }

    private static Plot Begin(string title)
    {
        Fonts.AddFontFile(Font, System.IO.Path.Combine(AppContext.BaseDirectory, "fonts", "DejaVuSans.ttf"));
        Fonts.Default = Font;
        var plot = new Plot();
        plot.Title(title);
        return plot;
    }

    private static void Label(Plot plot, string text, double x, double y, Color color, float size)
    {
        var label = plot.Add.Text(text, x, y);
        (label.LabelFontColor, label.LabelFontSize, label.LabelAlignment, label.LabelFontName) = (color, size, Alignment.MiddleCenter, Font);
    }

    private static void Finish(Plot plot)
    {
        plot.Font.Set(Font);
        foreach (var label in (LabelStyle[])[plot.Axes.Title.Label, plot.Axes.Bottom.Label, plot.Axes.Left.Label])
            (label.Bold, label.FontSize, label.ForeColor) = (false, 17, ink);
        plot.Axes.Title.Label.FontSize = 20;
        (plot.Axes.Bottom.TickLabelStyle.FontSize, plot.Axes.Left.TickLabelStyle.FontSize) = (15, 15);
        (plot.Legend.FontSize, plot.Legend.FontName, plot.Legend.OutlineWidth, plot.Legend.ShadowColor) = (16, Font, 0, Colors.Transparent);
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.06);
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.White;
    }
}
