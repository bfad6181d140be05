using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// A single distribution with unknown parameters: a start is fitted to a sample of the rows, then to all of them. Further updates follow: one for a family
/// that is estimated in one pass, otherwise as many as raise the log-likelihood. The start has no parameters for inertia to keep.
/// </summary>
/// <param name="family">The family to fit; a univariate family gives independent components if there are several features.</param>
public sealed class DistributionEstimator(DistributionFamily family) : IEstimator<Distribution>
{
    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("distribution", family.ToString())];

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => family.IsCategorical(feature);

    /// <inheritdoc/>
    public string? FixedSupport(int feature) => family.FixedSupport(feature);

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => family.IsEstimatedInOnePass;

    /// <inheritdoc/>
    public FitUses Uses => family.Uses | (IsEstimatedInOnePass ? FitUses.None : FitUses.Start | FitUses.Acceleration);

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => family.ParameterKinds;

    /// <inheritdoc/>
    public async ValueTask<FitResult<Distribution>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return await ExpectationMaximization.NamingFeaturesAsync(pass, async () =>
        {
            // Updates are cheap where nothing is hidden but the scale of a heavy tail.
            if (options is { StopThreshold: null, RelativeTolerance: null }) options = options with { RelativeTolerance = 1e-9 };
            var survey = await DataSurvey.RunAsync(pass, options.InitializationRows, options.Seed, cancellationToken).ConfigureAwait(false);
            Distribution start, fitted;
            using (Cancellation.Enter(cancellationToken)) start = Start(family, survey.Sample(), options);
            // The sample's range or categories need not cover all rows, so the start's log-likelihood may be -infinity: it is ignored.
            var all = await pass.RunAsync(start, cancellationToken).ConfigureAwait(false);
            using (Cancellation.Enter(cancellationToken))
            {
                fitted = start.Maximize(all, options.Estimation with { Rows = all.Rows });
                fitted.EnsureEvaluable();
            }
            return await ExpectationMaximization.FitAsync(fitted, pass, options, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>The distribution of a sample, around which sums over all rows are centred.</summary>
    internal static Distribution Start(DistributionFamily family, FeatureSample sample, FitOptions options)
    {
        var center = new double[sample.Columns];
        for (var j = 0; j < center.Length; j++) center[j] = Mean(sample, j);
        return family.Prototype(center).FitTo(sample, static _ => 1, options);
    }

    private static double Mean(FeatureSample sample, int column)
    {
        var (sum, weight) = (0.0, 0.0);
        for (var i = 0; i < sample.Rows; i++)
        {
            if (double.IsNaN(sample.Values[i, column])) continue;
            sum += sample.Weights[i] * sample.Values[i, column];
            weight += sample.Weights[i];
        }
        return weight > 0 ? sum / weight : 0;
    }
}

/// <summary>Fits a single distribution to a sample.</summary>
internal static class SampleFitting
{
    /// <summary>The distribution fitted to weighted rows of a sample.</summary>
    /// <param name="distribution">The starting point.</param>
    /// <param name="sample">The rows.</param>
    /// <param name="weight">Factor for the weight of row i.</param>
    /// <param name="options">Minimum variance and pseudocount are used.</param>
    public static Distribution FitTo(this Distribution distribution, FeatureSample sample, Func<int, double> weight, FitOptions options)
    {
        var weights = new double[sample.Rows];
        for (var i = 0; i < weights.Length; i++) weights[i] = weight(i) * sample.Weights[i];
        var rows = FeatureMatrix.FromRows(sample.Values, weights);
        var maximize = options.Start with { Rows = weights.Count(w => w > 0) };
        distribution.CheckRows(sample, maximize);
        // Twice: the second time the sums are centred on the fitted mean, which removes the rounding error of the first.
        for (var round = 0; round < 2; round++)
        {
            var statistics = distribution.CreateStatistics();
            distribution.SummarizeRows(rows, statistics);
            distribution = (Distribution)distribution.MaximizePart(statistics, maximize);
            distribution.EnsureEvaluable();
        }
        return distribution;
    }
}
