using System.Runtime.CompilerServices;

namespace Pipelines.Models.Tests.Networks;

/// <summary>Well-known networks and exact answers about them (see ../shared/networks/README.md), which lie beside the repository.</summary>
internal static class SharedNetworks
{
    /// <summary>The networks' names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["alarm", "asia", "child", "hailfinder", "munin1", "pigs", "sachs", "survey"];

    /// <summary>Where the files are; null if they are not there.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>The path of a file.</summary>
    public static string File(string name) => Path.Combine(Folder!, name);

    /// <summary>Reads a network.</summary>
    public static BayesianNetwork Read(string name) => (BayesianNetwork)SavedModel.Load(File(name + ".bif")).Model;

    private static string? Find([CallerFilePath] string here = "")
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "..", "shared", "networks"));
        return Directory.Exists(folder) ? folder : null;
    }
}

/// <summary>A test that needs the shared networks.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedNetworksTheoryAttribute : TheoryAttribute
{
    public SharedNetworksTheoryAttribute() => Skip = Requirement.Skip(SharedNetworks.Folder is not null, "needs ../shared/networks");
}
