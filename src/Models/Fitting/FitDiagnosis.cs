using System.Globalization;

namespace Pipelines.Models.Fitting;

/// <summary>What a user should know about a fit that has ended.</summary>
internal static class FitDiagnosis
{
    private const string Open = "the fit stopped before it converged: the last update still gained more than the tolerance";
    private const string LargerTolerance = "or a larger tolerance (FitOptions.RelativeTolerance))";
    private const string OutOfIterations = $"{Open} (allow more iterations (FitOptions.MaxIterations), {LargerTolerance}";
    private const string OutOfTime = $"{Open} when the time ran out (allow more time (FitOptions.MaxSeconds), {LargerTolerance}";

    // Share of missing values that a user should know of.
    private const double LeastMissing = 0.2;

    // The rest are counted.
    private const int MostRaised = 5;

    /// <summary>The warnings, one sentence each, with what to try.</summary>
    /// <param name="model">The fitted model.</param>
    /// <param name="statistics">Its statistics over all rows.</param>
    /// <param name="raised">The variances that the last update raised to their minimum; null = there was no update.</param>
    /// <param name="options">How the model was fitted.</param>
    /// <param name="stop">Why the fit ended.</param>
    /// <param name="features">Shape [features]: their names; null = unnamed.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static IEnumerable<string> Of(Model model, Statistics statistics, RaisedVariances? raised, FitOptions options, StopReason stop,
        IReadOnlyList<Feature>? features, CancellationToken cancellationToken)
    {
        var warnings = new List<string>(model.Diagnose(statistics));
        var all = raised?.All.ToArray() ?? [];
        foreach (var (part, feature, minimum) in all.Take(MostRaised))
        {
            var where = feature < 0 ? "in a direction between features" : $"of {Name(features, feature)}";
            var value = options.MinVariance is > 0 and var given ? $" {given.Text()}" : feature < 0 ? "" : $" {minimum.Text()}";
            var to = $"{part}: its variance {where} was raised to the minimum{value}";
            warnings.Add(options.MinVariance > 0
                ? $"{to}{(IsScaled() ? ", in scaled units" : "")} (use a smaller one (FitOptions.MinVariance), or fewer components, if that is too much)"
                : $"{to}{(IsScaled() ? ", in scaled units" : "")}, as nearly equal values would bring it to 0 (use fewer components, or "
                    + "set a minimum variance (FitOptions.MinVariance))");
        }
        if (all.Length > MostRaised) warnings.Add($"{all.Length - MostRaised} more variances were raised to their minimum");
        if (options.Sample is { Rows: var sample }) warnings.AddRange(MuchMissing(sample, features));
        // Without a stop rule, the number of updates is what was asked for.
        if (stop == StopReason.TimeLimit) warnings.Add(OutOfTime);
        else if (stop == StopReason.IterationLimit && options.MaxIterations > 0 && options.LeastGain(1) >= 0) warnings.Add(OutOfIterations);
        if (model is not IExaminedModel examined) return warnings;
        var hasEnded = stop is not (StopReason.TimeLimit or StopReason.IterationLimit);
        using (Cancellation.Enter(cancellationToken)) warnings.AddRange(examined.Examine(options, hasEnded));
        return warnings;

        // The minimum is one of the values that the model sees.
        bool IsScaled() => options.IsScaled || features?.Any(f => f.Transforms.Any(t => t.IsLinear)) == true;
    }

    /// <summary>True if a warning says that a limit ended the fit.</summary>
    public static bool IsOfLimit(string warning) => warning is OutOfIterations or OutOfTime;

    /// <summary>A warning of each feature of which much is missing.</summary>
    /// <param name="sample">Rows of the data.</param>
    /// <param name="features">Shape [features]: their names; null = unnamed.</param>
    public static IEnumerable<string> MuchMissing(FeatureSample sample, IReadOnlyList<Feature>? features)
    {
        for (var j = 0; j < sample.Columns; j++)
        {
            // The indicators of a column are missing together.
            if (j > 0 && features?[j] is { Category: not null } one && features[j - 1].Source == one.Source) continue;
            if (Missing(sample, j) is not (>= LeastMissing and var share)) continue;
            yield return string.Create(CultureInfo.InvariantCulture, $"{Name(features, j)}: {share:P0} of its values are missing")
                + $"{(sample.IsComplete ? "" : " in a sample")}; they are skipped as if they were missing at random (leave the feature out if they are not)";
        }
    }

    private static string Name(IReadOnlyList<Feature>? features, int feature) =>
        features is null ? $"feature {feature}" : $"feature '{features[feature].GroupName}'";

    private static double Missing(FeatureSample sample, int column)
    {
        var missing = 0;
        for (var i = 0; i < sample.Rows; i++)
            if (double.IsNaN(sample.Values[i, column])) missing++;
        return sample.Rows == 0 ? 0 : missing / (double)sample.Rows;
    }
}
