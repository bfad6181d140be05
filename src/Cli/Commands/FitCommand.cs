using System.CommandLine;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit KIND …</c></summary>
internal sealed class FitCommand : Verb
{
    protected override int Order => 1;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new Command("fit", "Fits a model to the columns of Parquet data and saves it.");
        foreach (var kind in FitKind.All) command.Add(kind.Create(console, common));
        return command;
    }
}
