using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Pipelines.Io;

/// <summary>The rows of a database query, through any ADO.NET provider.</summary>
/// <param name="name">Name for messages.</param>
/// <param name="open">Runs the query.</param>
/// <param name="blockRows">Rows to read together.</param>
internal sealed class DataReaderSource(string name, Func<CancellationToken, ValueTask<DbDataReader>> open, int blockRows) : BatchSourceBase(name)
{
    private BatchSchema? schema;

    public override async ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
    {
        if (schema is null)
        {
            var reader = await open(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) schema = SchemaOf(reader);
        }
        return new SourceInfo(schema, null);
    }

    protected override async IAsyncEnumerable<DataBatch> ReadBlocksAsync(IReadOnlyList<string> columns, long firstRow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = await open(cancellationToken).ConfigureAwait(false);
        await using var disposed = reader.ConfigureAwait(false);
        var found = SchemaOf(reader);
        int[] ordinals = [.. columns.Select(found.IndexOf).Where(i => i >= 0)];
        var taken = new BatchSchema(ordinals.Select(i => found.Fields[i]));
        // Rows before the first needed one are read, as only the query could leave them out, but not converted.
        var row = 0L;
        while (row < firstRow && await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) row++;
        for (var (index, isMore) = (0L, row == firstRow); isMore; index++)
        {
            var collectors = taken.Fields.Select(Collector.For).ToArray();
            var rows = 0;
            while (rows < blockRows && (isMore = await reader.ReadAsync(cancellationToken).ConfigureAwait(false)))
            {
                for (var c = 0; c < collectors.Length; c++) collectors[c].Add(reader, ordinals[c], rows, blockRows);
                rows++;
            }
            if (rows == 0) break;
            yield return new DataBatch(taken, [.. collectors.Select((collector, c) => collector.Column(taken.Fields[c], rows))], rows, index, row);
            row += rows;
        }
    }

    private BatchSchema SchemaOf(DbDataReader reader) => new(Enumerable.Range(0, reader.FieldCount).Select(i =>
    {
        var type = reader.GetFieldType(i);
        return ColumnField.ValueTypes.Contains(type)
            ? new ColumnField(reader.GetName(i), type, true)
            : throw new FlowException(ErrorKind.Data, $"{Name}, column '{reader.GetName(i)}'", $"values of type {TypeNames.Of(type)}",
                "numbers, booleans, texts, dates, times, uuids or bytes", "cast the column in the query, or leave it out");
    }));

    private abstract class Collector
    {
        public static Collector For(ColumnField field) => (Collector)Activator.CreateInstance(typeof(Collector<>).MakeGenericType(field.ValueType))!;

        public abstract void Add(DbDataReader reader, int ordinal, int row, int most);

        public abstract BatchColumn Column(ColumnField field, int rows);
    }

    private sealed class Collector<T> : Collector
    {
        private T[] values = [];
        private bool[]? present;

        public override void Add(DbDataReader reader, int ordinal, int row, int most)
        {
            if (row == values.Length) Array.Resize(ref values, (int)Math.Min(Math.Max(2L * row, 256), most));
            if (!reader.IsDBNull(ordinal))
            {
                values[row] = reader.GetFieldValue<T>(ordinal);
                return;
            }
            if (present is null) Array.Fill(present = new bool[most], true);
            present[row] = false;
        }

        public override BatchColumn Column(ColumnField field, int rows) => new BatchColumn<T>(field, values.AsMemory(0, rows), present?[..rows]);
    }
}
