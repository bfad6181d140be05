using System.Globalization;

namespace Pipelines.Plotting;

/// <summary>The probabilities of the next state or category as a heat map.</summary>
internal sealed class TransitionsPlot : PlotKind
{
    private const int Most = 40;

    public override string Name => "transitions";

    public override string Description => "the probabilities of the next state of a hidden Markov model, or of the next category of a Markov chain, of the "
        + $"{Most} most probable ones; takes no data";

    // A model of states has their emissions as densities.
    internal override bool IsDefaultFor(Model model) => model is ITransitionModel && model.RowDistribution() is null;

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
        var columns = Chosen(table);
        var to = columns.Select(j => table.To[j]).ToHashSet(StringComparer.Ordinal);
        // The same states in both directions, and what is none, such as the start; of longer contexts the first.
        var rows = Enumerable.Range(0, table.From.Count).Where(i => to.Contains(table.From[i]) || !table.To.Contains(table.From[i])).Take(Most).ToArray();
        var cells = new List<Cell>();
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < columns.Length; j++)
            {
                var probability = table.Probabilities[rows[i], columns[j]];
                var share = double.IsNaN(probability) ? 0 : probability;
                cells.Add(new(j, rows.Length - 1 - i, Text(probability), new(Palette.Of(0).Color, Opacity: Palette.Shade(share))));
            }
        }
        var panel = new Panel(PlotTexts.Name(table.After), PlotTexts.Name(table.Before))
        {
            Cells = cells,
            XNames = PlotTexts.Names(columns.Select(j => table.To[j])),
            YNames = [.. PlotTexts.Names(rows.Select(i => table.From[i])).Reverse()],
            XRange = (-0.5, columns.Length - 0.5),
            YRange = (-0.5, rows.Length - 0.5),
        };
        var isPart = columns.Length < table.To.Count;
        var notes = new List<string> { isPart ? "each row sums to 100 % with what is not drawn" : "each row sums to 100 %" };
        if (isPart) notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"{PlotTexts.Name(table.After)}: the {columns.Length} most probable of {table.To.Count:N0} are drawn"));
        if (rows.Length < table.From.Count)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{PlotTexts.Name(table.Before)}: {rows.Length} of {table.From.Count:N0} are drawn"));
        return new(new Picture(TitleOf(model), [panel], [new("0 to 100: probability of what comes next, in percent", Palette.Of(0),
            LegendSymbol.Scale)], notes));
    }

    // The columns that are most probable after a row, on average over the rows; all if they fit.
    private static int[] Chosen(TransitionTable table) =>
    [
        .. Enumerable.Range(0, table.To.Count)
            .OrderByDescending(j => Enumerable.Range(0, table.From.Count).Sum(i => double.IsNaN(table.Probabilities[i, j]) ? 0 : table.Probabilities[i, j]))
            .Take(Most).Order(),
    ];

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
