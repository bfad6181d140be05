using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>A file of a source.</summary>
internal sealed record PlannedFile(string Path, string Name, FileFooter Footer)
{
    /// <summary>Keys of a file that is encrypted or has encrypted columns; null for other files or if no key was given.</summary>
    public DecryptionKeys? Keys { get; init; }

    /// <summary>The file's identity for jobs.</summary>
    public InputFile Identity => new(Path, Name, Footer.Identity.Bytes, Footer.Identity.Modified, Footer.Identity.FooterHash, Footer.Rows);

    /// <summary>Reads a file's footer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="engines">The engines that may decrypt it.</param>
    /// <param name="keys">Its keys, in case it is encrypted; null if there are none.</param>
    public static PlannedFile Load(string path, string name, IReadOnlyList<ParquetEngine> engines, DecryptionKeys? keys)
    {
        var isDecrypted = false;
        var footer = FooterFile.Load(path, name, keys is null ? null : () =>
        {
            isDecrypted = true;
            return EngineChoice.LoadEncrypted(engines, path, name, keys);
        });
        return new PlannedFile(path, name, footer) { Keys = isDecrypted ? keys : null };
    }

    /// <summary>Checks that the file is still the one whose footer was read.</summary>
    /// <exception cref="FlowException">The file was changed, replaced or removed.</exception>
    public void CheckUnchanged()
    {
        using var file = FooterFile.Open(Path);
        if (FooterFile.Change(file, Footer, Path) is { } change)
            throw new FlowException(ErrorKind.Storage, Name, change.Found, change.Expected,
                "do not change files while they are read: write new ones beside them, and run again");
    }
}

/// <summary>The opened files of a source, with their columns matched by name.</summary>
internal sealed class ParquetPlan
{
    private readonly Dictionary<string, string> obstacles = new(StringComparer.Ordinal);

    private ParquetPlan(PlannedFile[] files, IReadOnlyList<ParquetEngine> engines, ListColumns? lists, IReadOnlySet<string>? used,
        IReadOnlySet<string>? parts)
    {
        (Files, Engines, Lists) = (files, engines, lists);
        Columns = ColumnUnion.Of(files, engines);
        foreach (var column in Columns)
            if (column.Obstacle is { } obstacle && lists?.Names.Contains(column.Name) != true) obstacles[column.Name] = obstacle;
        Schema = new BatchSchema(Columns.Where(c => lists?.Names.Contains(c.Name) != true).Select(Read).OfType<ColumnField>());
        if (lists is not null) Schema = lists.Schema(files, Schema, engines);
        if (Schema.Fields.Count == 0)
        {
            var why = obstacles.Count == 0
                ? "no column"
                : $"no column that can be read: '{obstacles.First().Key}': "
                    + $"{obstacles.First().Value}{(obstacles.Count > 1 ? $", and {obstacles.Count - 1} more" : "")}";
            throw new FlowException(ErrorKind.Data, files[0].Name, why, "at least one column of numbers, booleans, texts or times",
                "rewrite the file with plain columns");
        }

        // Values that nobody looks at are read as they are stored, where all files store them alike, or as timestamps in other units.
        ColumnField? Read(ColumnUnion c) =>
            IsPassedOn(c) && (c is { Field: not null, Types.Count: 1 } or { Field.Storage: ParquetStorage { Kind: LogicalKind.Timestamp } })
                ? ValueTypes.AsStored(c.Field)
                : c.Field;

        bool IsPassedOn(ColumnUnion c) => parts?.Contains(c.Name) == true ? c.Field is { } field && StoredTimes.Has(field) : used?.Contains(c.Name) == false;
    }

    /// <summary>The files, in order.</summary>
    public PlannedFile[] Files { get; }

    /// <summary>The engines that may read them, in order.</summary>
    public IReadOnlyList<ParquetEngine> Engines { get; }

    /// <summary>The lists whose elements are read as rows; null if rows are read as they are.</summary>
    public ListColumns? Lists { get; }

    /// <summary>Every column that occurs in any file, across all files.</summary>
    public IReadOnlyList<ColumnUnion> Columns { get; }

    /// <summary>All columns that can be read: those of the first file, then those added by later files.</summary>
    public BatchSchema Schema { get; }

    /// <summary>Columns that cannot be read, and why.</summary>
    public IReadOnlyDictionary<string, string> Obstacles => obstacles;

    /// <summary>Total number of rows.</summary>
    public long Rows => Files.Sum(f => f.Footer.Rows);

    /// <summary>Matches the columns of the files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="engines">The engines that may read them.</param>
    /// <param name="lists">The lists whose elements are read as rows; null if rows are read as they are.</param>
    /// <param name="used">The columns whose values are used; all others are passed on as they are stored. Null = all are used.</param>
    /// <param name="parts">The columns of whose times only parts are used; null = none.</param>
    public static ParquetPlan Make(PlannedFile[] files, IReadOnlyList<ParquetEngine> engines, ListColumns? lists = null, IReadOnlySet<string>? used = null,
        IReadOnlySet<string>? parts = null) => new(files, engines, lists, used, parts);

    /// <summary>Finds the files and reads their footers.</summary>
    public static PlannedFile[] Find(IEnumerable<string> paths, IReadOnlyList<ParquetEngine> engines, DecryptionKeys? keys, CancellationToken cancellationToken)
    {
        var files = new List<PlannedFile>();
        foreach (var (path, name) in ParquetPaths.Resolve(paths))
        {
            cancellationToken.ThrowIfCancellationRequested();
            files.Add(PlannedFile.Load(path, name, engines, keys));
        }
        return [.. files];
    }

    /// <summary>Advances to the next non-empty row group, unless already at one; false if there is none.</summary>
    public bool Find(ref int file, ref int group)
    {
        for (; file < Files.Length; file++, group = 0)
        {
            var groups = Files[file].Footer.RowGroups;
            while (group < groups.Length && groups[group].Rows == 0) group++;
            if (group < groups.Length) return true;
        }
        return false;
    }

    /// <summary>A file's column as it is read; for a list read as rows, the column of its elements. Null if the file lacks it.</summary>
    public FileColumn? Column(PlannedFile file, string name) =>
        Lists?.Names.Contains(name) == true ? ListColumns.Find(file, name) : Array.Find(file.Footer.Columns, c => c.Name == name);

    /// <summary>The schema of the requested columns, in that order.</summary>
    /// <param name="names">The columns; null = all.</param>
    /// <exception cref="FlowException">There is no such column, or no type represents its types.</exception>
    public BatchSchema Project(IReadOnlyList<string>? names)
    {
        if (names?.FirstOrDefault(n => Schema.IndexOf(n) < 0 && obstacles.ContainsKey(n)) is { } name)
            throw new FlowException(ErrorKind.Data, $"{Files[0].Name}, column '{name}'", $"a column that cannot be read: {obstacles[name]}",
                "a plain column of numbers, booleans, texts or times", "leave the column out");
        var schema = Schema.Project(names, Files[0].Name);
        schema.CheckTypes();
        return schema;
    }
}
