using System.CommandLine;

namespace Pipelines.Cli.Settings;

/// <summary>The option to replace files of other kinds.</summary>
internal static class ForceOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="replaced">What is replaced without it, in words, such as <c>a Pipelines model</c>.</param>
    /// <param name="canBeFolder">True: the output may be a folder.</param>
    public static Option<bool> Create(string replaced, bool canBeFolder = false) => new("--force")
    {
        Description = $"Replace an existing file of any kind, and take a name with the ending of another kind of file. [default: only {replaced} or an empty "
            + "file is replaced]"
            + (canBeFolder ? " A folder is never replaced." : ""),
    };
}
