namespace Pipelines.Plotting;

/// <summary>A picture of the model as a distribution of rows, over the rows themselves if they are given.</summary>
internal abstract class DistributionPlot : PlotKind
{
    public override bool ShowsRows => true;

    public override bool ShowsFeatures => true;

    internal override async ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        if (data is null) return await DrawAsync(model, features, null, options, cancellationToken).ConfigureAwait(false);
        await using var look = await DataLook.OpenAsync(model, features, data, options, cancellationToken).ConfigureAwait(false);
        return await DrawAsync(model, features, look, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the picture.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Indices of the features to draw.</param>
    /// <param name="rows">The rows to show; null = none.</param>
    /// <param name="options">The requested picture.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private protected abstract ValueTask<Picture> DrawAsync(SavedModel model, int[] features, DataLook? rows, PlotOptions options,
        CancellationToken cancellationToken);
}
