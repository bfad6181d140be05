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
        var facts = model.Training!;
        var fits = facts.Candidates.Where(c => c.Failure is null).ToArray();
        var best = ChosenBy(facts, fits);
        var (objective, isLess) = (model.Model.ShownObjective(0, facts.Weight).Name, model.Model.ShownObjective(1, facts.Weight).Value < 0);
        var legend = new List<LegendEntry>();
        var (criteria, own) = (new Panel(model.Model.PartsName, "criterion (smaller is better)") { XIsWhole = true },
            new Panel(model.Model.PartsName, objective) { XIsWhole = true });
        criteria = With(criteria, "AIC", c => c.Aic, isLess: true, best == SelectionCriterion.Aic);
        criteria = With(criteria, "BIC", c => c.Bic, isLess: true, best == SelectionCriterion.Bic);
        var hasCriterion = criteria.Lines.Count > 0;
        // The picture has the criterion that chose, so that it can ring the choice.
        if (!hasCriterion || best == SelectionCriterion.LogLikelihood)
            own = With(own, objective, c => model.Model.ShownObjective(c.LogLikelihood, facts.Weight).Value, isLess, isRinged: true);
        legend.Add(new($"chosen by {(!hasCriterion || best == SelectionCriterion.LogLikelihood ? objective : best == SelectionCriterion.Aic ? "AIC" : "BIC")}",
            new(Palette.Black, 2), LegendSymbol.Ring));
        var failed = facts.Candidates.Count - fits.Length;
        var notes = new List<string> { PlotTexts.Count(fits.Length, "fit") };
        if (fits.GroupBy(c => c.Components).Any(g => g.Count() > 1)) notes.Add($"dots: single fits; lines: the best of each number of {model.Model.PartsName}");
        if (failed > 0) notes.Add($"{PlotTexts.Count(failed, "fit")} failed");
        return new(new Picture(TitleOf(model), [.. new[] { criteria, own }.Where(p => p.Lines.Count > 0)], legend, notes));

        Panel With(Panel panel, string name, Func<FitCandidate, double> value, bool isLess, bool isRinged)
        {
            var known = fits.Where(c => double.IsFinite(value(c))).ToArray();
            if (known.Length == 0) return panel;
            // Where two criteria almost agree, the first shows between the dashes and around the dots of the second.
            var ink = legend.Count == 0 ? Palette.Of(0, 9) : Palette.Of(legend.Count, 5) with { Dash = 1 };
            var line = known.GroupBy(c => c.Components).OrderBy(g => g.Key).Select(g => (g.Key, Value: isLess ? g.Min(value) : g.Max(value))).ToArray();
            legend.Add(new(name, ink with { Width = 2 }));
            return panel with
            {
                Lines = [.. panel.Lines, new(name, [.. line.Select(b => (double)b.Key)], [.. line.Select(b => b.Value)], ink with { Width = 2 })],
                Points =
                [
                    .. panel.Points, new([.. known.Select(c => (double)c.Components)], [.. known.Select(value)], Marker.Dot, ink),
                    .. known.Where(c => c.Chosen && isRinged)
                        .Select(c => new PointSeries([c.Components], [value(c)], Marker.Ring, new(Palette.Black, 14))),
                ],
            };
        }
    }

    // Older files do not say what chose: then the criterion that is best at the chosen fit.
    private static SelectionCriterion ChosenBy(TrainingRecord facts, FitCandidate[] fits)
    {
        if (facts.Criterion is { } known) return known;
        if (Array.Find(fits, c => c.Chosen) is not { } chosen) return SelectionCriterion.Bic;
        return Array.TrueForAll(fits, c => !(c.Bic < chosen.Bic)) ? SelectionCriterion.Bic
            : Array.TrueForAll(fits, c => !(c.Aic < chosen.Aic)) ? SelectionCriterion.Aic : SelectionCriterion.LogLikelihood;
    }
}
