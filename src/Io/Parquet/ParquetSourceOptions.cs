using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>How Parquet is read.</summary>
public sealed record ParquetSourceOptions
{
    /// <summary>Name of the engine that decodes, one of <see cref="Engines"/>; null (default) = for each row group the first available one that can read it.</summary>
    public string? Engine { get; init; }

    /// <summary>Keys of encrypted files; null (default) = none. Files without encryption are read too.</summary>
    public DecryptionKeys? DecryptionKeys { get; init; }

    /// <summary>Names of all engines, also of those that cannot run here, in the order of the automatic choice.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. ParquetEngine.All.Select(e => e.Name)];

    /// <summary>Checks all options together.</summary>
    /// <exception cref="DataException">Some are wrong.</exception>
    public void Validate()
    {
        if (Engine is null) return;
        var known = ParquetEngine.All.FirstOrDefault(e => e.Name == Engine);
        if (known is { IsAvailable: true }) return;
        var usable = ParquetEngine.All.Where(e => e.IsAvailable).Select(e => e.Name);
        throw new DataException(DataErrorKind.Usage, "Parquet source options", known is null ? $"the engine '{Engine}'" : $"the engine '{Engine}', which {known.Unavailable}",
            $"one of {string.Join(", ", usable)}", "choose another engine, or none for the automatic choice");
    }

    /// <summary>The engines that may be used, in order; whether they can run is asked when they are needed.</summary>
    internal IReadOnlyList<ParquetEngine> Allowed() => [.. ParquetEngine.All.Where(e => Engine is null || e.Name == Engine)];
}
