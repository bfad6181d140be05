using Pipelines.Models;

namespace Pipelines.Plotting;

/// <summary>One curve of a picture: a component of the model with its weight, or the lightest ones together.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Weight">Its share.</param>
/// <param name="Model">What it is.</param>
/// <param name="Ink">How it is drawn.</param>
internal sealed record DrawnComponent(string Name, double Weight, Distribution Model, Ink Ink);

/// <summary>The components of a model as pictures show them.</summary>
internal static class ModelComponents
{
    /// <summary>Components in the model's order; the lightest of more than twelve as one; none for what is no mixture of several.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">It, as a distribution of rows.</param>
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
