using System.Diagnostics;

namespace Pipelines.Cli.Tests;

/// <summary>The permissions of files do not hold for root, unless it gives up the right to pass over them.</summary>
internal static class Permission
{
    private const string Rights = "-dac_override,-dac_read_search";

    /// <summary>True if they hold for a process after <see cref="Drop"/>.</summary>
    public static bool CanHold => !OperatingSystem.IsWindows() && (!Environment.IsPrivilegedProcess || File.Exists("/usr/bin/setpriv"));

    /// <summary>Makes them hold for a process that root starts.</summary>
    public static void Drop(ProcessStartInfo start)
    {
        if (!Environment.IsPrivilegedProcess) return;
        foreach (var arg in (string[])[start.FileName, $"--inh-caps={Rights}", $"--bounding-set={Rights}"]) start.ArgumentList.Insert(0, arg);
        start.FileName = "/usr/bin/setpriv";
    }
}

/// <summary>A test that needs the permissions of files to hold.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PermissionTheoryAttribute : TheoryAttribute
{
    public PermissionTheoryAttribute() =>
        Skip = Requirement.Skip(Permission.CanHold, "needs Linux or macOS, and as root setpriv", canBeInstalled: !OperatingSystem.IsWindows());
}
