using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>How Parquet is read.</summary>
public sealed record ParquetSourceOptions
{
    /// <summary>Name of the engine that decodes, one of <see cref="Engines"/>; null (default) = for each row group the first available one that can read it.</summary>
    public string? Engine { get; init; }

    /// <summary>Names of the engines that can run here, in the order of the automatic choice.</summary>
    public static IReadOnlyList<string> Engines { get; } = [.. ParquetEngine.All.Where(e => e.IsAvailable).Select(e => e.Name)];

    /// <summary>Checks all options together.</summary>
    /// <exception cref="DataException">Some are wrong.</exception>
    public void Validate()
    {
        if (Engine is null || Engines.Contains(Engine)) return;
        var why = ParquetEngine.All.Any(e => e.Name == Engine) ? " that cannot run here: its native library is missing" : "";
        throw new DataException(DataErrorKind.Usage, "Parquet source options", $"the engine '{Engine}'{why}", $"one of {string.Join(", ", Engines)}", "choose another engine, or none for the automatic choice");
    }

    /// <summary>The engines that may be used, in order.</summary>
    internal IReadOnlyList<ParquetEngine> Allowed() => [.. ParquetEngine.All.Where(e => e.IsAvailable && (Engine is null || e.Name == Engine))];
}
