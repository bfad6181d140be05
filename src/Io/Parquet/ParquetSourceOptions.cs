using Pipelines.Io.Reading;

namespace Pipelines;

/// <summary>Options for reading Parquet.</summary>
public sealed record ParquetSourceOptions
{
    /// <summary>
    /// Name of the decoding engine, one of <see cref="Engines"/>; null (default) = for each row group, the first available engine that can read it.
    /// </summary>
    public string? Engine { get; init; }

    /// <summary>Keys of encrypted files; null (default) = none. Unencrypted files are read too.</summary>
    public DecryptionKeys? DecryptionKeys { get; init; }

    /// <summary>
    /// List columns whose elements are read as rows: each element of a row's list becomes a row, with the row's other columns repeated.
    /// The lists of a row must have equal lengths; null lists count as empty, and empty lists produce no rows. Decoded by the built-in engine or ParquetSharp.
    /// Empty (default) = rows are read as they are, and lists are only passed through.
    /// </summary>
    public IReadOnlyList<string> Lists { get; init; } = [];

    /// <summary>
    /// With <see cref="Lists"/>, name of the column that numbers the lists, from 0 across all files; it is their sequence key. Default
    /// <c>sequence</c>.
    /// </summary>
    public string ListKey { get; init; } = "sequence";

    /// <summary>Names of all engines, including those that cannot run here, in the order of automatic selection.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. ParquetEngine.All.Select(e => e.Name)];

    /// <summary>Validates all options.</summary>
    /// <exception cref="FlowException">An option is invalid.</exception>
    public void Validate()
    {
        if (Lists.Distinct(StringComparer.Ordinal).Count() != Lists.Count || Lists.Contains(ListKey) || string.IsNullOrEmpty(ListKey))
            throw new FlowException(ErrorKind.Usage, "ParquetSourceOptions.Lists", $"the lists {string.Join(", ", Lists)} and the key '{ListKey}'",
                "each name once", "correct the names");
        if (Engine is null) return;
        var known = ParquetEngine.All.FirstOrDefault(e => e.Name == Engine);
        if (known is { IsAvailable: true }) return;
        var usable = ParquetEngine.All.Where(e => e.IsAvailable).Select(e => e.Name);
        throw new FlowException(ErrorKind.Usage, "ParquetSourceOptions.Engine", known is null ? $"'{Engine}'" : $"'{Engine}', which {known.Unavailable}",
            "the name of an engine that can run here", NearestName.Remedy(Engine, usable, "choose another engine, or none for the automatic choice"));
    }

    /// <summary>The engines that may be used, in order; whether they can run is checked when they are needed.</summary>
    internal IReadOnlyList<ParquetEngine> Allowed() => [.. ParquetEngine.All.Where(e => Engine is null || e.Name == Engine)];
}
