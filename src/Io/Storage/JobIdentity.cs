namespace Pipelines.Io;

/// <summary>
/// What makes a job this job: data, model, options, version. Kept with all that a run leaves to be resumed, so that no other job goes on from it.
/// Everything in it decides the result's bits; what does not (parallelism, memory, times) is not in it.
/// </summary>
/// <param name="Properties">Names and values, in a fixed order; names are words for people (<c>batch size</c>, <c>input flights.parquet</c>).</param>
public sealed record JobIdentity(IReadOnlyList<JobProperty> Properties)
{
    /// <summary>
    /// The files that are read, in order, for manifests; each has a fact of its own among <see cref="Properties"/>. Empty (default) where no file is read.
    /// </summary>
    public IReadOnlyList<InputFile> Inputs { get; init; } = [];

    /// <summary>The first fact in which an earlier job differs, in words; null if it is the same job.</summary>
    public string? DifferenceFrom(JobIdentity earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        foreach (var fact in Properties)
        {
            var before = earlier.Properties.FirstOrDefault(f => f.Name == fact.Name);
            if (before is null) return $"{fact.Name} is new ({fact.Value})";
            if (before.Value != fact.Value) return $"{fact.Name} was {before.Value} and is now {fact.Value}";
        }
        return earlier.Properties.FirstOrDefault(f => Properties.All(g => g.Name != f.Name)) is { } gone ? $"{gone.Name} was {gone.Value} and is gone" : null;
    }

    /// <inheritdoc/>
    public bool Equals(JobIdentity? other) => other is not null && Properties.SequenceEqual(other.Properties);

    /// <inheritdoc/>
    public override int GetHashCode() => Properties.Count;
}

/// <summary>One fact of a job.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">Its value as text.</param>
public sealed record JobProperty(string Name, string Value);
