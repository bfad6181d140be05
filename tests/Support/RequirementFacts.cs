namespace Pipelines.Testing;

/// <summary>
/// Tests that not every machine can run. Where a requirement is missing they are skipped with the reason, never passed. A requirement that can be installed
/// is demanded where the environment variable CI is true, as in <c>.ci/run</c>: the test then runs there, and fails without it.
/// </summary>
internal static class Requirement
{
    /// <summary>The reason to skip a test; null to run it.</summary>
    /// <param name="isMet">Whether the machine has what the test needs.</param>
    /// <param name="reason">What is missing.</param>
    /// <param name="canBeInstalled">True for tools and libraries; false for the operating system.</param>
    public static string? Skip(bool isMet, string reason, bool canBeInstalled = false) =>
        isMet || (canBeInstalled && Environment.GetEnvironmentVariable("CI") == "true") ? null : reason;
}

/// <summary>A test that needs Linux or macOS: signals, symbolic links, file modes, named pipes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = Requirement.Skip(!OperatingSystem.IsWindows(), "needs Linux or macOS");
}

/// <inheritdoc cref="UnixFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = Requirement.Skip(!OperatingSystem.IsWindows(), "needs Linux or macOS");
}

/// <summary>A test that needs Linux: /proc, /dev/full, limits on the size of files.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = Requirement.Skip(OperatingSystem.IsLinux(), "needs Linux");
}

/// <inheritdoc cref="LinuxFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = Requirement.Skip(OperatingSystem.IsLinux(), "needs Linux");
}
