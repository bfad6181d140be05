using System.CommandLine;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines completion SHELL</c></summary>
internal sealed class CompletionCommand : Verb
{
    protected override int Order => 8;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new Command("completion",
            "Prints a script with which a shell completes verbs, options, their values, column names of the input, and files.");
        foreach (var (shell, install, script) in CompletionScripts.All)
        {
            var one = new CheckedCommand(shell, $"Prints the script for {shell}. To install it: {install}") { IsDescribing = true };
            one.Rules.Add(common.Check);
            one.SetAction(parsed =>
            {
                if (parsed.GetValue(common.Json)) Reporting.JsonObject.Write(console, json => json.WriteString("script", script));
                else
                    foreach (var line in script.Split('\n')) console.Out.WriteLine(line.TrimEnd('\r'));
                return ExitCode.Done;
            });
            command.Add(one);
        }
        return command;
    }
}
