namespace Pipelines.Plotting;

/// <summary>The objective of the fit after each iteration.</summary>
internal sealed class HistoryPlot : PlotKind
{
    public override string Name => "history";

    public override string Description => "the log-likelihood after each iteration of the fit; takes no data";

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
        var points = facts.LogLikelihoods.Prepend(facts.InitialLogLikelihood).Select((y, i) => (X: (double)i, Y: y)).Where(p => double.IsFinite(p.Y)).ToList();
        var notes = new List<string>();
        // A starting value far below would squeeze the iterations into a corner.
        if (points is [{ X: 0 } start, var first, _, .., var last] && first.Y - start.Y > 3 * (last.Y - first.Y))
        {
            points.RemoveAt(0);
            notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the start, {start.Y:#,##0.###}, lies below"));
        }
        notes.Add(facts.Converged ? "converged" : "not converged: the iterations ran out");
        var (x, y) = (points.Select(p => p.X).ToArray(), points.Select(p => p.Y).ToArray());
        var panel = new Panel("iteration", model.Model.ObjectiveName)
        {
            Lines = [new(model.Model.ObjectiveName, x, y, Palette.Of(0))],
            Points = x.Length <= 60 ? [new(x, y, Marker.Dot, Palette.Of(0, 6))] : [],
            XIsWhole = true,
        };
        return new(new Picture(TitleOf(model), [panel], [new($"{model.Model.ObjectiveName} after each iteration", Palette.Of(0))], notes));
    }
}
