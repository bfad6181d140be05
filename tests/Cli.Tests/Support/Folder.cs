namespace Pipelines.Cli.Tests;

/// <summary>A private folder that is gone at the end.</summary>
public sealed class Folder : IDisposable
{
    public Folder() => Root = Directory.CreateTempSubdirectory("pipelines-cli-").FullName;

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <summary>Full path of a file in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Names of everything in it, hidden or not.</summary>
    public IEnumerable<string> Names => Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(Root, p))
        .Order(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
