using Pipelines.Cli.Reporting;

namespace Pipelines.Cli.Commands;

/// <summary>The passes of a fit over the data, as lines of a plan.</summary>
internal static class FitPasses
{
    /// <summary>The lines.</summary>
    /// <param name="options">How to fit.</param>
    /// <param name="hasStart">True if the fit starts from a model.</param>
    /// <param name="estimator">What is fitted.</param>
    /// <param name="hasCategories">True if categories are collected first.</param>
    /// <param name="isTransformed">True if features have transforms.</param>
    /// <param name="unit">What a relative tolerance is relative to.</param>
    /// <param name="sorting">How rows are brought into the order of their sequences; null = they are not.</param>
    public static string[] Of<TModel>(FitOptions options, bool hasStart, IEstimator<TModel> estimator, bool hasCategories, bool isTransformed,
        string? sorting, string unit)
        where TModel : Model
    {
        const string reading = ": reads the files and keeps the decoded features";
        string[] start = hasStart
            ? [$"1. the initial model is evaluated{reading}"]
            : [$"1. survey of all rows{reading}",
                $"2. the starting model, chosen on at most {Figures.Count(options.InitializationRows)} of the rows, is evaluated"];
        var most = $"at most {Figures.Count(options.MaxIterations)}";
        var relative = $"{(options.RelativeTolerance is { } share ? Figures.Real(share) : "1e-6")} {unit}";
        var gain = (options.StopThreshold, options.RelativeTolerance) switch
        {
            ({ } least, null) => Figures.Real(least),
            ({ } least, _) => $"{Figures.Real(least)} or {relative}",
            _ => relative,
        };
        string[] rest = options.BatchesPerIteration is { } batches
            ? [$"then {Figures.Number(batches, "batch", "batches")} per iteration, {most}, until a pass through all of them gains no more than {gain}",
                "last, the fitted model is evaluated on all rows"]
            : estimator.IsEstimatedInOnePass ? options.MaxIterations == 0
                ? []
                : [$"then one pass after the only update{(hasStart ? ", and another if that update moved the parameters far" : "")}"]
            : [$"then one per iteration, {most}, until an iteration gains no more than {gain}"];
        List<string> before = hasCategories ? ["first, the categories of the features are collected: reads their columns"] : [];
        if (isTransformed)
        {
            before.Add($"{(hasCategories ? "then" : "first")}, the spread of the features{reading}");
            start[0] = start[0].Replace(reading, "", StringComparison.Ordinal);
        }
        return [.. before, .. start, .. rest, .. sorting is null ? Array.Empty<string>() : [sorting],
            .. estimator.Fits > 1 ? [$"{Figures.Count(estimator.Fits)} fits share each pass; a fit that has ended takes no further part"]
                : Array.Empty<string>()];
    }
}
