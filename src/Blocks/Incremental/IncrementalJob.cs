using Pipelines.Io;

namespace Pipelines.Blocks.Incremental;

/// <summary>What stays the same from one incremental run to the next.</summary>
internal static class IncrementalJob
{
    /// <summary>A job without its inputs, and without the version and the processor: a state outlives both.</summary>
    public static IReadOnlyList<JobFact> Of(JobFacts job) =>
        [.. job.Facts.Where(f => !f.Name.StartsWith(JobDescription.Input, StringComparison.Ordinal) && f.Name is not (JobDescription.VersionFact or JobDescription.KernelFact))];

    /// <summary>Version and processor: with others, what was begun is begun anew.</summary>
    public static string Maker(JobFacts job) => string.Join(", ", job.Facts.Where(f => f.Name is JobDescription.VersionFact or JobDescription.KernelFact).Select(f => f.Value));
}
