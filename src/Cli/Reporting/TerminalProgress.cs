using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipelines.Cli.Reporting;

/// <summary>Progress drawn on a terminal, on one line: a bar for the current pass, and a text that is cut where the terminal ends.</summary>
internal sealed class TerminalProgress(IAnsiConsole console) : ProgressDisplay
{
    private const int BarWidth = 16;
    // The spinner, and the gaps between the columns.
    private const int OtherWidth = 6;

    private ProgressContext? drawn;
    private ProgressTask? bar;

    /// <summary>Progress on the terminal behind a writer.</summary>
    public static TerminalProgress On(TextWriter target) =>
        new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(target) }));

    /// <summary>Draws now, not when it is next due.</summary>
    internal void Draw() => drawn?.Refresh();

    /// <summary>A text cut to the width that the terminal leaves.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">Columns of the terminal.</param>
    internal static string Cut(string text, int width)
    {
        var most = width - BarWidth - OtherWidth;
        return text.Length <= most ? text : most < 2 ? "" : $"{text[..(most - 1)]}…";
    }

    public override async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        return await console.Progress()
            .AutoClear(true)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = BarWidth }, new StateColumn(this))
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
            new Text(Cut(owner.Read(s => s.ToString()), options.ConsoleSize.Width));
    }
}
