using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Plotting;

/// <summary>The confusion matrix: which classes are taken for which others.</summary>
internal sealed class ConfusionPlot : EvaluationPlot
{
    public override string Name => "confusion";

    public override string Description => "a classifier's confusion matrix; takes rows with labels";

    internal override Panel PanelOf(Evaluation evaluation)
    {
        var count = Math.Min(MostClasses, evaluation.Classes.Count);
        var cells = new List<Cell>();
        for (var i = 0; i < count; i++)
        {
            var all = Enumerable.Range(0, evaluation.Classes.Count).Sum(j => evaluation.Confusion[i, j]);
            for (var j = 0; j < count; j++)
            {
                var share = all > 0 ? evaluation.Confusion[i, j] / all : 0;
                cells.Add(new(j, count - 1 - i, evaluation.Confusion[i, j].ToString("#,##0.##", CultureInfo.InvariantCulture),
                    new(Palette.Of(0).Color, Opacity: Palette.Shade(share))));
            }
        }
        string[] names = [.. evaluation.Classes.Take(count)];
        return new("predicted class", "true class")
        {
            Title = "Confusion matrix",
            Cells = cells,
            XNames = names,
            YNames = [.. names.Reverse()],
            XRange = (-0.5, count - 0.5),
            YRange = (-0.5, count - 0.5),
        };
    }

    internal override IReadOnlyList<LegendEntry> LegendOf(Evaluation evaluation) =>
        [new("0 to 100 % of the true class's weight", Palette.Of(0), LegendSymbol.Scale)];

    internal override IReadOnlyList<string> NotesOf(Evaluation evaluation) =>
        [.. base.NotesOf(evaluation), string.Create(CultureInfo.InvariantCulture, $"accuracy {evaluation.Accuracy:0.####}")];
}
