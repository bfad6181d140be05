[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pipelines.Docs.Tests;

/// <summary>A working folder that holds <c>flights.parquet</c> and <c>old.json</c>, as the README's readers have it; the tests of this assembly run one after another in it.</summary>
public sealed class FlightsFolder : IDisposable
{
    private readonly string before = Directory.GetCurrentDirectory();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipelines-docs-");

    public FlightsFolder()
    {
        File.Copy(Repository.File("examples", "FlightDelays", "flights-sample.parquet"), Path.Combine(folder.FullName, "flights.parquet"));
        File.Copy(Repository.File("tests", "golden", "pomegranate", "gmm_normal_1d", "model.json"), Path.Combine(folder.FullName, "old.json"));
        Directory.SetCurrentDirectory(folder.FullName);
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(before);
        folder.Delete(recursive: true);
    }
}
