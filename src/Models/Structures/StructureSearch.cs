using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>Placeholder until the searches are merged.</summary>
internal static class StructureSearch
{
    public static ValueTask<StructureResult> RunAsync(IDataPass pass, IReadOnlyList<int> sizes, StructureOptions options, int threads, long? maxBytes,
        IProgress<StructureProgress>? progress, CancellationToken cancellationToken) => throw new NotSupportedException();
}
