using Pipelines.Cli.Reporting;

namespace Pipelines.Cli;

/// <summary>Where the tool writes: results to the output, progress and messages to the error stream.</summary>
/// <param name="Out">Results: the summary for people, or the JSON object.</param>
/// <param name="Error">Progress, warnings and errors.</param>
/// <param name="ErrorIsTerminal">True: progress may be drawn and redrawn. False: plain lines.</param>
internal sealed record ToolConsole(TextWriter Out, TextWriter Error, bool ErrorIsTerminal)
{
    /// <summary>The process's own streams.</summary>
    public static ToolConsole OfProcess() => new(Console.Out, Console.Error, !Console.IsErrorRedirected);

    /// <summary>Writes a warning, with the options as they are typed.</summary>
    public void Warn(string warning) => Error.WriteLine($"pipelines: warning: {OptionNames.AsTyped(warning)}");
}
