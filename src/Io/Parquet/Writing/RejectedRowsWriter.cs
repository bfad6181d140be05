using Pipelines.Io.Storage;

namespace Pipelines.Io.Writing;

/// <summary>Writes rejected rows to the parts of a quarantine: their columns as read, and where and why each was rejected.</summary>
internal sealed class RejectedRowsWriter(PartFolder folder, ParquetSinkOptions options) : IDisposable
{
    private static readonly ColumnField[] Added =
    [
        new("_file", typeof(string), false),
        new("_row_group", typeof(int), false),
        new("_row", typeof(long), false),
        new("_column", typeof(string), false),
        new("_reason", typeof(string), false),
    ];

    private BatchSchema? input;
    private BatchSchema? schema;
    private PartWriter? writer;

    /// <summary>The columns written; empty until a row has been written.</summary>
    public IReadOnlyList<OutputColumn> Schema => schema is null ? [] : OutputColumns.Of(schema);

    /// <summary>Checks, before any row is read, that the input columns do not clash with those that the quarantine adds.</summary>
    /// <exception cref="FlowException">A column has one of their names.</exception>
    public static void CheckColumns(BatchSchema input, string place)
    {
        if (input.Fields.FirstOrDefault(f => Array.Exists(Added, a => a.Name == f.Name)) is { } field)
            throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'", "an input column of a name that the quarantine uses",
                $"no column named {string.Join(", ", Added.Select(a => a.Name))}",
                "rename the column in the input, or do not keep rejected rows");
    }

    /// <summary>Writes rows into the current part.</summary>
    /// <param name="rows">Rejected rows, in input order.</param>
    /// <param name="part">Number of the part.</param>
    public void Write(RejectedRows rows, int part)
    {
        if (rows.Rows.Count == 0) return;
        if (writer is null || !ReferenceEquals(input, rows.Schema)) Open(rows.Schema);
        if (!writer!.IsOpen) writer.Begin(folder.Create(part), isHashed: true);
        var (files, groups, numbers, columns, reasons) = (new string[rows.Rows.Count], new int[rows.Rows.Count], new long[rows.Rows.Count],
            new string[rows.Rows.Count], new string[rows.Rows.Count]);
        for (var i = 0; i < files.Length; i++) (files[i], groups[i], numbers[i], columns[i], reasons[i]) =
            (rows.Rows[i].File, rows.Rows[i].RowGroup, rows.Rows[i].Row, rows.Rows[i].Column, rows.Rows[i].Reason);
        BatchColumn[] all =
        [
            .. rows.Columns,
            new BatchColumn<string>(Added[0], files), new BatchColumn<int>(Added[1], groups), new BatchColumn<long>(Added[2], numbers),
            new BatchColumn<string>(Added[3], columns), new BatchColumn<string>(Added[4], reasons),
        ];
        writer.Add(new DataBatch(schema!, all, files.Length, 0, 0));
    }

    /// <summary>Ends the current part's file; null if no row of the part was rejected.</summary>
    public PartFile? EndPart(int part) => writer is { IsOpen: true } ? writer.End(folder.Files, PartFolder.FileName(part)) : null;

    public void Dispose() => writer?.Dispose();

    private void Open(BatchSchema read)
    {
        if (input is null)
        {
            CheckColumns(read, folder.Name);
            schema = new BatchSchema([.. read.Fields, .. Added]);
            writer = new PartWriter(folder.Name, schema, options with { MaxDegreeOfParallelism = 1 });
        }
        else if (!read.Fields.SequenceEqual(input.Fields))
        {
            throw new InvalidOperationException($"{folder.Name}: found rejected rows with the columns {read}, expected {input} as in those before");
        }
        input = read;
    }
}
