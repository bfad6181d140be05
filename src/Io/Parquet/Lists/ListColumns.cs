using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>The list columns whose elements are read as rows.</summary>
/// <param name="Names">Their names; the first one determines how many elements a row has.</param>
/// <param name="Key">Name of the column that numbers the lists.</param>
internal sealed record ListColumns(IReadOnlyList<string> Names, string Key)
{
    /// <summary>The lists selected by the options; null if none.</summary>
    public static ListColumns? Of(ParquetSourceOptions options) => options.Lists.Count == 0 ? null : new(options.Lists, options.ListKey);

    /// <summary>A list column of a file.</summary>
    public static FileColumn Find(PlannedFile file, string name) => Array.Find(file.Footer.Lists, l => l.Name == name)!;

    /// <summary>The columns of the resulting rows: the key, the plain columns, the elements.</summary>
    /// <param name="files">The files.</param>
    /// <param name="plain">The plain columns that can be read.</param>
    /// <param name="engines">The engines that may read them.</param>
    /// <exception cref="FlowException">A file lacks a list, a list cannot be read, or a plain column has the key's name.</exception>
    public BatchSchema Schema(PlannedFile[] files, BatchSchema plain, IReadOnlyList<ParquetEngine> engines)
    {
        if (Array.Exists(files, f => Array.Exists(f.Footer.Columns, c => c.Name == Key)))
            throw new FlowException(ErrorKind.Data, $"{files[0].Name}, column '{Key}'", "a column with the name of the list key",
                "another name", "give the key another name (ParquetSourceOptions.ListKey)");
        var elements = new List<ColumnField>();
        foreach (var name in Names)
        {
            foreach (var file in files) Check(file, files[0], name, engines);
            var field = Find(files[0], name).Field!;
            elements.Add(Array.Exists(files, f => Find(f, name).Field!.IsNullable) ? field with { IsNullable = true } : field);
        }
        return new BatchSchema([new ColumnField(Key, typeof(long), IsNullable: false), .. plain.Fields, .. elements]);
    }

    private static void Check(PlannedFile file, PlannedFile first, string name, IReadOnlyList<ParquetEngine> engines)
    {
        var place = $"{file.Name}, column '{name}'";
        if (Find(file, name) is not { } column)
        {
            var other = Array.Find(file.Footer.Columns, c => c.Name == name);
            var found = other is null ? "no such column" : other.Nested is null ? "a plain column" : "a map, a structure or a list of such";
            var others = file.Footer.Lists.Length == 0 ? "; the file has none" : "";
            throw new FlowException(ErrorKind.Data, place, found, $"a column of lists of numbers, booleans, texts or times{others}",
                NearestName.Remedy(name, file.Footer.Lists.Select(l => l.Name), "correct the name (ParquetSourceOptions.Lists)"));
        }
        var why = column.Obstacle ?? EngineChoice.Obstacle(engines, file, column);
        if (why is not null)
            throw new FlowException(ErrorKind.Data, place, $"lists that cannot be read: {why}", "lists of numbers, booleans, texts or times",
                "choose another engine (ParquetSourceOptions.Engine), or leave the column out");
        if (!ColumnUnion.Agree(Find(first, name).Field!, column.Field!))
            throw new FlowException(ErrorKind.Data, place, $"lists of {column.Storage}", $"lists of {Find(first, name).Storage}, as in {first.Name}",
                "read files of one kind at a time");
    }
}
