using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Centroids.</summary>
internal sealed class KmeansClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new KmeansClass());

    public override string Name => "Kmeans";

    public override bool IsDistribution => false;

    public override IReadOnlyList<Type> Models => [typeof(KMeans)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var centroids = json["centroids"].Matrix();
        var k = json.Optional("k") is { } count ? count.Number() : centroids.GetLength(0);
        if (k != centroids.GetLength(0)) throw json["k"].Bad(json["k"].Shown(), $"{centroids.GetLength(0)}, the number of centroids");
        reading.AreNumbers(first, centroids.GetLength(1));
        return new KMeans(centroids);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var clusters = (KMeans)model;
        return [("k", clusters.Clusters), ("centroids",
            Enumerable.Range(0, clusters.Clusters).Select(k => (object)PomegranateWriting.List(clusters.Centroid(k))).ToArray())];
    }
}
