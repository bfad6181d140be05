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
                $"name some with PlotOptions.Features: {Some(FeaturesOf(model).Select(f => f.Name))}");
        foreach (var j in features)
        {
            if (distribution.Marginal(j) is null)
                throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model, feature '{FeaturesOf(model)[j].Name}'",
                    "a distribution without marginals of single features", "one that has them", "choose another kind (history)");
        }
        return features;
    }

    private protected override async ValueTask<Picture> DrawAsync(SavedModel model, int[] features, DataLook? rows, CancellationToken cancellationToken)
    {
        var distribution = DistributionOf(model);
        var components = ModelComponents.Of(model);
        var mostCategories = features.Length <= 2 ? 30 : features.Length <= 9 ? 20 : 12;
        FeaturePanel[] panels;
        using (Cancellation.Enter(cancellationToken))
        {
            distribution.EnsureEvaluable();
            panels = [.. features.Select((j, i) =>
                new FeaturePanel(FeaturesOf(model)[j], j, distribution, components, rows is null ? null : new SeenFeature(rows, i), mostCategories))];
        }
        var counts = rows is null ? null : await rows.CountAsync([.. panels.Select(p => p.Bins)], cancellationToken).ConfigureAwait(false);
        using var scope = Cancellation.Enter(cancellationToken);
        var legend = new List<LegendEntry>();
        if (rows is not null) legend.Add(new(PlotTexts.Count(rows.Rows, "row"), new(Palette.Grey), LegendSymbol.Area));
        legend.AddRange(components.Select(c => new LegendEntry(c.Name, c.Ink)));
        if (Array.Exists(panels, p => !p.IsCounted))
            legend.Add(new(components.Count > 0 ? $"sum of all {model.Model.PartsName}" : "model",
                new(Palette.Black, components.Count > 0 ? 4 : 2.5)));
        if (components.Count == 0 && Array.Exists(panels, p => p.HasBarsOfModel)) legend.Add(new("model (bars)", Palette.Of(0), LegendSymbol.Area));
        var notes = new List<string>();
        if (rows?.RowsRejected > 0) notes.Add($"{PlotTexts.Count(rows.RowsRejected, "row")} rejected");
        if (Array.Exists(panels, p => !p.IsCounted && p.HasBarsOfModel))
            notes.Add("colored bars: single values with a probability, spread over the width of a bin");
        var drawn = new List<Panel>();
        for (var i = 0; i < panels.Length; i++)
        {
            drawn.Add(panels[i].Draw(counts?[i]));
            notes.AddRange(panels[i].Notes(counts?[i]));
        }
        return new Picture(TitleOf(model), drawn, legend, notes.Count <= 8 ? notes : [.. notes.Take(7), $"and {notes.Count - 7} more notes"]);
    }
}
