namespace Pipelines.Io.Tests;

/// <summary>A folder that is gone after the test.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pipelines-io-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string[] Entries => [.. Directory.EnumerateFileSystemEntries(Path, "*",
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
