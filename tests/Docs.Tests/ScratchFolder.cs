[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pipelines.Docs.Tests;

/// <summary>
/// The scratch folder that the README's tour sets up, in a copy of what it takes from the repository. It is the current folder until it is disposed; the tests
/// of this assembly run one after another.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly string before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo root = Clone();

    public ScratchFolder()
    {
        var scratch = root.CreateSubdirectory("scratch").FullName;
        File.Copy(Path.Combine(root.FullName, "examples", "FlightDelays", Sample), Path.Combine(scratch, Sample));
        File.Copy(Path.Combine(root.FullName, "examples", "Penguins", Penguins), Path.Combine(scratch, Penguins));
        Directory.SetCurrentDirectory(scratch);
    }

    /// <summary>The file that the tour copies.</summary>
    public static string Sample => "flights-sample.parquet";

    /// <summary>The file that the page on classifiers copies.</summary>
    public static string Penguins => "penguins.parquet";

    /// <summary>What the pages read of a clean clone, in a folder of its own.</summary>
    public static DirectoryInfo Clone()
    {
        var clone = Directory.CreateTempSubdirectory("pipelines-docs-");
        foreach (var path in (string[][])[["examples", "FlightDelays", Sample], ["examples", "Penguins", Penguins],
            ["tests", "golden", "pomegranate", "gmm_normal_1d", "model.json"]])
        {
            var copy = Path.Combine([clone.FullName, .. path]);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Repository.File(path), copy);
        }
        return clone;
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(before);
        root.Delete(recursive: true);
    }
}
