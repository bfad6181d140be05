using Pipelines.Blocks;
using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>
/// The row statistics that pictures need: a survey first, then counts in bins. The source is read once; the second pass reads the pipeline's cache.
/// </summary>
internal sealed class DataLook : IAsyncDisposable
{
    /// <summary>Sample size: enough for quantiles of 1 in 1,000.</summary>
    private const int SampleRows = 20_000;

    private readonly FeaturePass pass;
    private readonly SurveyStatistics survey;

    private DataLook(FeaturePass pass, SurveyStatistics survey) => (this.pass, this.survey, Sample) = (pass, survey, survey.Sample());

    /// <summary>Number of rows.</summary>
    public long Rows => survey.Rows;

    /// <summary>Number of rejected rows.</summary>
    public long RowsRejected => pass.RowsRejected;

    /// <summary>A sample of the rows, in row order; the columns are the drawn features.</summary>
    public FeatureSample Sample { get; }

    /// <summary>Reads all rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Indices of the drawn features.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">Seed and weights.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<DataLook> OpenAsync(SavedModel model, int[] features, Pipeline data, PlotOptions options, CancellationToken cancellationToken)
    {
        var named = model.Features
            ?? throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", "features without names",
                "names, which identify the input columns", "omit the input, or save the model with its features");
        Feature[] drawn = [.. features.Select(j => UnappliedTransform.Of(named[j]))];
        var rows = data.Features(drawn);
        if (options.Weights is { } weights) rows = rows.WeightedBy(weights);
        var pass = await rows.OpenPassAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new DataLook(pass, await DataSurvey.RunAsync(pass, SampleRows, options.Seed, cancellationToken).ConfigureAwait(false));
        }
        catch (ModelException e)
        {
            await pass.DisposeAsync().ConfigureAwait(false);
            // The survey names features already.
            throw e.Place.Contains("feature '", StringComparison.Ordinal) ? e : e.Named(pass.Features);
        }
        catch
        {
            await pass.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Number of rows without a value of a drawn feature.</summary>
    public long Missing(int feature) => survey.Rows - survey.Observed(feature);

    /// <summary>Smallest and largest value of a drawn feature.</summary>
    public (double Low, double High) Range(int feature) => (survey.Minimum(feature), survey.Maximum(feature));

    /// <summary>Sampled, non-missing values of a drawn feature, in ascending order.</summary>
    public double[] SortedValues(int feature) =>
        [.. Enumerable.Range(0, Sample.Rows).Select(i => Sample.Values[i, feature]).Where(v => !double.IsNaN(v)).Order()];

    /// <summary>Counts all rows.</summary>
    /// <param name="bins">Shape [drawn features].</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Shape [drawn features].</returns>
    public async ValueTask<BinnedWeights[]> CountAsync(Bins[] bins, CancellationToken cancellationToken) =>
        [.. HistogramCounts.Cells(await pass.RunAsync(new HistogramCounts(bins), cancellationToken).ConfigureAwait(false))
            .Zip(bins, (cells, own) => new BinnedWeights(own, cells))];

    /// <summary>Total weight of the rows of each label that a model of the drawn features gives.</summary>
    /// <param name="model">The model.</param>
    /// <param name="labels">Number of labels.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Shape [labels].</returns>
    public async ValueTask<double[]> CountLabelsAsync(SavedModel model, int labels, CancellationToken cancellationToken) =>
        LabelCounts.Of(await pass.RunAsync(InputTransforms.Over(new LabelCounts(model.Model, labels), FeatureTransforms.Of(model.Features)), cancellationToken)
            .ConfigureAwait(false));

    public ValueTask DisposeAsync() => pass.DisposeAsync();
}
