using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>
/// A column across all files of a source, matched by name: where it is absent, how it is stored, and the type that represents the values of all files.
/// </summary>
/// <param name="Name">Its name.</param>
internal sealed record ColumnUnion(string Name)
{
    private const int MostFiles = 2;

    /// <summary>The column as it is read; null if it cannot be read.</summary>
    public ColumnField? Field { get; private init; }

    /// <summary>Why it cannot be read; null if it can.</summary>
    public string? Obstacle { get; private init; }

    /// <summary>Files that lack it, in order. Files without rows are not included unless no file has rows.</summary>
    public IReadOnlyList<string> AbsentFrom { get; private init; } = [];

    /// <summary>The distinct ways in which it is stored, each with the first file that uses it.</summary>
    public IReadOnlyList<(string Stored, string File)> Types { get; private init; } = [];

    /// <summary>True if no type represents the values of all files as they are.</summary>
    public bool IsInConflict { get; private init; }

    /// <summary>True if it is numeric in every file. If the types conflict, it is read as doubles, which a feature is anyway.</summary>
    public bool AreNumbers { get; private init; }

    /// <summary>True if it is numeric in some file.</summary>
    public bool HasNumbers { get; private init; }

    /// <summary>True if the types conflict and the values are written as text.</summary>
    public bool IsText => IsInConflict && !AreNumbers && !IsRefused;

    /// <summary>True if the types conflict and the values cannot be written as text: lists, maps, structures and binary values.</summary>
    public bool IsRefused { get; private init; }

    /// <summary>True if a file lacks the column or stores it differently.</summary>
    public bool IsUneven => AbsentFrom.Count > 0 || Types.Count > 1;

