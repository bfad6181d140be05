namespace Pipelines.Io;

/// <summary>
/// What makes a job this job: data, model, options, version. Kept with all that a run leaves to be resumed, so that no other job goes on from it.
/// Everything in it decides the result's bits; what does not (parallelism, memory, times) is not in it.
/// </summary>
/// <param name="Facts">Names and values, in a fixed order; names are words for people (<c>batch size</c>, <c>input flights.parquet</c>).</param>
public sealed record JobFacts(IReadOnlyList<JobFact> Facts)
{
    /// <summary>The files that are read, in order, for manifests; each has a fact of its own among <see cref="Facts"/>. Empty (default) where no file is read.</summary>
    public IReadOnlyList<InputFile> Inputs { get; init; } = [];

    /// <summary>The first fact in which an earlier job differs, in words; null if it is the same job.</summary>
    public string? DifferenceFrom(JobFacts earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        foreach (var fact in Facts)
        {
            var before = earlier.Facts.FirstOrDefault(f => f.Name == fact.Name);
            if (before is null) return $"{fact.Name} is new ({fact.Value})";
            if (before.Value != fact.Value) return $"{fact.Name} was {before.Value} and is now {fact.Value}";
        }
        return earlier.Facts.FirstOrDefault(f => Facts.All(g => g.Name != f.Name)) is { } gone ? $"{gone.Name} was {gone.Value} and is gone" : null;
    }

    /// <inheritdoc/>
    public bool Equals(JobFacts? other) => other is not null && Facts.SequenceEqual(other.Facts);

    /// <inheritdoc/>
    public override int GetHashCode() => Facts.Count;
}

/// <summary>One fact of a job.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">Its value as text.</param>
public sealed record JobFact(string Name, string Value);
