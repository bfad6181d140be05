using System.CommandLine;

namespace Pipelines.Cli.Settings;

/// <summary>The option <c>--force</c>, which replaces files of other kinds.</summary>
internal static class ForceOption
{
    /// <summary>Creates the option.</summary>
    /// <param name="replaced">What is replaced without this option, such as <c>a Pipelines model</c>.</param>
    /// <param name="canBeFolder">True if the output may be a folder.</param>
    /// <param name="anyName">True if the option also accepts output names with the extension of another format.</param>
    public static Option<bool> Create(string replaced, bool canBeFolder = false, bool anyName = true) => Setting.Flag("--force",
        $"Replace an existing file of any kind{(anyName ? ", and accept an output name with any extension" : "")}."
            + $"{(canBeFolder ? " A folder is never replaced." : "")} [default: only {replaced} or an empty file is replaced]");
}
