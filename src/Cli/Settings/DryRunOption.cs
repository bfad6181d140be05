using System.CommandLine;

namespace Pipelines.Cli.Settings;

/// <summary>The option to check a run and to show what it would do.</summary>
internal static class DryRunOption
{
    /// <summary>Its name.</summary>
    public const string Name = "--dry-run";

    /// <summary>Makes the option.</summary>
    public static Option<bool> Create() => new(Name)
    {
        Description = "Check everything that can be checked without reading rows, show what the run would do (files, columns, passes, memory, output, how the "
            + "data fit the model), and stop. Nothing is written.",
    };
}
