using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Commands;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Io;

namespace Pipelines.Cli;

/// <summary>The command line as a whole: its verbs, and what comes of errors.</summary>
internal static class CommandLine
{
    // "@x.parquet" is a file of that name, not a file of arguments.
    private static readonly ParserConfiguration parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">Where to write.</param>
    /// <param name="cancellationToken">Ends the run at once, with exit code 130.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolConsole console, CancellationToken cancellationToken = default)
    {
        using var stop = StopRequest.From(cancellationToken);
        return await RunAsync(args, console, stop).ConfigureAwait(false);
    }

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">Where to write.</param>
    /// <param name="stop">Ends the run, with exit code 130.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolConsole console, StopRequest stop)
    {
        var common = new CommonSettings(stop);
        var joined = BadRowSettings.Join(args);
        var parsed = Create(console, common).Parse(joined, parsing);
        var verb = UsageErrors.Path(parsed.CommandResult);
        var isJson = args.TakeWhile(a => a != "--").Contains(common.Json.Name);
        // What a run leaves unsaid that does not end by itself.
        stop.Abandoned = text => ErrorReport.WriteCancelled(console, text, stop, verb, isJson);
        if (UsageErrors.Of(parsed, joined) is { Count: > 0 } errors)
        {
            UsageErrors.Write(console, parsed, errors);
            if (isJson) Failure.Of(errors).WriteJson(console);
            return ExitCode.Usage;
        }
        try
        {
            var streams = new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null
            };
            var code = await parsed.InvokeAsync(streams, stop.Now).ConfigureAwait(false);
            if (code == ExitCode.Done && console.LostOutput is { } loss && HasResult(parsed, isJson))
            {
                throw new DataException(DataErrorKind.Storage, "standard output", loss, "a stream that takes the result",
                    "free space, or choose another place; the run itself is done");
            }
            return code;
        }
        catch (Exception e)
        {
            return ErrorReport.Write(console, e, parsed.GetValue(common.Verbose), stop, verb, isJson);
        }
    }

    // A summary for people may be lost; what was asked for may not: the object, a description, a plan, the help.
    private static bool HasResult(ParseResult parsed, bool isJson) =>
        isJson
        || !ReferenceEquals(parsed.Action, parsed.CommandResult.Command.Action)
        || parsed.CommandResult.Command is CheckedCommand { IsDescribing: true }
        || parsed.CommandResult.Children.OfType<OptionResult>().Any(o => o is { Implicit: false, Option.Name: DryRunOption.Name });

    private static RootCommand Create(ToolConsole console, CommonSettings common)
    {
        var root = new RootCommand("Fits and scores probabilistic models over Parquet data of any size.");
        foreach (var verb in Verb.All) root.Add(verb.Create(console, common));
        common.AddTo(root);
        return root;
    }
}
