using System.CommandLine;

namespace Pipelines.Cli.Settings;

/// <summary>The argument for the paths to read.</summary>
internal static class InputArgument
{
    /// <summary>One or more files, folders or globs.</summary>
    public static Argument<string[]> Create() => new("INPUT")
    {
        Description = "One or more Parquet files, folders or globs.",
        Arity = ArgumentArity.OneOrMore,
    };
}
