namespace Pipelines.Plotting;

/// <summary>The criteria of all candidate fits over the number of components.</summary>
internal sealed class CriterionPlot : PlotKind
{
    public override string Name => "criterion";

    public override string Description => "AIC and BIC against the number of components, for a model that 'fit' chose among several; takes no data";

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Training is not { Candidates.Count: > 0 })
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind criterion", "a model file of a single fit", "a model that 'fit' chose among several",
                "fit it with several numbers of components, or choose another kind (history)");
        if (options.Features is not null)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Kind criterion", "PlotOptions.Features", "none: the picture shows whole fits",
                "leave PlotOptions.Features out");
        return [];
    }

    internal override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        var fits = model.Training!.Candidates.Where(c => c.Failure is null).ToArray();
        var (lines, points, legend) = (new List<LineSeries>(), new List<PointSeries>(), new List<LegendEntry>());
        Add("AIC", c => c.Aic, smallest: true);
        Add("BIC", c => c.Bic, smallest: true);
        var hasCriterion = lines.Count > 0;
        if (!hasCriterion) Add(model.Model.ObjectiveName, c => c.LogLikelihood, smallest: false);
        legend.Add(new("chosen", new(Palette.Black, 2), LegendSymbol.Ring));
        var failed = model.Training.Candidates.Count - fits.Length;
        var notes = new List<string> { PlotTexts.Count(fits.Length, "fit") };
        if (fits.GroupBy(c => c.Components).Any(g => g.Count() > 1)) notes.Add("dots: single fits; lines: the best of each number of components");
        if (failed > 0) notes.Add($"{PlotTexts.Count(failed, "fit")} failed");
        var panel = new Panel("components", hasCriterion ? "criterion (smaller is better)" : model.Model.ObjectiveName)
        {
            Lines = lines,
            Points = points,
            XIsWhole = true
        };
        return new(new Picture(TitleOf(model), [panel], legend, notes));

        void Add(string name, Func<FitCandidate, double> value, bool smallest)
        {
            var known = fits.Where(c => double.IsFinite(value(c))).ToArray();
            if (known.Length == 0) return;
            var ink = Palette.Of(lines.Count, 6);
            var best = known.GroupBy(c => c.Components).OrderBy(g => g.Key).Select(g => (g.Key, Value: smallest ? g.Min(value) : g.Max(value))).ToArray();
            lines.Add(new(name, [.. best.Select(b => (double)b.Key)], [.. best.Select(b => b.Value)], ink with { Width = 2 }));
            points.Add(new([.. known.Select(c => (double)c.Components)], [.. known.Select(value)], Marker.Dot, ink));
            foreach (var chosen in known.Where(c => c.Chosen)) points.Add(new([chosen.Components], [value(chosen)], Marker.Ring, new(Palette.Black, 14)));
            legend.Add(new(name, ink with { Width = 2 }));
        }
    }
}
