using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipelines.Cli.Reporting;

/// <summary>Progress drawn on a terminal, on one line: a bar for the current pass, where there is room for it, and a text that fits.</summary>
internal sealed class TerminalProgress(IAnsiConsole console) : ProgressDisplay
{
    private const int MostBarWidth = 16;
    // The spinner, and the gaps between the columns.
    private const int OtherWidth = 6;
    // Iteration and time left.
    private const int LeastTextWidth = 36;

    private ProgressContext? drawn;
    private ProgressTask? bar;
    private int barWidth;

    /// <summary>Progress on the terminal behind a writer.</summary>
    public static TerminalProgress On(TextWriter target) =>
        new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(target) }));

    /// <summary>Draws now, not when it is next due.</summary>
    internal void Draw() => drawn?.Refresh();

    /// <summary>Columns of the bar on a terminal: none where the text would lack them.</summary>
    internal static int BarWidth(int width) =>
        Math.Clamp(width - OtherWidth - LeastTextWidth, 0, MostBarWidth) is >= MostBarWidth / 2 and var columns ? columns : 0;

    public override async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        barWidth = BarWidth(console.Profile.Width);
        ProgressColumn[] columns = barWidth > 0 ? [new ProgressBarColumn { Width = barWidth }] : [];
        return await console.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns([new SpinnerColumn(), .. columns, new StateColumn(this)])
            .StartAsync(async context =>
            {
                (drawn, bar) = (context, context.AddTask("run", maxValue: 1));
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
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(owner.Read(s => s.Text(options.ConsoleSize.Width - owner.barWidth - OtherWidth)));
    }
}
