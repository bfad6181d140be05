using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>Maps the columns of a schema to one file: as stored, widened to another numeric type, or null if the file lacks them.</summary>
internal sealed class FileProjection
{
    private const int NullBytes = 17;
    private readonly BatchSchema schema;

    // Shape [fields of the schema]: index among the stored columns, -1 for absent ones. Null: all as stored.
    private readonly int[]? places;

    /// <summary>Finds the columns in the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="schema">The requested columns.</param>
    public FileProjection(PlannedFile file, BatchSchema schema)
    {
        this.schema = schema;
        var found =
            schema.Fields.Select(
                f => Array.Find(file.Footer.Columns, c => c.Name == f.Name && (c.Field?.ValueType == f.ValueType || !ColumnUnion.IsNothing(c)))).ToArray();
        Stored = [.. found.OfType<FileColumn>()];
        if (Array.TrueForAll(found, c => c is not null) && Stored.Zip(schema.Fields).All(p => p.First.Field?.ValueType == p.Second.ValueType)) return;
        var next = 0;
        places = Array.ConvertAll(found, c => c is null ? -1 : next++);
        for (var c = 0; c < found.Length; c++)
            if (found[c]?.Field?.ValueType != schema.Fields[c].ValueType) ExtraRowBytes += NullBytes;
    }

    /// <summary>The columns to decode.</summary>
    public FileColumn[] Stored { get; }

    /// <summary>Maximum bytes per row in addition to decoded values: nulls and widened numbers.</summary>
    public long ExtraRowBytes { get; }

    /// <summary>Creates the schema's columns from the decoded ones.</summary>
    /// <param name="decoded">Shape [columns to decode].</param>
    /// <param name="rows">Their number of rows.</param>
    public ColumnBlock[] Complete(ColumnBlock[] decoded, int rows)
    {
        if (places is null) return decoded;
        var blocks = new ColumnBlock[places.Length];
        for (var c = 0; c < blocks.Length; c++)
        {
            var type = schema.Fields[c].ValueType;
            blocks[c] = places[c] < 0
                ? ColumnBlock.Nulls(type, rows)
                : Stored[places[c]].Field!.ValueType == type ? decoded[places[c]] : decoded[places[c]].As(type);
        }
        return blocks;
    }
}
