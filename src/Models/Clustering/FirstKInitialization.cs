using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>Takes the first K rows unchanged.</summary>
internal sealed class FirstKInitialization : CentroidInitialization
{
    [ModuleInitializer]
    internal static void Register() => Add(new FirstKInitialization());

    public override string Name => "first-k";

    public override bool TakesFirstRows => true;

    public override bool IsRandom => false;

    protected override int[] Choose(FeatureSample sample, int clusters, SeededRandom random) => [.. Enumerable.Range(0, clusters)];
}
