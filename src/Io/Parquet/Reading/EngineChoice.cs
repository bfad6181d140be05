using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Chooses the engine for a row group.</summary>
internal static class EngineChoice
{
    /// <summary>Why no engine can read a column of a file; null if every row group has an engine that can.</summary>
    public static string? Obstacle(IReadOnlyList<ParquetEngine> engines, PlannedFile file, FileColumn column)
    {
        for (var g = 0; g < file.Footer.RowGroups.Length; g++)
            foreach (var leaf in column.Leaves)
                if (Reasons(engines, file, g, leaf) is { } reasons) return reasons;
        return null;
    }

    /// <summary>
    /// Opens a row group with the first engine that can read all columns within the limits; if none stays within them, with the one that needs least memory.
    /// </summary>
    /// <exception cref="FlowException">The file has changed since it was planned, or no engine can read the columns; the message gives the reasons.</exception>
    public static IRowGroupReader Open(IReadOnlyList<ParquetEngine> engines, PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits)
    {
        file.CheckUnchanged();
        if (Array.Exists(columns, c => c.Nested is not null)) return new NestedReader(engines, file, group, columns, limits);
        return Choose(engines, file, group, columns, limits.HeldBytes).Open(file, group, columns, limits);
    }

    /// <summary>The first engine that can read all columns within the limit; if none stays within it, the one that needs least memory.</summary>
    /// <exception cref="FlowException">No engine can read the columns; the message gives each engine's reason.</exception>
    public static ParquetEngine Choose(IReadOnlyList<ParquetEngine> engines, PlannedFile file, int group, FileColumn[] columns, long heldBytes)
    {
        ParquetEngine? least = null;
        var leastBytes = long.MaxValue;
        foreach (var engine in engines.OrderBy(e => e.PreferenceFor(file, group, columns)))
        {
            if (Array.Exists(columns, c => Why(engine, file, group, c) is not null)) continue;
            var bytes = engine.HeldBytes(file, group, columns);
            if (bytes <= heldBytes) return engine;
            if (least is null || bytes < leastBytes) (least, leastBytes) = (engine, bytes);
        }
        if (least is not null) return least;
        var column = Array.Find(columns, c => Reasons(engines, file, group, c) is not null);
        throw new FlowException(ErrorKind.Data, $"{file.Name}, row group {group}{(column is null ? "" : $", {column.Place}")}",
            column is null ? "columns that no one engine can read together" : $"a column that cannot be read: {Reasons(engines, file, group, column)}",
            "a plain column of numbers, booleans, texts or times", "leave the column out");
    }

    /// <summary>Reads the footer of a file that is encrypted or has encrypted columns.</summary>
    /// <exception cref="FlowException">The keys are wrong, or no engine decrypts.</exception>
    public static FileFooter LoadEncrypted(IReadOnlyList<ParquetEngine> engines, string path, string name, DecryptionKeys keys)
    {
        foreach (var engine in engines)
            if (engine.IsAvailable && engine.LoadEncrypted(path, name, keys) is { } footer) return footer;
        var why = string.Join("; ", engines.Select(e => $"{e.Name} {e.Unavailable ?? "does not decrypt"}"));
        throw new FlowException(ErrorKind.Data, name, $"an encrypted file, which no engine can read ({why})",
            "a Parquet file without encryption, or an engine that decrypts", "choose another engine (ParquetSourceOptions.Engine), or decrypt it first");
    }

    // Checked in order of preference, so that the native library is loaded only if the built-in engine cannot read the file.
    private static string? Why(ParquetEngine engine, PlannedFile file, int group, FileColumn column) =>
        !engine.IsAvailable ? engine.Unavailable
        : column.Levels is not null && engine is not IListEngine ? "its elements are not read by this engine"
        : engine.Obstacle(file, group, column);

    // A single reason is given as it is; several are prefixed with the engines' names.
    private static string? Reasons(IReadOnlyList<ParquetEngine> engines, PlannedFile file, int group, FileColumn column)
    {
        var reasons = new List<(string Engine, string Why)>();
        foreach (var engine in engines)
        {
            if (Why(engine, file, group, column) is not { } why) return null;
            reasons.Add((engine.Name, why));
        }
        return reasons.Select(r => r.Why).Distinct().Count() == 1 ? reasons[0].Why : string.Join("; ", reasons.Select(r => $"{r.Engine}: {r.Why}"));
    }
}
