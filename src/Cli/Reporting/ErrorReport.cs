using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Cli.Reporting;

/// <summary>Turns an exception into one clear message and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Writes the message; the stack trace only where the user wants to see everything.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(ToolConsole console, Exception exception, bool verbose, StopRequest stop)
    {
        if (exception is OperationCanceledException && stop.IsAsked)
        {
            console.Error.WriteLine($"pipelines: cancelled; no output was written{(stop.Continuation is { } how ? $"; {how}" : "")}");
            return ExitCode.Cancelled;
        }
        console.Error.WriteLine($"pipelines: error: {Text(exception)}");
        if (verbose) console.Error.WriteLine(exception.ToString());
        return Code(exception);
    }

    /// <summary>The message as the user reads it: one line, with the options as they are typed.</summary>
    public static string Text(Exception exception) => exception switch
    {
        ModelException or DataException => OptionNames.AsTyped(exception.Message),
        // An error that no part of the tool foresaw: at least say in which block it arose.
        _ => ErrorText.Shortened(RunFailure.Of(exception)?.ToString() ?? exception.Message, ErrorText.MostCharacters - Unforeseen.Length) + Unforeseen,
    };

    private const string Unforeseen = " (an unforeseen error; --verbose shows where it arose)";

    private static int Code(Exception exception) => exception switch
    {
        ModelException { Kind: ErrorKind.Data } => ExitCode.Data,
        ModelException => ExitCode.Usage,
        DataException { Kind: DataErrorKind.Data } => ExitCode.Data,
        DataException { Kind: DataErrorKind.Usage } => ExitCode.Usage,
        _ => ExitCode.Failed,
    };
}
