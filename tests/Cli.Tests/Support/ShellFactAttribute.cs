namespace Pipelines.Cli.Tests;

/// <summary>A test that needs a shell, and is shown as skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShellFactAttribute : FactAttribute
{
    /// <summary>Looks for the shell.</summary>
    /// <param name="shell">Its name on the path.</param>
    public ShellFactAttribute(string shell)
    {
        Shell = shell;
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!Array.Exists(path, p => File.Exists(Path.Combine(p, shell)))) Skip = $"{shell} is not installed";
    }

    /// <summary>Its name on the path.</summary>
    public string Shell { get; }
}
