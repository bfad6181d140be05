using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>How Parquet is read.</summary>
public sealed record ParquetSourceOptions
{
    /// <summary>
    /// Name of the engine that decodes, one of <see cref="Engines"/>; null (default) = for each row group the first available one that can read it.
    /// </summary>
    public string? Engine { get; init; }

    /// <summary>Keys of encrypted files; null (default) = none. Files without encryption are read too.</summary>
    public DecryptionKeys? DecryptionKeys { get; init; }

    /// <summary>
    /// Columns of lists whose elements are read as rows: each row of a file is a list, its elements become rows, and its other columns are repeated beside
    /// them. The lists of one row are equally long; null lists count as empty, and empty ones give no row. Decoded by the built-in engine or by ParquetSharp.
    /// Empty (default) = rows are rows, and lists are left out.
    /// </summary>
    public IReadOnlyList<string> Lists { get; init; } = [];

    /// <summary>
    /// With <see cref="Lists"/>, name of the column that numbers the lists, from 0 over all files: the key of the sequences that they are. Default
    /// <c>sequence</c>.
    /// </summary>
    public string ListKey { get; init; } = "sequence";

    /// <summary>Names of all engines, also of those that cannot run here, in the order of the automatic choice.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. ParquetEngine.All.Select(e => e.Name)];

    /// <summary>Checks all options together.</summary>
    /// <exception cref="DataException">Some are wrong.</exception>
    public void Validate()
    {
        if (Lists.Distinct(StringComparer.Ordinal).Count() != Lists.Count || Lists.Contains(ListKey) || string.IsNullOrEmpty(ListKey))
            throw new DataException(DataErrorKind.Usage, "ParquetSourceOptions.Lists", $"the lists {string.Join(", ", Lists)} and the key '{ListKey}'",
                "each name once", "correct the names");
        if (Engine is null) return;
        var known = ParquetEngine.All.FirstOrDefault(e => e.Name == Engine);
        if (known is { IsAvailable: true }) return;
        var usable = ParquetEngine.All.Where(e => e.IsAvailable).Select(e => e.Name);
        throw new DataException(DataErrorKind.Usage, "ParquetSourceOptions.Engine", known is null ? $"'{Engine}'" : $"'{Engine}', which {known.Unavailable}",
            "the name of an engine that can run here", NearestName.Remedy(Engine, usable, "choose another engine, or none for the automatic choice"));
    }

    /// <summary>The engines that may be used, in order; whether they can run is asked when they are needed.</summary>
    internal IReadOnlyList<ParquetEngine> Allowed() => [.. ParquetEngine.All.Where(e => Engine is null || e.Name == Engine)];
}
