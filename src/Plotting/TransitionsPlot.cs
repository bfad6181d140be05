using System.Globalization;

namespace Pipelines.Plotting;

/// <summary>The probabilities of the next state or category as a heat map.</summary>
internal sealed class TransitionsPlot : PlotKind
{
    private const int Most = 40;

    public override string Name => "transitions";

    public override string Description => $"the probabilities of the next state of a hidden Markov model, or of the next category of a Markov chain, for the "
        + $"first {Most} of them; takes no data";

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Model is not ITransitionModel)
            throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", $"no transitions to draw with PlotOptions.Kind {Name}",
                "a model of sequences: a hidden Markov model or a Markov chain", $"choose another kind ({DensityPlot.KindName})");
        return options.Features is null ? [] : throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", "PlotOptions.Features",
            "none: the picture shows all transitions", "leave PlotOptions.Features out");
    }

    internal override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        var table = ((ITransitionModel)model.Model).TransitionTable(model.Features);
        var (rows, columns) = (Math.Min(Most, table.From.Count), Math.Min(Most, table.To.Count));
        var cells = new List<Cell>();
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var probability = table.Probabilities[i, j];
                var share = double.IsNaN(probability) ? 0 : probability;
                cells.Add(new(j, rows - 1 - i, Text(probability), new(Palette.Of(0).Color, Opacity: 0.04 + (0.9 * share))));
            }
        }
        var panel = new Panel(PlotTexts.Name(table.After), PlotTexts.Name(table.Before))
        {
            Cells = cells,
            XNames = PlotTexts.Names(table.To.Take(columns)),
            YNames = [.. PlotTexts.Names(table.From.Take(rows)).Reverse()],
            XRange = (-0.5, columns - 0.5),
            YRange = (-0.5, rows - 0.5),
        };
        var notes = new List<string> { "each row sums to 100 %" };
        foreach (var (shown, all, what) in new[] { (rows, table.From.Count, table.Before), (columns, table.To.Count, table.After) })
            if (shown < all) notes.Add($"{PlotTexts.Name(what)}: the first {shown} of {all:#,##0} are drawn");
        return new(new Picture(TitleOf(model), [panel], [new("probability of what comes next, in percent", Palette.Of(0), LegendSymbol.Area)], notes));
    }

    // Two digits of the percentage; what is not quite 0 or 1 does not look so.
    private static string Text(double probability) => probability switch
    {
        double.NaN => "",
        0 => "0",
        < 0.01 => "< 1",
        > 0.99 and < 1 => "> 99",
        _ => (100 * probability).ToString("0", CultureInfo.InvariantCulture),
    };
}
