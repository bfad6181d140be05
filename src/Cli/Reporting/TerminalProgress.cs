using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipelines.Cli.Reporting;

/// <summary>Progress drawn on a terminal: a bar for the current pass, and a line of text.</summary>
internal sealed class TerminalProgress(TextWriter target) : ProgressDisplay
{
    private ProgressTask? bar;

    public override async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(target) });
        return await console.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 16 }, new StateColumn(this))
            .StartAsync(async context =>
            {
                bar = context.AddTask("run", maxValue: 1);
                try
                {
                    return await work().ConfigureAwait(false);
                }
                finally
                {
                    bar.StopTask();
                }
            }).ConfigureAwait(false);
    }

    // Reports only set the value; the bar is drawn on its own schedule, so that reports cost the run nothing.
    protected override void Changed(ProgressState now, bool iterated)
    {
        // A task that reaches its maximum counts as finished; a fit fills the bar once per pass.
        if (bar is { } task) task.Value = Math.Min(0.999, now.Share);
    }

    private sealed class StateColumn(TerminalProgress owner) : ProgressColumn
    {
        // On a narrow terminal, the text takes two lines.
        protected override bool NoWrap => false;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(owner.Read(s => s.ToString()));
    }
}
