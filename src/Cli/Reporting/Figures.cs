using System.Globalization;

namespace Pipelines.Cli.Reporting;

/// <summary>Formats numbers for people.</summary>
internal static class Figures
{
    /// <summary><c>3,000,000</c></summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>How a fit among several ended, unless it was chosen or failed.</summary>
    public static string Outcome(FitCandidate fit) => fit.StoppedAfterShortRun ? "stopped after the short run" : fit.Converged ? "" : "not converged";

    /// <summary><c>300,000 rows read = 299,997 used + 3 rejected</c></summary>
    public static string Balance(long used, long rejected) => $"{Number(used + rejected, "row")} read = {Count(used)} used + {Count(rejected)} rejected";

    /// <summary><c>1 row</c>, <c>3,000 rows</c></summary>
    public static string Number(long value, string one, string? many = null) => $"{Count(value)} {(value == 1 ? one : many ?? one + "s")}";

    /// <summary><c>1,234.568</c>: three digits after the point, fewer if the number is large.</summary>
    public static string Real(double value) =>
        Math.Abs(value) is >= 1e15 or (< 1e-3 and > 0) || !double.IsFinite(value)
            ? value.ToString("G6", CultureInfo.InvariantCulture)
            : (value + 0.0).ToString("#,##0.###", CultureInfo.InvariantCulture);

    /// <summary>How an objective is shown, and the sign of its values then: <c>minus the total squared distance</c> as a distance.</summary>
    public static (string Name, int Sign) Objective(string name)
    {
        const string minus = "minus the ";
        return name.StartsWith(minus, StringComparison.Ordinal) ? (name[minus.Length..], -1) : (name, 1);
    }

    /// <summary><c>log-likelihood -1,234.5</c>, <c>total squared distance 14,805</c></summary>
    public static string Objective(string name, double value)
    {
        var (shown, sign) = Objective(name);
        return $"{shown} {Real(sign * value)}";
    }

    /// <summary>What a fit reached: <c>log-likelihood -1,234.5</c>, or <c>mean squared distance 43.1</c>, per unit of weight.</summary>
    public static string Mean(Model model, TrainingRecord facts) => model.ShownObjective(facts.LogLikelihood, facts.Weight) is var (name, value)
        && name != model.ObjectiveName ? $"{name} {Real(value)}" : Objective(model.ObjectiveName, facts.LogLikelihood);

    /// <summary><c>2.4M rows/s</c></summary>
    public static string Rate(double rowsPerSecond) => rowsPerSecond switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{rowsPerSecond / 1e9:0.0}G rows/s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{rowsPerSecond / 1e6:0.0}M rows/s"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{rowsPerSecond / 1e3:0.0}k rows/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{rowsPerSecond:0} rows/s"),
    };

    /// <summary><c>12.3 s, 2.4M rows/s, peak memory 210.5MB</c>; without a rate of 0.</summary>
    public static string Cost(double seconds, double rowsPerSecond) =>
        $"{Time(seconds)}, {(rowsPerSecond > 0 ? $"{Rate(rowsPerSecond)}, " : "")}peak memory {Bytes(PeakMemory.Bytes())}";

    /// <summary><c>12.3 s</c>, <c>4:05</c>, <c>1:02:03</c></summary>
    public static string Time(double seconds)
    {
        if (seconds < 59.95) return string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
        var (minutes, rest) = Math.DivRem((long)Math.Round(Math.Min(seconds, 1e15)), 60);
        return minutes < 60 ? $"{minutes}:{rest:00}" : $"{minutes / 60}:{minutes % 60:00}:{rest:00}";
    }

    /// <summary><c>210.5MB</c></summary>
    public static string Bytes(long bytes) => new MemorySize(bytes).ToString();
}
