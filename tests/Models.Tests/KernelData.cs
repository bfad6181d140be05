using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests;

/// <summary>Test data: every kernel variant that this CPU runs. A test that takes a variant forces it.</summary>
internal static class KernelData
{
    public static TheoryData<KernelVariant> Variants => [.. KernelSelection.Supported];

    public static TheoryData<string, KernelVariant> With(params string[] names)
    {
        var data = new TheoryData<string, KernelVariant>();
        foreach (var name in names)
            foreach (var variant in KernelSelection.Supported) data.Add(name, variant);
        return data;
    }
}
