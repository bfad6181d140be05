namespace Pipelines.Plotting;

/// <summary>A kind of picture. To add a kind, add a class: kinds are found by reflection.</summary>
internal abstract class PlotKind
{
    /// <summary>All kinds, by name.</summary>
    public static IReadOnlyList<PlotKind> All { get; } =
    [
        .. typeof(PlotKind).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && typeof(PlotKind).IsAssignableFrom(t))
            .Select(t => (PlotKind)Activator.CreateInstance(t)!).OrderBy(k => k.Name, StringComparer.Ordinal),
    ];

    /// <summary>Its name on the command line, lower-case.</summary>
    public abstract string Name { get; }

    /// <summary>Description of what it shows.</summary>
    public abstract string Description { get; }

    /// <summary>True if a model is drawn this way if no kind is named. Where none says so, densities are drawn.</summary>
    internal virtual bool IsDefaultFor(Model model) => false;

    /// <summary>True if it can show rows in addition to the model.</summary>
    public virtual bool ShowsRows => false;

    /// <summary>True if its axes are features, which may have units and scales.</summary>
    public virtual bool ShowsFeatures => false;

    /// <summary>True if it compares the model with the rows' labels.</summary>
    public virtual bool ShowsLabels => false;

    /// <summary>Checks, before any row is read, that the model can be drawn this way, and chooses the features to draw.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The requested picture.</param>
    /// <returns>Indices of the features to draw; empty if the kind shows none.</returns>
    /// <exception cref="ModelException">The model cannot be drawn this way.</exception>
    internal abstract int[] Check(SavedModel model, PlotOptions options);

    /// <summary>Number of panels, as far as it is known before any row is read; null (default) = it is not.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">The result of <see cref="Check"/>.</param>
    /// <param name="hasRows">True if rows are shown.</param>
    internal virtual int? PanelsOf(SavedModel model, int[] features, bool hasRows) => null;

    /// <summary>Makes the picture.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">The result of <see cref="Check"/>.</param>
    /// <param name="data">The rows to show; null = none.</param>
    /// <param name="options">The requested picture.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal abstract ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken);

    /// <summary>The model's features; numbered names if they have none.</summary>
    internal static IReadOnlyList<Feature> FeaturesOf(SavedModel model) =>
        model.Features ?? [.. Enumerable.Range(0, model.Model.Dimensions).Select(j => new Feature($"x{j}"))];

    /// <summary>The model as a distribution of single rows, in the features' original units.</summary>
    /// <exception cref="ModelException">The model is not a distribution.</exception>
    private protected Distribution DistributionOf(SavedModel model) => model.Model.RowDistribution() is { } rows
        ? TransformedDistribution.Of(rows, FeatureTransforms.Of(model.Features))
        : throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", $"no densities to draw with PlotOptions.Kind {Name}",
            "a probability distribution, such as a mixture", model.Model switch
            {
                ICenterModel => "choose another kind (clusters), or fit a mixture",
                ITransitionModel => "choose another kind (transitions), or fit a hidden Markov model",
                _ => "choose another kind (history), or fit a mixture",
            });

    /// <summary>Indices of the features named in the options; null if none are named.</summary>
    /// <exception cref="ModelException">The model has no such feature.</exception>
    private protected static int[]? Named(SavedModel model, PlotOptions options)
    {
        if (options.Features is not { } names) return null;
        var features = FeaturesOf(model);
        return [.. names.Select(name => features.Select((f, j) => (f.Name, Index: j)).Where(f => f.Name == name).Select(f => (int?)f.Index).FirstOrDefault()
            ?? throw new ModelException(ErrorKind.Usage, "PlotOptions.Features", $"'{name}'", "features of the model",
                NearestName.Remedy(name, features.Select(f => f.Name), $"name some of them, such as {PlotTexts.Some(features.Select(f => f.Name))}")))];
    }

    /// <summary>Description of the fit for titles: <c>mixture of 3 components, fitted to 1,000 rows</c>.</summary>
    private protected static string TitleOf(SavedModel model)
    {
        return model.Training is { } facts ? $"{model.Model.Title}, fitted to {PlotTexts.Count(facts.Rows, "row")}" : model.Model.Title;
    }
}
