namespace Pipelines.Plotting;

/// <summary>Pictures of fitted models over their data.</summary>
public static class ModelPlot
{
    /// <summary>Makes a picture.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">Rows to show with the model; they are read once, within the pipeline's memory budget. Null = the model alone.</param>
    /// <param name="options">What to draw; null = the defaults.</param>
    /// <param name="cancellationToken">Cancels with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">The model cannot be drawn this way.</exception>
    /// <exception cref="FlowException">The data cannot be read.</exception>
    public static async Task<Picture> CreateAsync(SavedModel model, Pipeline? data = null, PlotOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new PlotOptions();
        var (kind, features) = Check(model, data is not null, options, null);
        var picture = await kind.DrawAsync(model, features, data, options, cancellationToken).ConfigureAwait(false);
        CheckLabels(picture.Panels.Count, options);
        return picture with
        {
            Title = options.Title is { } title ? PlotTexts.Name(title, 300) : picture.Title,
            Panels = [.. picture.Panels.Select(p => p with { XLabel = options.XLabel ?? p.XLabel, YLabel = options.YLabel ?? p.YLabel })],
        };
    }

    /// <summary>Checks what can be checked before any row is read.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hasRows">True if rows are shown.</param>
    /// <param name="options">What to draw.</param>
    /// <param name="size">The wanted size in pixels; null = the default size.</param>
    /// <returns>The kind of picture, and the indices of the features it draws.</returns>
    /// <exception cref="ModelException">The model cannot be drawn this way.</exception>
    internal static (PlotKind Kind, int[] Features) Check(SavedModel model, bool hasRows, PlotOptions options, (int Width, int Height)? size)
    {
        var kind = options.FindKind(model);
        var features = kind.Check(model, options);
        options.CheckFeatures(kind, [.. features.Select(j => PlotKind.FeaturesOf(model)[j].Name)]);
        if (options.Label is not null && !kind.ShowsLabels)
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {kind.Name}", $"PlotOptions.Label '{options.Label}'",
                "none: the picture shows no evaluation", "leave it out, or choose another kind (confusion, roc, calibration)");
        if (hasRows && !kind.ShowsRows)
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {kind.Name}", "input rows", "none: the picture is made from the model file alone",
                "omit the input, or choose another kind");
        if (kind.PanelsOf(model, features, hasRows) is not { } panels) return (kind, features);
        CheckLabels(panels, options);
        if (panels > 0 && size is var (width, height)) PictureRenderer.CheckSize(panels, PictureLayout.LeastOf(panels), width, height);
        return (kind, features);
    }

    private static void CheckLabels(int panels, PlotOptions options)
    {
        foreach (var (name, text) in new[] { ("PlotOptions.XLabel", options.XLabel), ("PlotOptions.YLabel", options.YLabel) })
        {
            if (text is null || panels == 1) continue;
            throw new ModelException(ErrorKind.Usage, name, $"{PlotTexts.Count(panels, "panel")} in the picture", "one",
                panels == 0 ? "leave it out: a graph has no axes"
                    : "leave it out, name one feature (PlotOptions.Features), or give units (PlotOptions.Units)");
        }
    }
}
