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

    /// <summary>The first property in which a job differs from an earlier one, as text; null if there is none.</summary>
    /// <param name="job">The job.</param>
    /// <param name="earlier">The earlier job.</param>
    /// <param name="ofModel">True: only what belongs to the model of a score is compared; false: only the rest.</param>
    public static string? Difference(IReadOnlyList<JobProperty> job, IReadOnlyList<JobProperty> earlier, bool ofModel)
    {
        return Part(job).DifferenceFrom(Part(earlier));

        JobIdentity Part(IReadOnlyList<JobProperty> all) => new([.. all.Where(p => JobDescription.OfModel.Contains(p.Name) == ofModel)]);
    }

    /// <summary>Number of a score's model among others, from 1; one more than there are for a new one.</summary>
    public static int Number(IReadOnlyList<UsedModel> models, IReadOnlyList<JobProperty> job)
    {
        var fingerprint = ModelOf(job, 1).Fingerprint;
        return models.TakeWhile(m => m.Fingerprint != fingerprint).Count() + 1;
    }

    /// <summary>The model of a score.</summary>
    public static UsedModel ModelOf(IReadOnlyList<JobProperty> job, int firstRun) =>
        new(job.FirstOrDefault(p => p.Name == JobDescription.ModelProperty)?.Value ?? "", firstRun);

    /// <summary>Version and processor: if these change, an unfinished run starts over.</summary>
    public static string Maker(JobIdentity job) =>
        string.Join(", ", job.Properties.Where(f => f.Name is JobDescription.VersionProperty or JobDescription.KernelProperty).Select(f => f.Value));
}
