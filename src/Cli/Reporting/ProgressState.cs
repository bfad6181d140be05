namespace Pipelines.Cli.Reporting;

/// <summary>The progress of a run, and its text on one line. Not thread-safe: its owner locks.</summary>
internal sealed class ProgressState
{
    private RunProgress run;
    private FitIteration? iteration;
    private StructureProgress? search;
    private string objective = "";
    private int sign = 1;
    private string label = "";
    private double previousImprovement;
    private double spent;

    /// <summary>The maximum number of updates.</summary>
    public int MostIterations { get; set; } = int.MaxValue;

    /// <summary>The maximum number of seconds of all updates; infinity = no limit.</summary>
    public double MostSeconds { get; set; } = double.PositiveInfinity;

    /// <summary>The fit stops when an update improves the objective by no more than this.</summary>
    public double StopThreshold { get; private set; } = double.NegativeInfinity;

    /// <summary>Describes what a run from source to sink does.</summary>
    public string RunDescription { get; set; } = "scoring";

    /// <summary>Fraction of the current pass that is done, 0 … 1.</summary>
    public double Share => run.TotalRows is > 0 and { } total ? Math.Min(1, run.Rows / (double)total) : 0;

    /// <summary>The current phase: <c>run</c>, <c>read</c>, <c>pass</c>.</summary>
    public string Phase => run.Phase ?? "";

    /// <summary>Receives the number of rows processed.</summary>
    public void Take(RunProgress value) => (run, search) = (value, null);

    /// <summary>Receives how far a search has come. It lasts until rows are processed again.</summary>
    public void Take(StructureProgress value) => search = value;

    /// <summary>Receives the result of an update.</summary>
    /// <param name="value">The update.</param>
    /// <param name="objectiveName">The name of the objective.</param>
    /// <param name="leastGain">The improvement that ends the fit.</param>
    /// <param name="fit">Prefix that says which of several fits was updated; empty if there is only one.</param>
    public void Take(FitIteration value, string objectiveName = "log-likelihood", string fit = "", double leastGain = double.NegativeInfinity)
    {
        StopThreshold = leastGain;
        label = fit;
        (objective, sign) = Figures.Objective(objectiveName);
        previousImprovement = iteration?.Improvement ?? 0;
        iteration = value;
        spent += value.Seconds;
    }

    /// <summary>The iteration alone: <c>iteration 3, log-likelihood -1,234.5 (+6.7)</c>.</summary>
    public string IterationText => iteration switch
    {
        null => "",
        { Iteration: 0 } => $"{label}start, {objective} {Figures.Real(sign * iteration.LogLikelihood)}",
        _ => $"{label}iteration {iteration.Iteration}, {objective} {Figures.Real(sign * iteration.LogLikelihood)} "
            + $"({(sign * iteration.Improvement >= 0 ? "+" : "")}{Figures.Real(sign * iteration.Improvement)})",
    };

    /// <summary>The whole line: phase, progress, rate and remaining time.</summary>
    public override string ToString()
    {
        if (search is { } found)
            return $"searching for the structure, {Figures.Number(found.Steps, "step")}, {Figures.Count(found.FamiliesScored)} families scored"
                + (double.IsNaN(found.Score) ? "" : $", best score {Figures.Real(found.Score)}");
        var rate = Rate();
        string[] parts =
        [
            iteration is null ? $"{(Phase == "run" ? RunDescription : "reading")}, {RowsText}" : IterationText,
            rate > 0 ? Figures.Rate(rate) : "",
            SecondsLeft(rate) is { } seconds ? $"{(iteration is null ? "" : "about ")}{Figures.Time(seconds)} left" : "",
        ];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    private string RowsText =>
        run.TotalRows is { } total ? $"{Figures.Count(run.Rows)} of {Figures.Number(total, "row")}" : Figures.Number(run.Rows, "row");

    // The rate of the last full iteration, or of the current pass. The first batches of a pass wait for the reader to start, so their rate is meaningless.
    private double Rate()
    {
        if (iteration is { Iteration: > 0, Seconds: > 0 } && run.TotalRows is { } rows) return rows / iteration.Seconds;
        return run.Elapsed > TimeSpan.FromSeconds(0.5) ? run.Rows / run.Elapsed.TotalSeconds : 0;
    }

    // A single pass ends with its rows. The improvements of EM shrink by a roughly constant factor, from which the number of remaining iterations is estimated.
    private double? SecondsLeft(double rate)
    {
        if (iteration is null) return Phase == "run" && run.TotalRows is { } total && rate > 0 ? Math.Max(0, total - run.Rows) / rate : null;
        // Each of several fits would give a different time.
        if (label.Length > 0 || iteration.Iteration == 0 || iteration.Seconds <= 0) return null;
        var left = (double)(MostIterations - iteration.Iteration);
        var factor = iteration.Improvement / previousImprovement;
        if (StopThreshold > 0 && factor is > 0 and < 1)
            left =
                Math.Min(left, iteration.Improvement <= StopThreshold ? 0 : Math.Ceiling(Math.Log(StopThreshold / iteration.Improvement) / Math.Log(factor)));
        var seconds = Math.Min(left * iteration.Seconds, Math.Max(0, MostSeconds - spent));
        return seconds < 1e6 ? seconds : null;
    }
}
