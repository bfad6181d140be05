namespace Pipelines.Models.Fitting;

/// <summary>Some rows of the data, from which a fit learns what it needs besides the statistics.</summary>
/// <param name="Rows">A few thousand rows at most.</param>
/// <param name="Floors">Minimum variances; null = the options have one, or the model needs none.</param>
internal sealed record FitSample(FeatureSample Rows, VarianceFloors? Floors)
{
    // Values kept with every checkpoint, and rows whatever their number of features.
    private const int MostValues = 1 << 16;
    private const int MostRows = 4096;
    private const int LeastRows = 256;

    /// <summary>Takes the rows of least priority, so that a larger sample of the same survey gives the same ones.</summary>
    /// <param name="survey">The survey.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="options">Whether there is a minimum variance.</param>
    public static FitSample Of(SurveyStatistics survey, int columns, FitOptions options) => Of(survey.Sample(RowsFor(columns)), options);

    /// <summary>What an interrupted fit had kept.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="options">Whether there is a minimum variance.</param>
    public static FitSample Of(FeatureSample rows, FitOptions options) => new(rows, options.MinVariance is null ? new(rows) : null);

    /// <summary>Reads the rows.</summary>
    /// <param name="pass">One pass over the data.</param>
    /// <param name="options">The seed, and whether there is a minimum variance.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public static async ValueTask<FitSample> ReadAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken)
    {
        var survey = new DataSurvey(pass.Columns, RowsFor(pass.Columns), options.Seed);
        return Of((SurveyStatistics)await pass.RunAsync(survey, cancellationToken).ConfigureAwait(false), pass.Columns, options);
    }

    private static int RowsFor(int columns) => Math.Clamp(MostValues / columns, LeastRows, MostRows);
}
