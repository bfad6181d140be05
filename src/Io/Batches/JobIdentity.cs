namespace Pipelines.Io;

/// <summary>
/// The identity of a job: data, model, options, version. It is stored with all resumable output, so that no other job resumes from it.
/// It contains everything that determines the bits of the result and nothing else (not parallelism, memory or times).
/// </summary>
/// <param name="Properties">Names and values, in a fixed order; names are display texts (<c>batch size</c>, <c>input flights.parquet</c>).</param>
public sealed record JobIdentity(IReadOnlyList<JobProperty> Properties)
{
    /// <summary>
    /// The files that are read, in order, for manifests; each also has an entry in <see cref="Properties"/>. Empty (default) if no file is read.
    /// </summary>
    public IReadOnlyList<InputFile> Inputs { get; init; } = [];

    /// <summary>The first property in which an earlier job differs, as text; null if it is the same job.</summary>
    public string? DifferenceFrom(JobIdentity earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        foreach (var fact in Properties)
        {
            var before = earlier.Properties.FirstOrDefault(f => f.Name == fact.Name);
            if (before is null) return $"{fact.Name} is new ({fact.Value})";
            if (before.Value != fact.Value) return $"{fact.Name} was {before.Value} and is now {fact.Value}";
        }
        return earlier.Properties.FirstOrDefault(f => Properties.All(g => g.Name != f.Name)) is { } gone
            ? $"{gone.Name} was {gone.Value} and is no longer given"
            : null;
    }

    /// <inheritdoc/>
    public bool Equals(JobIdentity? other) => other is not null && Properties.SequenceEqual(other.Properties);

    /// <inheritdoc/>
    public override int GetHashCode() => Properties.Count;
}

/// <summary>One property of a job.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value as text.</param>
public sealed record JobProperty(string Name, string Value);