    /// <summary>How the files differ and how that is handled, as text; null if they do not differ.</summary>
    public string? Difference
    {
        get
        {
            if (!IsUneven) return null;
            var types = Types.Count < 2 ? "" : string.Join(", ", Types.Select(t => $"{t.Stored} in {t.File}"))
                + (IsRefused ? ", which no type holds"
                    : IsText ? ", written as text"
                    : IsInConflict ? ", written as double, if it holds every number exactly"
                    : $", read as {(Field is null ? "" : TypeNames.Of(Field.ValueType))}");
            var absent =
                AbsentFrom.Count == 0
                    ? ""
                    : $"absent from {string.Join(", ", AbsentFrom.Take(MostFiles))}{(AbsentFrom.Count > MostFiles
                        ? $" and {AbsentFrom.Count - MostFiles} more"
                        : "")}, null there";
            return string.Join("; ", new[] { types, absent }.Where(t => t.Length > 0));
        }
    }

    /// <summary>What the user should know about the values that are written; null if they are written as they are.</summary>
    public string? Warning => !IsText ? null : ErrorText.Shortened(
        $"column '{Name}' is written as text, because its types differ: {string.Join(", ", Types.Take(MostFiles).Select(t => $"{t.Stored} in {t.File}"))}"
            + (Types.Count > MostFiles ? $" and {Types.Count - MostFiles} more" : ""), ErrorText.MostCharacters);

    /// <summary>Throws if a file lacks a column that every file must have.</summary>
    /// <param name="role">What it is for: "feature".</param>
    /// <exception cref="FlowException">A file lacks it.</exception>
    public void CheckEverywhere(string role)
    {
        if (AbsentFrom.Count > 0)
            throw new FlowException(ErrorKind.Data, AbsentFrom[0], $"no column '{Name}'", $"the {role} '{Name}', as in {Types[0].File}",
                $"leave the file out, or name a column that every file has");
    }

    /// <summary>Throws if no common type represents the column's types.</summary>
    /// <param name="option">The option that leaves columns out.</param>
    /// <exception cref="FlowException">There is no such type.</exception>
    public void CheckType(string option = "ScoreOptions.Keep")
    {
        if (IsInConflict)
            throw new FlowException(ErrorKind.Data, $"{Types[1].File}, column '{Name}'", Types[1].Stored, $"{Types[0].Stored}, as in {Types[0].File}",
                $"leave the column out ({option}), or rewrite the files with one type");
    }

    /// <summary>The distinct columns of the files: those of the first file in its order, then those added by later files.</summary>
    /// <param name="files">The files, in order; at least one.</param>
    /// <param name="engines">The engines that may read them.</param>
    public static IReadOnlyList<ColumnUnion> Of(IReadOnlyList<PlannedFile> files, IReadOnlyList<ParquetEngine> engines)
    {
        var found = new OrderedDictionary<string, List<Place>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var column in file.Footer.Columns) Add(column.Name, new Place(file, column));
        }
        // A file without rows has no values to lose, whatever its columns.
        var filled = files.Where(f => f.Footer.Rows > 0).ToList();
        return [.. found.Select(f => Unite(f.Key, f.Value, filled.Count > 0 ? filled : files, engines))];

        void Add(string name, Place place)
        {
            if (!found.TryGetValue(name, out var places)) found.Add(name, places = []);
            if (places.Count == 0 || !ReferenceEquals(places[^1].File, place.File)) places.Add(place);
        }
    }

    /// <summary>True if two columns have the same value type, precision and units: they are written back identically.</summary>
    public static bool Agree(ColumnField a, ColumnField b)
    {
        if (a.ValueType != b.ValueType) return false;
        if (a.ValueType == typeof(string) || a.IsInteger || a.Storage is not ParquetStorage s || b.Storage is not ParquetStorage t) return true;
        return (s.Kind, s.Unit, s.IsUtc, s.Precision, s.Scale, s.Length) == (t.Kind, t.Unit, t.IsUtc, t.Precision, t.Scale, t.Length);
    }

    /// <summary>True if the column's type allows only nulls: it is compatible with any other.</summary>
    public static bool IsNothing(FileColumn column) => column.Nested is null && column.Storage.Kind == LogicalKind.Unknown;

    // The field that represents the values of both columns exactly; null if there is none. The storage is taken from the first.
    private static ColumnField? Unite(ColumnField? a, ColumnField? b)
    {
        if (a is null || b is null) return null;
        // Nested columns may differ only in which fields are optional.
        if (a.Storage is NestedSchema nested && b.Storage is NestedSchema other) return nested.Union(other) is { } both ? a with { Storage = both } : null;
        return Agree(a, b) ? a : NumericUnion.Of(a, b) ?? FinerTime(a, b);
    }

    // Timestamps that differ only in their unit.
    private static ColumnField? FinerTime(ColumnField a, ColumnField b) =>
        a.Storage is ParquetStorage { Kind: LogicalKind.Timestamp } s && b.Storage is ParquetStorage { Kind: LogicalKind.Timestamp } t && s.IsUtc == t.IsUtc
            ? s.Unit > t.Unit ? a : b
            : null;

    private static ColumnUnion Unite(string name, List<Place> all, IReadOnlyList<PlannedFile> filled, IReadOnlyList<ParquetEngine> engines)
    {
        var counted = all.Exists(p => p.File.Footer.Rows > 0) ? all.FindAll(p => p.File.Footer.Rows > 0) : all;
        string[] absent = [];
        if (counted.Count < filled.Count)
        {
            var having = counted.Select(p => p.File).ToHashSet(ReferenceEqualityComparer.Instance);
            absent = [.. filled.Where(f => !having.Contains(f)).Select(f => f.Name)];
        }
        if (counted.Exists(p => !p.IsNothing)) counted = counted.FindAll(p => !p.IsNothing);
        var union = new ColumnUnion(name)
        {
            AbsentFrom = absent,
            Types = [.. counted.Select(p => (p.Column.StoredAs, p.File.Name)).DistinctBy(t => t.Item1)],
            Obstacle = all.Select(p => p.Column.Obstacle ?? EngineChoice.Obstacle(engines, p.File, p.Column)).FirstOrDefault(o => o is not null),
        };
        if (union.Obstacle is not null) return union;
        var fields = counted.ConvertAll(p => p.Column.Field);
        var field = fields.Aggregate(Unite);
        union = union with
        {
            IsInConflict = field is null,
            AreNumbers = fields.TrueForAll(f => f?.IsNumeric == true),
            HasNumbers = fields.Exists(f => f?.IsNumeric == true),
            IsRefused = field is null && fields.Exists(f => f is null || f.IsNested || f.ValueType == typeof(byte[])),
        };
        if (field is null)
        {
            var first = fields.Find(f => f is not null)!;
            field = first with { ValueType = union.AreNumbers ? typeof(double) : union.IsRefused ? first.ValueType : typeof(string), Storage = null };
        }
        field = field with { IsNullable = absent.Length > 0 || all.Exists(p => p.Column.Field?.IsNullable != false) };
        union = union with { Field = field };
        return union.IsUneven ? union with { Field = field with { Union = union } } : union;
    }

    /// <summary>A column in a file.</summary>
    private readonly record struct Place(PlannedFile File, FileColumn Column)
    {
        public bool IsNothing => ColumnUnion.IsNothing(Column);
    }
}
