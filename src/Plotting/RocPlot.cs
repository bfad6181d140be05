using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Plotting;

/// <summary>The ROC curve of each class against the others.</summary>
internal sealed class RocPlot : EvaluationPlot
{
    public override string Name => "roc";

    public override string Description => "the ROC curve of each class against the others; takes rows with labels";

    internal override Panel PanelOf(Evaluation evaluation) => new("false positive rate", "true positive rate")
    {
        Title = "ROC curves",
        Lines =
        [
            new("chance", [0, 1], [0, 1], new(Palette.Grey, 1.5, 1)),
            .. evaluation.RocCurves.Take(MostClasses).Select((curve, k) => new LineSeries($"class {evaluation.Classes[k]}",
                [.. curve.Select(p => p.FalsePositives)], [.. curve.Select(p => p.TruePositives)], Palette.Of(k))).Where(l => l.X.Length > 0),
        ],
        XRange = (0, 1),
        YRange = (0, 1.02),
    };

    internal override IReadOnlyList<LegendEntry> LegendOf(Evaluation evaluation) => [.. evaluation.Classes.Take(MostClasses)
        .Select((name, k) => new LegendEntry($"class {name}, area {Area(evaluation.RocAucByClass[k])}", Palette.Of(k)))];

    private static string Area(double? area) => area is { } known ? known.ToString("0.####", CultureInfo.InvariantCulture) : "unknown";
}
