using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>Shows the progress of a run: on a terminal, as plain lines, or not at all. Thread-safe.</summary>
internal abstract class ProgressDisplay : IProgress<RunProgress>, IProgress<FitProgress>, IProgress<StructureProgress>
{
    private readonly Lock gate = new();
    private readonly ProgressState state = new();
    private readonly HashSet<(int?, int?)> fits = [];

    /// <summary>Evaluations of the data by the earlier run that this run resumed.</summary>
    public long EarlierEvaluations { get; private set; }

    /// <summary>The display that suits the console and the options.</summary>
    public static ProgressDisplay Create(ToolConsole console, bool quiet, bool verbose) =>
        quiet ? new NoProgress() : console.ErrorIsTerminal && !verbose
            ? TerminalProgress.On(console.Terminal)
            : new PlainProgress(console.Error, verbose, TimeProvider.System);

    /// <summary>Sets the stopping criteria of the fit, from which the remaining time is estimated.</summary>
    public void Limits(int mostIterations, double? mostSeconds) =>
        (state.MostIterations, state.MostSeconds) = (mostIterations, mostSeconds ?? double.PositiveInfinity);

    /// <summary>Sets the description of a run from source to sink; the default is scoring.</summary>
    public void Describe(string description) => state.RunDescription = description;

    /// <summary>Runs the work and shows its progress.</summary>
    public virtual Task<T> ShowAsync<T>(Func<Task<T>> work) => work();

    public void Report(RunProgress value)
    {
        lock (gate)
        {
            state.Take(value);
            Changed(state, iterated: false);
        }
    }

    public void Report(FitProgress value)
    {
        lock (gate)
        {
            // A resumed fit first reports the iteration from which it resumes; evaluation 0 is that of the starting model.
            if (fits.Add((value.Components, value.Restart)) && value.Iteration.Iteration > 0) EarlierEvaluations += value.Iteration.Iteration + 1;
            state.Take(value.Iteration, value.Model.ObjectiveName,
                value.Components is { } components ? $"{Figures.Number(components, "component")}, restart {value.Restart}" : "", value.LeastGain);
            Changed(state, iterated: true);
        }
    }

    public void Report(StructureProgress value)
    {
        lock (gate)
        {
            state.Take(value);
            Changed(state, iterated: false);
        }
    }

    /// <summary>Called under the lock after each report.</summary>
    protected abstract void Changed(ProgressState now, bool iterated);

    /// <summary>Reads the state under the lock.</summary>
    protected T Read<T>(Func<ProgressState, T> read)
    {
        lock (gate) return read(state);
    }

    private sealed class NoProgress : ProgressDisplay
    {
        protected override void Changed(ProgressState now, bool iterated)
        {
        }
    }
}
