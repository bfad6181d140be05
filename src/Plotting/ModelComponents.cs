namespace Pipelines.Plotting;

/// <summary>One curve of a picture: a weighted component of the model, or the lightest components combined.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Model">The component's distribution.</param>
/// <param name="Ink">How it is drawn.</param>
internal sealed record DrawnComponent(string Name, double Weight, Distribution Model, Ink Ink);

/// <summary>The components of a model as drawn in pictures.</summary>
internal static class ModelComponents
{
    /// <summary>The components in model order; beyond twelve, the lightest are combined into one. Empty unless the model has several.</summary>
    /// <param name="model">The model.</param>
    public static IReadOnlyList<DrawnComponent> Of(SavedModel model)
    {
        var parts = model.Model.WeightedParts();
        var transforms = FeatureTransforms.Of(model.Features);
        if (parts.Count <= 1) return [];
        var byWeight = parts.Select((p, k) => (p, k)).OrderByDescending(p => p.p.Weight).Select(p => p.k).ToArray();
        var most = byWeight.Length <= Palette.Most ? byWeight.Length : Palette.Most - 1;
        WeightedPart[] drawn = [.. byWeight.Take(most).Order().Select(k => parts[k])];
        WeightedPart[] others = [.. byWeight.Skip(most).Order().Select(k => parts[k])];
        var total = others.Sum(p => p.Weight);
        var shares = PlotTexts.Percents([.. drawn.Select(p => p.Weight), .. others.Length > 0 ? [total] : Array.Empty<double>()]);
        var components = drawn.Select((p, i) => new DrawnComponent($"{PlotTexts.Name(p.Name)} ({shares[i]})", p.Weight,
                TransformedDistribution.Of(p.Distribution, transforms), Palette.Of(i)))
            .ToList();
        if (total > 0)
            components.Add(new($"{others.Length} more {model.Model.PartsName} ({shares[^1]})", total,
                TransformedDistribution.Of(Mixture.Combine(others), transforms), new(Palette.DarkGrey, 2, 2)));
        return components;
    }
}
