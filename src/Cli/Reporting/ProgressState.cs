using Pipelines.Blocks;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Reporting;

/// <summary>How far a run is, and that in one line. Not thread-safe: its owner locks.</summary>
internal sealed class ProgressState
{
    private RunProgress run;
    private FitIteration? iteration;
    private string objective = "";
    private string label = "";
    private double previousImprovement;

    /// <summary>At most this many updates.</summary>
    public int MostIterations { get; set; } = int.MaxValue;

    /// <summary>The fit stops at an improvement of no more than this.</summary>
    public double StopThreshold { get; set; } = double.NegativeInfinity;

    /// <summary>What a run from source to sink does, in words.</summary>
    public string RunDescription { get; set; } = "scoring";

    /// <summary>Share of the current pass that is done, 0 … 1.</summary>
    public double Share => run.TotalRows is > 0 and { } total ? Math.Min(1, run.Rows / (double)total) : 0;

    /// <summary>What is being done now: <c>run</c>, <c>read</c>, <c>pass</c>.</summary>
    public string Phase => run.Phase ?? "";

    /// <summary>Takes a report of rows done.</summary>
    public void Take(RunProgress value) => run = value;

    /// <summary>Takes a report of an update.</summary>
    /// <param name="value">The update.</param>
    /// <param name="objectiveName">What fitting increases, in words.</param>
    /// <param name="fit">Which of several fits it is of, with what parts it from the rest of the line; empty if there is one.</param>
    public void Take(FitIteration value, string objectiveName = "log-likelihood", string fit = "")
    {
        label = fit;
        objective = objectiveName;
        previousImprovement = iteration?.Improvement ?? 0;
        iteration = value;
    }

    /// <summary>The iteration alone: <c>iteration 3, log-likelihood -1,234.5 (+6.7)</c>.</summary>
    public string IterationText => iteration switch
    {
        null => "",
        { Iteration: 0 } => $"{label}start, {objective} {Figures.Real(iteration.LogLikelihood)}",
        _ => $"{label}iteration {iteration.Iteration}, {objective} {Figures.Real(iteration.LogLikelihood)} "
            + $"({(iteration.Improvement >= 0 ? "+" : "")}{Figures.Real(iteration.Improvement)})",
    };

    /// <summary>Everything: what is being done, how far, how fast, how long still.</summary>
    public override string ToString()
    {
        var rate = Rate();
        string[] parts =
        [
            iteration is null ? $"{(Phase == "run" ? RunDescription : "reading")}, "
                + $"{Figures.Count(run.Rows)}{(run.TotalRows is { } total ? $" of {Figures.Count(total)}" : "")} rows" : IterationText,
            rate > 0 ? Figures.Rate(rate) : "",
            SecondsLeft(rate) is { } seconds ? $"{(iteration is null ? "" : "about ")}{Figures.Time(seconds)} left" : "",
        ];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    // Of the last whole iteration, or of the pass that runs: its first batches wait for the reader to begin, so their rate says nothing.
    private double Rate()
    {
        if (iteration is { Iteration: > 0, Seconds: > 0 } && run.TotalRows is { } rows) return rows / iteration.Seconds;
        return run.Elapsed > TimeSpan.FromSeconds(0.5) ? run.Rows / run.Elapsed.TotalSeconds : 0;
    }

    // A single pass ends with its rows. EM's improvements shrink roughly by a constant factor, which says how many more it takes.
    private double? SecondsLeft(double rate)
    {
        if (iteration is null) return Phase == "run" && run.TotalRows is { } total && rate > 0 ? Math.Max(0, total - run.Rows) / rate : null;
        // Of several fits each would tell another time.
        if (label.Length > 0 || iteration.Iteration == 0 || iteration.Seconds <= 0) return null;
        var left = (double)(MostIterations - iteration.Iteration);
        var factor = iteration.Improvement / previousImprovement;
        if (StopThreshold > 0 && factor is > 0 and < 1)
            left =
                Math.Min(left, iteration.Improvement <= StopThreshold ? 0 : Math.Ceiling(Math.Log(StopThreshold / iteration.Improvement) / Math.Log(factor)));
        var seconds = left * iteration.Seconds;
        return seconds < 1e6 ? seconds : null;
    }
}
