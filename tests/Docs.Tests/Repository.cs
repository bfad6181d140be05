namespace Pipelines.Docs.Tests;

/// <summary>Where the repository is.</summary>
internal static class Repository
{
    /// <summary>Full path of a file of the repository.</summary>
    public static string File(params string[] path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Pipelines.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"no Pipelines.sln above {AppContext.BaseDirectory}");
        return Path.Combine([folder.FullName, .. path]);
    }
}
