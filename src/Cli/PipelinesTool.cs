using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Pipelines.Cli.Commands;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli;

/// <summary>The command line: its verbs and its error handling.</summary>
internal static class PipelinesTool
{
    // "@x.parquet" is a file of that name, not a file of arguments.
    private static readonly ParserConfiguration parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">The console to write to.</param>
    /// <param name="cancellationToken">Cancels the run at once, with exit code 130.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolConsole console, CancellationToken cancellationToken = default)
    {
        using var stop = StopRequest.From(cancellationToken);
        return await RunAsync(args, console, stop).ConfigureAwait(false);
    }

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="console">The console to write to.</param>
    /// <param name="stop">The request to end the run, with exit code 130.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ToolConsole console, StopRequest stop)
    {
        var common = new CommonSettings(stop);
        if (args.Count > 1 && args[0] == CompletionScripts.Ask && args[1] == "--")
        {
            foreach (var candidate in await CompletionCandidates.OfAsync(Create(console, common), [.. args.Skip(2)], stop.Now).ConfigureAwait(false))
                console.Out.WriteLine(candidate);
            return ExitCode.Done;
        }
        var joined = BadRowSettings.Join(args);
        var parsed = Create(console, common).Parse(joined, parsing);
        var verb = UsageErrors.Path(parsed.CommandResult);
        var isJson = args.TakeWhile(a => a != "--").Contains(common.Json.Name);
        // The last message of a run that has to be ended from outside.
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
            // The help and the version are texts, which are the only property of their object.
            var isText = isJson && !ReferenceEquals(parsed.Action, parsed.CommandResult.Command.Action);
            if (isText) streams.Output = new StringWriter();
            var code = await parsed.InvokeAsync(streams, stop.Now).ConfigureAwait(false);
            if (isText)
                JsonObject.Write(console, json => json.WriteString(parsed.Action is HelpAction ? "help" : "version", $"{streams.Output}".TrimEnd()));
            if (code == ExitCode.Done && console.LostOutput is { } loss && HasResult(parsed, isJson))
            {
                throw new FlowException(ErrorKind.Storage, "standard output", loss, "a stream that accepts the result",
                    "free space, or write elsewhere; the run itself is complete");
            }
            return code;
        }
        catch (Exception e)
        {
            return ErrorReport.Write(console, e, parsed.GetValue(common.Verbose), stop, verb, isJson);
        }
    }

    // Losing a summary is acceptable; losing requested output is an error: the JSON object, a description, a plan, the help.
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
