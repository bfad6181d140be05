using ScottPlot;

namespace Pipelines.Examples.BirdStrikes;

/// <summary>How often strikes of each predicted probability did damage, as a PNG.</summary>
internal static class CalibrationPicture
{
    private const string Font = "DejaVu Sans";

    // From the Okabe-Ito palette, which is distinguishable with any colour vision.
    private static readonly Color[] colors = [Color.FromHex("#E69F00"), Color.FromHex("#0072B2")];
    private static readonly Color ink = Color.FromHex("#24292F");

    /// <summary>Draws the calibration of the second class; a dot's area is its share of the rows.</summary>
    public static void Save(string path, params (string Name, Evaluation Evaluation)[] series)
    {
        Fonts.AddFontFile(Font, Path.Combine(AppContext.BaseDirectory, "fonts", "DejaVuSans.ttf"));
        Fonts.Default = Font;
        var plot = new Plot();
        var right = plot.Add.Line(0, 0, 1, 1);
        (right.LineColor, right.LineWidth, right.LinePattern, right.LegendText) = (Colors.Gray, 1.5f, LinePattern.Dashed, "perfectly calibrated");
        foreach (var ((name, evaluation), color) in series.Zip(colors))
        {
            var bins = evaluation.Calibration[1].Where(b => b.Weight > 0).ToArray();
            var line = plot.Add.Scatter(bins.Select(b => b.MeanProbability!.Value).ToArray(), bins.Select(b => b.Share!.Value).ToArray());
            (line.Color, line.LineWidth, line.MarkerSize, line.LegendText) = (color, 2, 0, name);
            foreach (var bin in bins)
            {
                var size = 4 + (float)(40 * Math.Sqrt(bin.Weight / evaluation.Weight));
                plot.Add.Marker(bin.MeanProbability!.Value, bin.Share!.Value, MarkerShape.FilledCircle, size, color.WithAlpha(0.75));
            }
        }
        plot.Title("Bird strikes that were not used for fitting: predicted and observed damage");
        plot.XLabel("mean predicted probability of damage (area of a dot: share of the strikes)");
        plot.YLabel("share with damage");
        plot.Font.Set(Font);
        foreach (var label in (LabelStyle[])[plot.Axes.Title.Label, plot.Axes.Bottom.Label, plot.Axes.Left.Label])
            (label.Bold, label.FontSize, label.ForeColor) = (false, 16, ink);
        (plot.Axes.Bottom.TickLabelStyle.FontSize, plot.Axes.Left.TickLabelStyle.FontSize) = (14, 14);
        (plot.Legend.FontSize, plot.Legend.FontName, plot.Legend.OutlineWidth, plot.Legend.ShadowColor) = (15, Font, 0, Colors.Transparent);
        (plot.Axes.Right.FrameLineStyle.Width, plot.Axes.Top.FrameLineStyle.Width) = (0, 0);
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.06);
        (plot.FigureBackground.Color, plot.DataBackground.Color) = (Colors.White, Colors.White);
        plot.Axes.SetLimits(0, 1, 0, 1);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SavePng(path, 900, 760);
    }
}
