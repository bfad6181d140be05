using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Cli.Reporting;

/// <summary>Turns an exception into one clear message and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Writes the message; the stack trace only where the user wants to see everything.</summary>
    /// <param name="console">Where to write.</param>
    /// <param name="exception">What ended the run.</param>
    /// <param name="verbose">True: with the stack trace.</param>
    /// <param name="stop">Whether the run was asked to end.</param>
    /// <param name="verb">What was run, in words.</param>
    /// <param name="isJson">True: also as the object on standard output.</param>
    /// <returns>The exit code.</returns>
    public static int Write(ToolConsole console, Exception exception, bool verbose, StopRequest stop, string verb = "pipelines", bool isJson = false)
    {
        if (exception is OperationCanceledException && stop.IsAsked)
        {
            WriteCancelled(console, $"cancelled; no output was written{(stop.Continuation is { } how ? $"; {how}" : "")}", stop, verb, isJson);
            return ExitCode.Cancelled;
        }
        var failure = Failure.Of(exception, verb);
        console.Error.WriteLine($"pipelines: error: {failure.Text}");
        if (verbose) console.Error.WriteLine(exception.ToString());
        if (isJson) failure.WriteJson(console);
        return Code(exception);
    }

    /// <summary>Says that a run was asked to end, and ended.</summary>
    /// <param name="console">Where to write.</param>
    /// <param name="text">What became of the run.</param>
    /// <param name="stop">The request.</param>
    /// <param name="verb">What was run, in words.</param>
    /// <param name="isJson">True: also as the object on standard output.</param>
    public static void WriteCancelled(ToolConsole console, string text, StopRequest stop, string verb, bool isJson)
    {
        console.Error.WriteLine($"pipelines: {text}");
        if (isJson) Failure.Cancelled(text, stop, verb).WriteJson(console);
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
