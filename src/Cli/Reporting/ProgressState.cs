using System.Globalization;

namespace Pipelines.Cli.Reporting;

/// <summary>The progress of a run, and its text on one line of any width. Not thread-safe: its owner locks.</summary>
internal sealed class ProgressState
{
    // A rate that the time left may be told from: the first batches wait for the reader to start.
    private const double LeastShare = 0.05;

    private RunProgress run;
    private FitIteration? iteration;
    private StructureProgress? search;
    private string objective = "";
    private int sign = 1;
    private string label = "";
    private long reports;
    private readonly Dictionary<string, FitTime> fits = [];

    /// <summary>The maximum number of updates.</summary>
    public int MostIterations { get; set; } = int.MaxValue;

    /// <summary>The maximum number of seconds of all updates; infinity = no limit.</summary>
    public double MostSeconds { get; set; } = double.PositiveInfinity;

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
    /// <param name="fit">Which of several fits was updated; empty if there is only one.</param>
    public void Take(FitIteration value, string objectiveName = "log-likelihood", string fit = "", double leastGain = double.NegativeInfinity)
    {
        label = fit;
        (objective, sign) = Figures.Objective(objectiveName);
        iteration = value;
        var before = fits.GetValueOrDefault(fit);
        fits[fit] = new(value, before.Last, before.Spent + value.Seconds, leastGain, ++reports);
    }

    /// <summary>The iteration alone: <c>iteration 3, log-likelihood -1,234.5 (+6.7)</c>.</summary>
    public string IterationText =>
        iteration is null ? "" : $"{(label.Length > 0 ? $"{label}: " : "")}{Number(iteration)}, {Objective(iteration)}{Gain(iteration)}";

    /// <summary>The whole line: progress, remaining time, what is done, rate.</summary>
    public override string ToString() => Text(int.MaxValue);

    /// <summary>The line in at most this many columns: in full, or without its less important parts.</summary>
    /// <param name="width">The columns.</param>
    public string Text(int width)
    {
        var parts = Parts().Where(p => p.Text.Length > 0).ToList();
        while (Joined() is var text)
        {
            if (text.Length <= width) return text;
            if (parts.Count == 1) return width < 1 ? "" : $"{text[..(width - 1)]}…";
            var least = parts.Max(p => p.Rank);
            var last = parts.FindIndex(p => p.Rank == least);
            if (parts[last].Brief is { } brief) parts[last] = parts[last] with { Text = brief, Brief = null };
            else parts.RemoveAt(last);
        }
        return "";

        string Joined() => string.Join(", ", parts.Select(p => p.Text));
    }

    private IEnumerable<Part> Parts()
    {
        if (search is { } found)
        {
            return [new("searching for the structure", 1, "searching"), new(Figures.Number(found.Steps, "step"), 0),
                new($"{Figures.Count(found.FamiliesScored)} families scored", 3),
                new(double.IsNaN(found.Score) ? "" : $"best score {Figures.Real(found.Score)}", 2)];
        }
        var rate = Rate();
        Part speed = new(rate > 0 ? Figures.Rate(rate) : "", 4);
        if (iteration is null)
        {
            return [new(Phase == "run" ? RunDescription : "reading", 2),
                new(run.TotalRows is > 0 ? Share.ToString("0 %", CultureInfo.InvariantCulture) : "", 0),
                new(RunSecondsLeft(rate) is > 0 and { } seconds ? $"{Figures.Time(seconds)} left" : "", 1),
                new(RowsText, run.TotalRows is > 0 ? 3 : 0), speed];
        }
        var objectives = Objective(iteration);
        return [new(Number(iteration), 0),
            new(FitSecondsLeft() is { } left ? $"about {Figures.Time(left)} left" : "", 1, FitSecondsLeft() is { } same ? $"{Figures.Time(same)} left" : null),
            new(label, 2), new(objectives + Gain(iteration), 3, objectives), speed];
    }

    private static string Number(FitIteration done) => done.Iteration == 0 ? "start" : $"iteration {Figures.Count(done.Iteration)}";

    private string Objective(FitIteration done) => $"{objective} {Figures.Real(sign * done.LogLikelihood)}";

    private string Gain(FitIteration done) =>
        done.Iteration == 0 ? "" : $" ({(sign * done.Improvement >= 0 ? "+" : "")}{Figures.Real(sign * done.Improvement)})";

    private string RowsText =>
        run.TotalRows is { } total ? $"{Figures.Count(run.Rows)} of {Figures.Number(total, "row")}" : Figures.Number(run.Rows, "row");

    // The rate of the last full iteration, or of the current pass.
    private double Rate()
    {
        if (iteration is { Iteration: > 0, Seconds: > 0 } && run.TotalRows is { } rows) return rows / iteration.Seconds;
        var hasBasis = run.TotalRows is > 0 ? Share >= LeastShare : run.Elapsed > TimeSpan.FromSeconds(0.5);
        return hasBasis && run.Elapsed > TimeSpan.Zero ? run.Rows / run.Elapsed.TotalSeconds : 0;
    }

    // A single pass ends with its rows.
    private double? RunSecondsLeft(double rate) => Phase == "run" && run.TotalRows is { } total && rate > 0 ? Math.Max(0, total - run.Rows) / rate : null;

    // Several fits share each pass, so the longest of them says when all have ended. Each that still runs reports once a pass.
    private double? FitSecondsLeft()
    {
        var running = fits.Values.Where(f => f.Number > reports - fits.Count).ToArray();
        double? most = 0;
        foreach (var fit in running)
        {
            if (fit.SecondsLeft(MostIterations, MostSeconds) is not { } seconds) return null;
            most = Math.Max(most.Value, seconds);
        }
        return most;
    }

    /// <summary>A part of the line.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="Rank">0 = the most important.</param>
    /// <param name="Brief">A shorter text; null = none.</param>
    private readonly record struct Part(string Text, int Rank, string? Brief = null);

    /// <summary>The last updates of a fit, from which the remaining time is estimated.</summary>
    private readonly record struct FitTime(FitIteration Last, FitIteration? Previous, double Spent, double LeastGain, long Number)
    {
        // The improvements of EM shrink by a roughly constant factor, from which the number of remaining iterations is estimated.
        public double? SecondsLeft(int mostIterations, double mostSeconds)
        {
            if (Last.Iteration == 0 || Last.Seconds <= 0) return null;
            var left = (double)(mostIterations - Last.Iteration);
            if (Last.Improvement <= LeastGain) left = 0;
            else if (LeastGain > 0)
            {
                // Without a factor, the limits alone would say far too much.
                var factor = Previous is { Iteration: > 0 } ? Last.Improvement / Previous.Improvement : double.NaN;
                var more = factor is > 0 and < 1 ? Math.Ceiling(Math.Log(LeastGain / Last.Improvement) / Math.Log(factor)) : double.PositiveInfinity;
                if (double.IsInfinity(more) && double.IsInfinity(mostSeconds)) return null;
                left = Math.Min(left, more);
            }
            var seconds = Math.Min(left * Last.Seconds, Math.Max(0, mostSeconds - Spent));
            return seconds < 1e6 ? seconds : null;
        }
    }
}
