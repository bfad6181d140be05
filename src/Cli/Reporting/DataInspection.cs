using System.Text.Json;
using Pipelines.Cli.Terminal;
using Pipelines.Io;

namespace Pipelines.Cli.Reporting;

/// <summary>The description of Parquet files.</summary>
/// <param name="Files">One or more.</param>
/// <param name="Columns">The columns of all files together.</param>
internal sealed record DataInspection(IReadOnlyList<ParquetInspection> Files, IReadOnlyList<ColumnUnion> Columns) : IInspection
{
    public void WriteText(TextWriter target)
    {
        foreach (var file in Files)
        {
            target.WriteLine($"{file.Name}: Parquet, {Figures.Number(file.Rows, "row")}, {Count(file.Columns.Count, "column")}, "
                + $"{Count(file.RowGroups.Count, "row group")}, {Figures.Bytes(file.Bytes)}");
            target.WriteLine($"written by {(file.CreatedBy.Length > 0 ? file.CreatedBy : "an unknown program")}");
            target.WriteLine($"memory to read it: at least {Figures.Bytes(file.MemoryBytes)} (a batch of {Figures.Count(ParquetInspection.BatchRows)} rows, "
                + $"decoded; larger row groups are read in slices{(file.Columns.Any(c => c.Elements is not null) ? "; lists beside it" : "")})");
            target.WriteLine();
            TextTable.Write(target, ["column", "type", "nulls", "minimum", "maximum", "stored as", ""], file.Columns.Select(c => (string[])
                [c.Name, c.ValueType is { } type ? TypeNames.Of(type) : "-", .. ColumnFacts.Of(c, file.Rows).Cells(c.IsNullable),
                    c.Elements is { } elements ? $"{c.StoredAs}, {Figures.Number(elements, "element")}" : c.StoredAs,
                    c.Obstacle is null ? "" : $"{(c.IsPassedOn ? "only passed on" : "cannot be read")}: {OptionNames.AsTyped(c.Obstacle)}"]));
            target.WriteLine();
            TextTable.Write(target, ["row group", "rows", "in the file", "decoded", "codecs"],
                file.RowGroups.Select((g, i) => new[] { Figures.Count(i), Figures.Count(g.Rows), Figures.Bytes(g.CompressedBytes),
                    Figures.Bytes(g.DecodedBytes), g.Codecs }), numeric: 4);
            if (Files.Count > 1) target.WriteLine();
        }
        if (Files.Count == 1) return;
        var differing = Columns.Count(c => c.IsUneven);
        target.WriteLine($"all files together: {Count(Columns.Count, "column")}, "
            + $"{(differing == 0 ? "the same in every file" : $"of which {Figures.Count(differing)} {(differing == 1 ? "differs" : "differ")}")}");
        target.WriteLine();
        TextTable.Write(target, ["column", "type", "nulls", "minimum", "maximum", ""],
            Columns.Select(c => (string[])[c.Name, c.IsRefused || c.Field is null ? "-" : TypeNames.Of(c.Field.ValueType),
                .. ColumnFacts.Of(c.Name, Files).Cells(c.Field?.IsNullable != false),
                c.Difference ?? (c.Obstacle is null ? "" : $"cannot be read: {OptionNames.AsTyped(c.Obstacle)}")]));
        target.WriteLine();
        target.WriteLine($"{Figures.Count(Files.Count)} files, {Figures.Number(Files.Sum(f => f.Rows), "row")}, {Figures.Bytes(Files.Sum(f => f.Bytes))}");
    }

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("kind", "parquet");
        json.WriteNumber("rows", Files.Sum(f => f.Rows));
        json.WriteNumber("bytes", Files.Sum(f => f.Bytes));
        json.WriteNumber("memoryBytes", Files.Max(f => f.MemoryBytes));
        json.WriteList("files", Files, file => Write(json, file));
        UnionJson.Write(json, "columns", Columns, column => ColumnFacts.Of(column.Name, Files).WriteJson(json));
    }

    private static void Write(Utf8JsonWriter json, ParquetInspection file)
    {
        json.WriteStartObject();
        json.WriteString("file", file.Name);
        json.WriteNumber("rows", file.Rows);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteString("createdBy", file.CreatedBy);
        json.WriteNumber("memoryBytes", file.MemoryBytes);
        json.WriteObjects("columns", file.Columns, column =>
        {
            json.WriteString("name", column.Name);
            json.WriteString("type", column.ValueType is { } type ? TypeNames.Of(type) : null);
            json.WriteBoolean("nullable", column.IsNullable);
            ColumnFacts.Of(column, file.Rows).WriteJson(json);
            json.WriteString("storedAs", column.StoredAs);
            if (column.Elements is { } elements) json.WriteNumber("elements", elements);
            if (column.Obstacle is { } obstacle) json.WriteString("obstacle", OptionNames.AsTyped(obstacle));
            if (column.IsPassedOn) json.WriteBoolean("passedOn", true);
        });
        json.WriteObjects("rowGroups", file.RowGroups, group =>
        {
            json.WriteNumber("rows", group.Rows);
            json.WriteNumber("compressedBytes", group.CompressedBytes);
            json.WriteNumber("uncompressedBytes", group.UncompressedBytes);
            json.WriteNumber("decodedBytes", group.DecodedBytes);
            json.WriteString("codecs", group.Codecs);
        });
        json.WriteEndObject();
    }

    private static string Count(int value, string what) => $"{Figures.Count(value)} {what}{(value == 1 ? "" : "s")}";
}
