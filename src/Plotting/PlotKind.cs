using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Plotting;

/// <summary>A kind of picture. A new one is one class: it is found by reflection.</summary>
public abstract class PlotKind
{
    /// <summary>All kinds, by name.</summary>
    public static IReadOnlyList<PlotKind> All { get; } =
    [
        .. typeof(PlotKind).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && typeof(PlotKind).IsAssignableFrom(t))
            .Select(t => (PlotKind)Activator.CreateInstance(t)!).OrderBy(k => k.Name, StringComparer.Ordinal),
    ];

    /// <summary>Its name on the command line, lower-case.</summary>
    public abstract string Name { get; }

    /// <summary>What it shows, in words.</summary>
    public abstract string Description { get; }

    /// <summary>True if it can show rows beside the model.</summary>
    public virtual bool ShowsRows => false;

    /// <summary>Checks, before any row is read, that the model can be drawn so, and says which features of it are.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What is asked for.</param>
    /// <returns>Indexes of the features to draw; empty where the kind shows none.</returns>
    /// <exception cref="ModelException">It cannot.</exception>
    internal abstract int[] Check(SavedModel model, PlotOptions options);

    /// <summary>Makes the picture.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">What <see cref="Check"/> said.</param>
    /// <param name="rows">What rows there are to show; null = none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal abstract ValueTask<Picture> DrawAsync(SavedModel model, int[] features, DataLook? rows, CancellationToken cancellationToken);

    /// <summary>The model's features; numbered names where it has none.</summary>
    private protected static IReadOnlyList<Feature> FeaturesOf(SavedModel model) =>
        model.Features ?? [.. Enumerable.Range(0, model.Model.Dimensions).Select(j => new Feature($"x{j}"))];

    /// <summary>The model as a distribution of rows; of a hidden Markov model, its states' emissions by their shares of the rows.</summary>
    /// <exception cref="ModelException">It is none.</exception>
    private protected Distribution DistributionOf(SavedModel model) => model.Model as Distribution ?? (model.Model as HiddenMarkovModel)?.RowMixture()
        ?? throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", $"no densities to draw with PlotOptions.Kind {Name}",
            "a probability distribution, such as a mixture", "choose another kind (history), or fit a mixture");

    /// <summary>Indexes of the features that the options name; null if they name none.</summary>
    /// <exception cref="ModelException">The model has no such feature.</exception>
    private protected static int[]? Named(SavedModel model, PlotOptions options)
    {
        if (options.Features is not { } names) return null;
        var features = FeaturesOf(model);
        return [.. names.Select(name => features.Select((f, j) => (f.Name, Index: j)).Where(f => f.Name == name).Select(f => (int?)f.Index).FirstOrDefault()
            ?? throw new ModelException(ErrorKind.Usage, "PlotOptions.Features", $"'{name}'", "features of the model",
                NearestName.Remedy(name, features.Select(f => f.Name), $"name some of them, such as {Some(features.Select(f => f.Name))}")))];
    }

    /// <summary>How the fit is named in titles: <c>mixture of 3 components, fitted to 1,000 rows</c>.</summary>
    private protected static string TitleOf(SavedModel model)
    {
        var what = model.Model switch
        {
            GeneralMixtureModel mixture => $"mixture of {PlotTexts.Count(mixture.Components.Count, "component")}",
            HiddenMarkovModel hidden => $"hidden Markov model of {PlotTexts.Count(hidden.EmittingStates, "state")}",
            _ => model.Model.FormatName,
        };
        return model.Training is { } facts ? $"{what}, fitted to {PlotTexts.Count(facts.Rows, "row")}" : what;
    }

    /// <summary>The first three names.</summary>
    private protected static string Some(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return $"{string.Join(", ", all.Take(3).Select(n => PlotTexts.Name(n)))}{(all.Length > 3 ? $" and {all.Length - 3} more" : "")}";
    }
}
