using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests;

/// <summary>Test data: every kernel variant that this CPU runs. A test that takes a variant forces it.</summary>
internal static class KernelData
{
    public static TheoryData<KernelVariant> Variants => [.. KernelSelection.Supported];

    /// <summary>The variants that compute with scaled numbers; the scalar one takes logarithms all the way.</summary>
    public static TheoryData<KernelVariant> Scaled => [.. KernelSelection.Supported.Where(v => v != KernelVariant.Scalar)];

    public static TheoryData<string, KernelVariant> With(params string[] names)
    {
        var data = new TheoryData<string, KernelVariant>();
        foreach (var name in names)
            foreach (var variant in KernelSelection.Supported) data.Add(name, variant);
        return data;
    }
}
