using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Plotting;

/// <summary>Whether the rows that get a posterior of 0.8 are right in 8 of 10 cases.</summary>
internal sealed class CalibrationPlot : EvaluationPlot
{
    public override string Name => "calibration";

    public override string Description => "how often rows of each posterior are of the class; takes rows with labels";

    internal override Panel PanelOf(Evaluation evaluation)
    {
        var lines = new List<LineSeries> { new("right", [0, 1], [0, 1], new(Palette.Grey, 1.5, 1)) };
        var points = new List<PointSeries>();
        for (var k = 0; k < Math.Min(MostClasses, evaluation.Classes.Count); k++)
        {
            var bins = evaluation.Calibration[k].Where(b => b.Weight > 0).ToArray();
            double[] x = [.. bins.Select(b => b.MeanProbability!.Value)];
            double[] y = [.. bins.Select(b => b.Share!.Value)];
            lines.Add(new($"class {evaluation.Classes[k]}", x, y, Palette.Of(k)));
            points.Add(new(x, y, Marker.Dot, Palette.Of(k, 7)));
        }
        return new("mean posterior", "share of the class") { Title = "Calibration", Lines = lines, Points = points, XRange = (0, 1), YRange = (0, 1.02) };
    }

    internal override IReadOnlyList<string> NotesOf(Evaluation evaluation) =>
    [
        .. base.NotesOf(evaluation),
        string.Create(CultureInfo.InvariantCulture, $"log-loss {evaluation.LogLoss:0.####}, Brier score {evaluation.Brier:0.####}"),
    ];
}
