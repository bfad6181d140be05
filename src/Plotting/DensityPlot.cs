using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>
/// A panel for each feature: the weighted density of each component and their sum, over a histogram of the rows; bars for counts and categories.
/// </summary>
internal sealed class DensityPlot : DistributionPlot
{
    /// <summary>Its name.</summary>
    public const string KindName = "density";

    /// <summary>Maximum number of features per picture.</summary>
    public const int MostFeatures = 24;

    public override string Name => KindName;

    public override string Description =>
        $"the density of each component and their sum, over a histogram of the rows if you give data, in one panel per feature, for at most {MostFeatures} "
            + "features";

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        var distribution = DistributionOf(model);
        var features = Named(model, options) ?? [.. Enumerable.Range(0, distribution.Dimensions)];
        if (features.Length > MostFeatures)
            throw new ModelException(ErrorKind.Usage, "PlotOptions.Features", $"{features.Length} features", $"at most {MostFeatures} in one picture",
                $"name some with PlotOptions.Features: {PlotTexts.Some(FeaturesOf(model).Select(f => f.Name))}");
        foreach (var j in features)
        {
            if (distribution.Marginal(j) is null)
                throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model, feature '{FeaturesOf(model)[j].Name}'",
                    "a distribution without marginals of single features", "one that has them", "choose another kind (history)");
        }
        return features;
    }

    internal override int? PanelsOf(SavedModel model, int[] features, bool hasRows) => features.Length;

    private protected override async ValueTask<Picture> DrawAsync(SavedModel model, int[] features, DataLook? rows, PlotOptions options,
        CancellationToken cancellationToken)
    {
        var distribution = DistributionOf(model);
        var components = ModelComponents.Of(model);
        var mostCategories = features.Length <= 2 ? 30 : features.Length <= 9 ? 20 : 12;
        FeaturePanel[] panels;
        using (Cancellation.Enter(cancellationToken))
        {
            distribution.EnsureEvaluable();
            panels = [.. features.Select((j, i) => FeaturePanel.Of(new(FeaturesOf(model)[j], j, distribution.Marginal(j)!, components,
                rows is null ? null : new SeenFeature(rows, i), mostCategories, options.LabelOf(FeaturesOf(model)[j].Name), options.ScaleOf(i),
                options.DensityScale)))];
        }
        var counts = rows is null ? null : await rows.CountAsync([.. panels.Select(p => p.Bins)], cancellationToken).ConfigureAwait(false);
        using var scope = Cancellation.Enter(cancellationToken);
        var notes = new List<string>();
        if (rows?.RowsRejected > 0) notes.Add($"{PlotTexts.Count(rows.RowsRejected, "row")} rejected");
        var drawn = new List<Panel>();
        for (var i = 0; i < panels.Length; i++)
        {
            drawn.Add(panels[i].Draw(counts?[i]));
            notes.AddRange(panels[i].Notes(counts?[i], isAlone: panels.Length == 1));
        }
        return new Picture(TitleOf(model), drawn, Legend(model.Model, components, panels, rows), notes);
    }

    private static List<LegendEntry> Legend(Model model, IReadOnlyList<DrawnComponent> components, FeaturePanel[] panels, DataLook? rows)
    {
        var legend = new List<LegendEntry>();
        var (hasLines, hasBars) = (Array.Exists(panels, p => p.HasLines), Array.Exists(panels, p => p.HasBarsOfModel));
        if (rows is not null)
            legend.Add(new(PlotTexts.Rows(rows.Rows, panels.Length == 1 ? rows.Missing(0) : null), new(Palette.Grey), LegendSymbol.Area));
        var symbol = !hasLines ? LegendSymbol.Area : hasBars ? LegendSymbol.AreaAndLine : LegendSymbol.Line;
        legend.AddRange(components.Select(c => new LegendEntry(c.Name, c.Ink, symbol)));
        if (hasLines) legend.Add(new(components.Count > 0 ? $"sum of all {model.PartsName}" : "model", new(Palette.Black, components.Count > 0 ? 4 : 2.5)));
        if (components.Count == 0 && hasBars) legend.Add(new(hasLines ? "model (bars)" : "model", Palette.Of(0), LegendSymbol.Area));
        return legend;
    }
}
