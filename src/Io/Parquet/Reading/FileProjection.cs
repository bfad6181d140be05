using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Maps the columns of a schema to one file: as stored, converted to the type of all files, or null if the file lacks them.</summary>
internal sealed class FileProjection
{
    private const int NullBytes = 17;

    // A text with its header and the longest number, date or UUID.
    private const int TextBytes = 22 + (2 * 36);

    private readonly PlannedFile file;
    private readonly BatchSchema schema;
    private readonly IReadOnlyCollection<string> rounded;

    // Shape [fields of the schema]: index among the stored columns, -1 for absent ones. Null: all as stored.
    private readonly int[]? places;

    /// <summary>Finds the columns in the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="schema">The requested columns.</param>
    /// <param name="rounded">Columns whose numbers may be rounded.</param>
    public FileProjection(PlannedFile file, BatchSchema schema, IReadOnlyCollection<string> rounded)
    {
        (this.file, this.schema, this.rounded) = (file, schema, rounded);
        var found = schema.Fields.Select(Find).ToArray();
        Stored = [.. found.OfType<FileColumn>()];
        if (found.Zip(schema.Fields).All(p => p.First?.Field?.ValueType == p.Second.ValueType && Factor(p.First, p.Second) == 1)) return;
        var next = 0;
        places = Array.ConvertAll(found, c => c is null ? -1 : next++);
        for (var c = 0; c < found.Length; c++)
            if (found[c]?.Field?.ValueType != schema.Fields[c].ValueType || Factor(found[c]!, schema.Fields[c]) != 1)
                ExtraRowBytes += schema.Fields[c].ValueType == typeof(string) ? TextBytes : NullBytes;
    }

    /// <summary>The columns to decode.</summary>
    public FileColumn[] Stored { get; }

    /// <summary>Maximum bytes per row in addition to decoded values: nulls, widened numbers and texts.</summary>
    public long ExtraRowBytes { get; }

    /// <summary>Creates the schema's columns from the decoded ones.</summary>
    /// <param name="decoded">Shape [columns to decode].</param>
    /// <param name="rows">Their number of rows.</param>
    /// <param name="group">Their row group.</param>
    /// <param name="firstRow">The row of the row group that they begin with.</param>
    /// <exception cref="FlowException">A double does not hold a number of a column whose types differ.</exception>
    public ColumnBlock[] Complete(ColumnBlock[] decoded, int rows, int group, long firstRow)
    {
        if (places is null) return decoded;
        var blocks = new ColumnBlock[places.Length];
        for (var c = 0; c < blocks.Length; c++)
        {
            var field = schema.Fields[c];
            if (places[c] < 0) blocks[c] = ColumnBlock.Nulls(field.ValueType, rows);
            else if (Factor(Stored[places[c]], field) is > 1 and var factor)
            {
                var (block, row, value) = decoded[places[c]].Times(factor);
                blocks[c] = block ?? throw TooFar(Stored[places[c]], field, $"row group {group}, row {firstRow + row}", value);
            }
            else if (Stored[places[c]].Field!.ValueType == field.ValueType) blocks[c] = decoded[places[c]];
            else
            {
                var stored = decoded[places[c]];
                if (field.Union is { IsInConflict: true, AreNumbers: true } union && !rounded.Contains(field.Name)
                    && stored.FirstRounded() is var (row, value)) throw Rounded(union, Stored[places[c]], $"row group {group}, row {firstRow + row}", value);
                blocks[c] = stored.As(field.ValueType);
            }
        }
        return blocks;
    }

    private FileColumn? Find(ColumnField field)
    {
        var found = Array.Find(file.Footer.Columns, c => c.Name == field.Name && (c.Field?.ValueType == field.ValueType || !ColumnUnion.IsNothing(c)));
        if (found?.Field is null || field.Storage is not ParquetStorage { IsAsStored: true }) return found;
        var stored = ValueTypes.AsStored(found.Field);
        return stored.Storage is ParquetStorage storage ? found with { Field = stored, Storage = storage } : found;
    }

    // What a timestamp that is passed on must be multiplied by, so that it is in the finest unit of all files.
    private static long Factor(FileColumn stored, ColumnField field)
    {
        if (field.Storage is not ParquetStorage { IsAsStored: true, Kind: LogicalKind.Timestamp } all) return 1;
        var factor = 1L;
        for (var unit = stored.Storage.Unit; unit < all.Unit; unit++) factor *= 1000;
        return factor;
    }

    private FlowException TooFar(FileColumn column, ColumnField field, string place, long value)
    {
        var unit = ((ParquetStorage)field.Storage!).Unit == TimeUnit.Nanos ? "nanoseconds (1678 to 2262)" : "microseconds";
        return new FlowException(ErrorKind.Data, $"{file.Name}, {place}, column '{column.Name}'",
            $"the timestamp {value} {column.Storage.Unit.ToString().ToLowerInvariant()}", $"one that fits the {unit} of another file",
            "leave the column out (ScoreOptions.Keep), or rewrite the files with one unit");
    }

    private FlowException Rounded(ColumnUnion union, FileColumn column, string place, object value)
    {
        var others = union.Types.Where(t => t.Stored != column.StoredAs).ToList();
        var (stored, other) = others[Math.Max(0, others.FindIndex(t => t.Stored is "DOUBLE" or "FLOAT"))];
        return new FlowException(ErrorKind.Data, $"{file.Name}, {place}, column '{column.Name}'", ValueText.Of(value),
            $"a number that a double holds ({stored} in {other})",
            "leave the column out (ScoreOptions.Keep), or rewrite the files with one type");
    }
}
