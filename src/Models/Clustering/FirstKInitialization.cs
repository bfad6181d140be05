using System.Runtime.CompilerServices;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>Takes the first K rows unchanged.</summary>
public sealed class FirstKInitialization : CentroidInitialization
{
    [ModuleInitializer]
    internal static void Register() => Add(new FirstKInitialization());

    /// <inheritdoc/>
    public override string Name => "first-k";

    /// <inheritdoc/>
    public override bool TakesFirstRows => true;

    /// <inheritdoc/>
    public override bool IsRandom => false;

    /// <inheritdoc/>
    protected override int[] Choose(FeatureSample sample, int clusters, SeededRandom random) => [.. Enumerable.Range(0, clusters)];
}
