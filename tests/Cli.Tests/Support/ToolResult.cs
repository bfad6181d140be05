namespace Pipelines.Cli.Tests;

/// <summary>What a run of the tool left: its exit code and what it wrote.</summary>
public sealed record ToolResult(int Code, string Out, string Error)
{
    /// <summary>The lines of the error stream that report an error or belong to it: all but progress and warnings.</summary>
    public string ErrorText =>
        string.Join('\n', Error.Split('\n').Select(l => l.TrimEnd('\r')).SkipWhile(l => !l.StartsWith("pipelines: error:", StringComparison.Ordinal)))
            .TrimEnd('\n');
}
