using Pipelines.Io;

namespace Pipelines.Blocks.Incremental;

/// <summary>What stays the same from one incremental run to the next.</summary>
internal static class IncrementalJob
{
    /// <summary>A job without its inputs, and without the version and the processor: a state outlives both.</summary>
    public static IReadOnlyList<JobProperty> Of(JobIdentity job) =>
        [
            .. job.Properties.Where(f => !f.Name.StartsWith(JobDescription.Input, StringComparison.Ordinal)
                && f.Name is not (JobDescription.VersionProperty or JobDescription.KernelProperty))];

    /// <summary>Version and processor: with others, what was begun is begun anew.</summary>
    public static string Maker(JobIdentity job) =>
        string.Join(", ", job.Properties.Where(f => f.Name is JobDescription.VersionProperty or JobDescription.KernelProperty).Select(f => f.Value));
}
