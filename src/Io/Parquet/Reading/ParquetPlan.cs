using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>A file of a source.</summary>
internal sealed record PlannedFile(string Path, string Name, FileFooter Footer)
{
    /// <summary>Keys of a file that is encrypted or has encrypted columns; null for others, and where no key was given.</summary>
    public DecryptionKeys? Keys { get; init; }

    /// <summary>The file as jobs know it.</summary>
    public InputFile Identity => new(Path, Name, Footer.Identity.Bytes, Footer.Identity.Modified, Footer.Identity.FooterHash, Footer.Rows);

    /// <summary>Reads a file's footer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="engines">The engines that may decrypt it.</param>
    /// <param name="keys">Its keys, should it be encrypted; null if there are none.</param>
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
    /// <exception cref="DataException">It was changed, replaced or removed.</exception>
    public void CheckUnchanged()
    {
        using var file = FooterFile.Open(Path);
        if (FooterFile.Change(file, Footer, Path) is { } change)
            throw new DataException(DataErrorKind.Storage, Name, change.Found, change.Expected, "do not change files while they are read: write new ones beside them, and run again");
    }
}

/// <summary>The files of a source, opened and checked: their columns agree.</summary>
internal sealed class ParquetPlan
{
    private readonly Dictionary<string, string> obstacles = new(StringComparer.Ordinal);

    private ParquetPlan(PlannedFile[] files, IReadOnlyList<ParquetEngine> engines, ListColumns? lists)
    {
        (Files, Engines, Lists) = (files, engines, lists);
        var first = files[0];
        foreach (var file in files)
        {
            foreach (var column in file.Footer.Columns)
                if ((column.Obstacle ?? EngineChoice.Obstacle(engines, file, column)) is { } obstacle) obstacles.TryAdd(column.Name, obstacle);
            if (file != first) Compare(first, file, lists);
        }
        Schema = new BatchSchema(first.Footer.Columns.Where(c => !obstacles.ContainsKey(c.Name) && !IsList(c, lists)).Select(c => Field(files, c)));
        if (lists is not null) Schema = lists.Schema(files, Schema, engines);
        if (Schema.Fields.Count == 0)
        {
            var why = obstacles.Count == 0 ? "no column" : "no column that can be read: " + string.Join("; ", obstacles.Select(o => $"'{o.Key}': {o.Value}"));
            throw new DataException(DataErrorKind.Data, first.Name, why, "at least one column of numbers, booleans, texts or times", "write the file anew with plain columns");
        }
    }

    /// <summary>The files, in order.</summary>
    public PlannedFile[] Files { get; }

    /// <summary>The engines that may read them, in order.</summary>
    public IReadOnlyList<ParquetEngine> Engines { get; }

    /// <summary>The lists whose elements are read as rows; null where rows are rows.</summary>
    public ListColumns? Lists { get; }

    /// <summary>All columns that can be read.</summary>
    public BatchSchema Schema { get; }

    /// <summary>Columns that cannot be read, and why.</summary>
    public IReadOnlyDictionary<string, string> Obstacles => obstacles;

    /// <summary>Number of rows of all files.</summary>
    public long Rows => Files.Sum(f => f.Footer.Rows);

    /// <summary>Checks files against one another.</summary>
    /// <param name="files">The files.</param>
    /// <param name="engines">The engines that may read them.</param>
    /// <param name="lists">The lists whose elements are read as rows; null where rows are rows.</param>
    public static ParquetPlan Make(PlannedFile[] files, IReadOnlyList<ParquetEngine> engines, ListColumns? lists = null) => new(files, engines, lists);

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

    /// <summary>Moves on to the next row group that has rows, if it is not at one; false if there is none.</summary>
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

    /// <summary>The schema of the columns that are asked for, in that order.</summary>
    public BatchSchema Project(IReadOnlyList<string>? names)
    {
        if (names?.FirstOrDefault(n => Schema.IndexOf(n) < 0 && obstacles.ContainsKey(n)) is { } name)
            throw new DataException(DataErrorKind.Data, $"{Files[0].Name}, column '{name}'", $"a column that cannot be read: {obstacles[name]}", "a plain column of numbers, booleans, texts or times", "leave the column out");
        return Schema.Project(names, Files[0].Name);
    }

    /// <summary>A file's column as it is read: of a list whose elements are rows, that of the elements.</summary>
    public FileColumn Column(PlannedFile file, string name) => Lists?.Names.Contains(name) == true ? ListColumns.Find(file, name) : Find(file, name);

    /// <summary>A file's columns, in the order of <paramref name="schema"/>.</summary>
    public static FileColumn[] Columns(PlannedFile file, BatchSchema schema) => [.. schema.Fields.Select(c => Find(file, c.Name))];

    private static ColumnField Field(PlannedFile[] files, FileColumn column)
    {
        var nested = column.Nested;
        if (nested is not null)
            foreach (var file in files) nested = nested.Union(Find(file, column.Name).Nested!)!;
        var field = nested is null ? column.Field! : column.Field! with { Storage = nested };
        return Array.Exists(files, f => Find(f, column.Name).Field!.IsNullable) ? field with { IsNullable = true } : field;
    }

    private static FileColumn Find(PlannedFile file, string name) => Array.Find(file.Footer.Columns, c => c.Name == name)!;

    // Lists whose elements are read as rows may be of different forms.
    private static bool IsList(FileColumn column, ListColumns? lists) => lists?.Names.Contains(column.Name) == true;

    private static void Compare(PlannedFile first, PlannedFile file, ListColumns? lists)
    {
        const string remedy = "read files of one kind at a time, or write them anew with the same columns";
        foreach (var column in file.Footer.Columns)
            if (!IsList(column, lists) && !Array.Exists(first.Footer.Columns, c => c.Name == column.Name))
                throw new DataException(DataErrorKind.Data, $"{file.Name}, column '{column.Name}'", $"a column that {first.Name} does not have", "the same columns in all files", remedy);
        foreach (var column in first.Footer.Columns.Where(c => !IsList(c, lists)))
        {
            if (Find(file, column.Name) is not { } other)
                throw new DataException(DataErrorKind.Data, $"{file.Name}, column '{column.Name}'", "no such column",
                    $"{column.StoredAs}, as in {first.Name}", remedy);
            if (column.Field is not null && other.Field is not null && !Agree(column, other))
                throw new DataException(DataErrorKind.Data, $"{file.Name}, column '{column.Name}'", other.StoredAs,
                    $"{column.StoredAs}, as in {first.Name}", remedy);
        }
    }

    // Where a type's storage says what its values can hold (digits, units), that must agree too: all are written back alike.
    internal static bool Agree(FileColumn a, FileColumn b)
    {
        if (a.Field!.ValueType != b.Field!.ValueType) return false;
        if (a.Nested is { } nested) return nested.Union(b.Nested!) is not null;
        var (s, t) = (a.Storage, b.Storage);
        return a.Field.ValueType == typeof(string) || (s.Kind, s.Unit, s.IsUtc, s.Precision, s.Scale, s.Length) == (t.Kind, t.Unit, t.IsUtc, t.Precision, t.Scale, t.Length);
    }
}
