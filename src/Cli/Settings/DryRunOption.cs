using System.CommandLine;

namespace Pipelines.Cli.Settings;

/// <summary>The option <c>--dry-run</c>, which checks a run and shows what it would do.</summary>
internal static class DryRunOption
{
    /// <summary>Its name.</summary>
    public const string Name = "--dry-run";

    /// <summary>Creates the option.</summary>
    public static Option<bool> Create() => Setting.Flag(Name,
        "Check everything that can be checked without reading rows, show what the run would do (files, columns, passes, memory, output, and "
            + "how the data match the model), and stop. Nothing is written.");
}
