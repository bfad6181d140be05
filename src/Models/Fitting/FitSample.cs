namespace Pipelines.Models.Fitting;

/// <summary>Some rows of the data, from which a fit learns what it needs besides the statistics.</summary>
/// <param name="Rows">At most <see cref="Most"/> rows.</param>
/// <param name="Floors">Minimum variances; null = the options have one, or the model needs none.</param>
internal sealed record FitSample(FeatureSample Rows, VarianceFloors? Floors)
{
    /// <summary>Maximum number of rows.</summary>
    public const int Most = 4096;

    /// <summary>Takes the rows of least priority, so that a larger sample of the same survey gives the same ones.</summary>
    /// <param name="survey">The survey.</param>
    /// <param name="options">Whether there is a minimum variance.</param>
    public static FitSample Of(SurveyStatistics survey, FitOptions options)
    {
        var rows = survey.Sample(Most);
        return new(rows, options.MinVariance is null ? new(rows) : null);
    }

    /// <summary>Reads the rows.</summary>
    /// <param name="pass">One pass over the data.</param>
    /// <param name="options">The seed, and whether there is a minimum variance.</param>
    /// <param name="takesFirst">True: the first rows instead of an even sample.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    public static async ValueTask<FitSample> ReadAsync(IDataPass pass, FitOptions options, bool takesFirst, CancellationToken cancellationToken)
    {
        var survey = new DataSurvey(pass.Columns, Most, takesFirst ? null : options.Seed);
        return Of((SurveyStatistics)await pass.RunAsync(survey, cancellationToken).ConfigureAwait(false), options);
    }
}
