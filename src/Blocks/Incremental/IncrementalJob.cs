using Pipelines.Io;

namespace Pipelines.Blocks.Incremental;

/// <summary>The properties that stay the same from one incremental run to the next.</summary>
internal static class IncrementalJob
{
    /// <summary>A job without its inputs, version and processor: a state remains valid when these change.</summary>
    public static IReadOnlyList<JobProperty> Of(JobIdentity job) =>
        [
            .. job.Properties.Where(f => !f.Name.StartsWith(JobDescription.Input, StringComparison.Ordinal)
                && f.Name is not (JobDescription.VersionProperty or JobDescription.KernelProperty))];

    /// <summary>Version and processor: if these change, an unfinished run starts over.</summary>
    public static string Maker(JobIdentity job) =>
        string.Join(", ", job.Properties.Where(f => f.Name is JobDescription.VersionProperty or JobDescription.KernelProperty).Select(f => f.Value));
}
