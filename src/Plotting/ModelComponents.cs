using Pipelines.Models;

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
    /// <summary>
    /// The components in model order; beyond twelve, the lightest are combined into one. Empty unless the model is a mixture of several components.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The model as a distribution of rows.</param>
    public static IReadOnlyList<DrawnComponent> Of(Model model, Distribution rows)
    {
        if (rows is not GeneralMixtureModel { Components.Count: > 1 } mixture) return [];
        var byWeight = Enumerable.Range(0, mixture.Components.Count).OrderByDescending(k => mixture.Weights[k]).ToArray();
        var most = byWeight.Length <= Palette.Most ? byWeight.Length : Palette.Most - 1;
        var drawn = byWeight.Take(most).Order()
            .Select((k, i) => new DrawnComponent($"{(model is HiddenMarkovModel hidden ? $"state {PlotTexts.Name(hidden.States[k].Name)}" : $"component {k}")} "
                + $"({PlotTexts.Percent(mixture.Weights[k])})", mixture.Weights[k], mixture.Components[k], Palette.Of(i)))
            .ToList();
        if (most == byWeight.Length) return drawn;
        var rest = byWeight.Skip(most).Order().ToArray();
        var weights = rest.Select(k => mixture.Weights[k]).ToArray();
        var total = weights.Sum();
        if (total > 0)
            drawn.Add(new($"{rest.Length} more ({PlotTexts.Percent(total)})", total,
                new GeneralMixtureModel([.. rest.Select(k => mixture.Components[k])], weights), new(Palette.DarkGrey, 2, 2)));
        return drawn;
    }
}
