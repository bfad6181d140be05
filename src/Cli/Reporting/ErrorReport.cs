using Pipelines.Blocks;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>Turns an exception into one clear message and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Writes the message, and the stack trace with --verbose.</summary>
    /// <param name="console">The console to write to.</param>
    /// <param name="exception">What ended the run.</param>
    /// <param name="verbose">True to write the stack trace.</param>
    /// <param name="stop">Whether the run was asked to end.</param>
    /// <param name="verb">The command that was run.</param>
    /// <param name="isJson">True to write the JSON object to standard output as well.</param>
    /// <returns>The exit code.</returns>
    public static int Write(ToolConsole console, Exception exception, bool verbose, StopRequest stop, string verb = "pipelines", bool isJson = false)
    {
        if (exception is OperationCanceledException && stop.IsAsked)
        {
            WriteCancelled(console, $"cancelled; no output was written{(stop.Continuation is { } how ? $"; {how}" : "")}", stop, verb, isJson);
            return ExitCode.Cancelled;
        }
        exception = OutOfHandles(exception, verb) ?? exception;
        var failure = Failure.Of(exception, verb);
        console.Error.WriteLine($"pipelines: error: {failure.Text}");
        if (verbose) console.Error.Write($"{exception}{console.Error.NewLine}");
        if (isJson) failure.WriteJson(console);
        return Code(exception);
    }

    /// <summary>Reports that a run was asked to end, and ended.</summary>
    /// <param name="console">The console to write to.</param>
    /// <param name="text">The outcome of the run.</param>
    /// <param name="stop">The request.</param>
    /// <param name="verb">The command that was run.</param>
    /// <param name="isJson">True to write the JSON object to standard output as well.</param>
    public static void WriteCancelled(ToolConsole console, string text, StopRequest stop, string verb, bool isJson)
    {
        console.Error.WriteLine($"pipelines: {text}");
        if (isJson) Failure.Cancelled(text, stop, verb).WriteJson(console);
    }

    /// <summary>The message on one line, with option names as they are typed.</summary>
    public static string Text(Exception exception) => exception switch
    {
        PipelinesException => OptionNames.AsTyped(exception.Message),
        // An unforeseen error: the message at least names the block in which it occurred.
        _ => ErrorText.Shortened(RunFailure.Of(exception)?.ToString() ?? exception.Message, ErrorText.MostCharacters - Unforeseen.Length) + Unforeseen,
    };

    // Whatever was about to be opened, the reason and the remedy are the same. Parts of the tool are opened when they are first needed.
    private static FlowException? OutOfHandles(Exception exception, string verb)
    {
        const string remedy = "raise the limit (ulimit -n), or lower --max-parallelism";
        if (DiskError.IsOutOfHandles(exception))
            return new(ErrorKind.Storage, exception is PipelinesException { Place: var place } ? place : verb, "too many open files", "room for another",
                remedy, exception);
        return DiskError.UnloadedPart(exception) is { } part
            ? new(ErrorKind.Storage, verb, $"that {part}, a part of the tool, cannot be opened; perhaps too many files are open", "room for another",
                $"{remedy}, or install the tool again", exception)
            : null;
    }

    private const string Unforeseen = " (an unforeseen error; --verbose shows where it occurred)";

    private static int Code(Exception exception) => exception switch
    {
        PipelinesException { Kind: ErrorKind.Data } => ExitCode.Data,
        PipelinesException { Kind: not (ErrorKind.Storage or ErrorKind.Memory) } => ExitCode.Usage,
        _ => ExitCode.Failed,
    };
}
