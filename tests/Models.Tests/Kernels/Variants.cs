using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Kernels;

/// <summary>What every kernel test runs over.</summary>
public static class Variants
{
    /// <summary>Every variant this CPU has, the scalar twin among them.</summary>
    public static TheoryData<KernelVariant> All => [.. KernelSelection.Supported];

    /// <summary>Around the multiples of vectors, of 16 and of a tile.</summary>
    internal static int[] RowCounts => [.. Enumerable.Range(1, 33), 255, 256, 257, 600];

    internal static int[] ComponentCounts => [1, 2, 3, 8, 17];
}
