using Pipelines.Cli.Terminal;
using Pipelines.Io.Reading;

namespace Pipelines.Cli.Commands;

/// <summary>Warns about inputs that are probably not what the user meant.</summary>
internal static class InputCheck
{
    private const int MostShown = 3;

    /// <summary>Warns about files that several inputs name, as each file is read once.</summary>
    /// <exception cref="FlowException">An input does not exist.</exception>
    public static void Repeated(ToolConsole console, IReadOnlyList<string> inputs)
    {
        if (ParquetPaths.Repeated(inputs) is not { Count: > 0 } files) return;
        var shown = string.Join(", ", files.Take(MostShown)) + (files.Count > MostShown ? $" and {files.Count - MostShown} more" : "");
        console.Warn($"{shown}: given more than once, read once");
    }
}
