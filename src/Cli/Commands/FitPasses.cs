using Pipelines.Cli.Reporting;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary>What a fit reads and how often, in words, for its plan.</summary>
internal static class FitPasses
{
    /// <summary>The passes of a fit.</summary>
    /// <param name="options">How it is fitted.</param>
    /// <param name="unit">What the relative tolerance is relative to.</param>
    /// <param name="hasStart">True if an initial model is given.</param>
    /// <param name="estimator">What is fitted.</param>
    /// <param name="hasCategories">True if a feature is of categories.</param>
    /// <param name="sorting">How rows are brought into the order of their sequences; null = they are in it.</param>
    public static string[] Of<TModel>(FitOptions options, string unit, bool hasStart, IEstimator<TModel> estimator, bool hasCategories,
        string? sorting)
        where TModel : Model
    {
        string[] start = hasStart
            ? ["1. the initial model is evaluated: reads the files and keeps the decoded features"]
            : ["1. survey of all rows: reads the files and keeps the decoded features",
                $"2. the starting model, chosen on at most {Figures.Count(options.InitializationRows)} of the rows, is evaluated"];
        var most = $"at most {Figures.Count(options.MaxIterations)}";
        var gain = options is { StopThreshold: { } absolute, RelativeTolerance: null } ? Figures.Real(absolute)
            : $"{Figures.Real(options.RelativeTolerance ?? FitOptions.DefaultRelativeTolerance)} {unit}"
                + (options.StopThreshold is { } least ? $" or {Figures.Real(least)}" : "");
        string[] rest = options.BatchesPerIteration is { } batches
            ? [$"then {Figures.Number(batches, "batch", "batches")} per iteration, {most}, until a pass through all of them gains no more than {gain}",
                "last, the fitted model is evaluated on all rows"]
            : estimator.IsEstimatedInOnePass ? options.MaxIterations == 0
                ? []
                : [$"then one pass after the only update{(hasStart ? ", and another if that update moved the parameters far" : "")}"]
            : [$"then one per iteration, {most}, until an iteration gains no more than {gain}"];
        string[] before = hasCategories ? ["first, the categories of the features are collected: reads their columns"] : [];
        return [.. before, .. start, .. rest, .. sorting is null ? Array.Empty<string>() : [sorting],
            .. estimator.Fits > 1 ? [$"{Figures.Count(estimator.Fits)} fits share each pass; a fit that has ended takes no further part"]
                : Array.Empty<string>()];
    }
}
