using Pipelines.Io;

namespace Pipelines;

/// <summary>Collects rows in memory; they can be read once the sink is complete.</summary>
public sealed class MemorySink : IBatchSink
{
    private BatchSchema? schema;
    private ColumnCollector[] collectors = [];
    private BatchColumn[]? columns;

    /// <inheritdoc/>
    public string Name => "memory";

    /// <summary>Number of rows; 0 before the sink is complete.</summary>
    public int Rows { get; private set; }

    /// <summary>The columns' names and types.</summary>
    /// <exception cref="InvalidOperationException">The sink is not complete.</exception>
    public BatchSchema Schema => columns is null ? throw NotComplete() : schema!;

    /// <summary>All rows of a column.</summary>
    /// <exception cref="InvalidOperationException">The sink is not complete.</exception>
    public BatchColumn this[string name] => (columns ?? throw NotComplete())[schema!.IndexOf(schema.Project([name], Name).Fields[0].Name)];

    /// <summary>All values of a column, undefined in null rows; see <see cref="BatchColumn.IsNull"/>.</summary>
    /// <exception cref="FlowException">There is no such column, or its values are of another type.</exception>
    public ReadOnlyMemory<T> Values<T>(string name) => this[name] is BatchColumn<T> column
        ? column.Values
        : throw new FlowException(ErrorKind.Usage, $"memory, column '{name}'", $"values of type {this[name].Field.ValueType.Name}", typeof(T).Name,
            "ask for the column's own type");

    /// <summary>All values of a numeric column as doubles, null as NaN; shape [Rows].</summary>
    public double[] Doubles(string name)
    {
        var values = new double[Rows];
        this[name].CopyTo(values);
        return values;
    }

    /// <summary>All rows as one batch.</summary>
    public DataBatch ToBatch() => new(Schema, columns!, Rows, 0, 0);

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        cancellationToken.ThrowIfCancellationRequested();
        (this.schema, columns, Rows) = (schema, null, 0);
        collectors = [.. schema.Fields.Select(ColumnCollector.For)];
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        cancellationToken.ThrowIfCancellationRequested();
        batch.CheckAgainst(schema ?? throw new InvalidOperationException("the sink is not open"), Name);
        for (var c = 0; c < collectors.Length; c++) collectors[c].Add(batch.Columns[c]);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (schema is null) throw new InvalidOperationException("the sink is not open");
        columns = [.. schema.Fields.Select((f, c) => collectors[c].Finish(f))];
        Rows = columns is [var first, ..] ? first.Length : 0;
        collectors = [];
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        collectors = [];
        return ValueTask.CompletedTask;
    }

    private static InvalidOperationException NotComplete() => new("the sink is not complete: its rows can be read once all have been written");
}

/// <summary>Collects the values of a column.</summary>
internal abstract class ColumnCollector
{
    public static ColumnCollector For(ColumnField field) =>
        (ColumnCollector)Activator.CreateInstance(typeof(ColumnCollector<>).MakeGenericType(field.ValueType))!;

    public abstract void Add(BatchColumn column);

    public abstract BatchColumn Finish(ColumnField field);
}

/// <summary>Collects the values of a column.</summary>
internal sealed class ColumnCollector<T> : ColumnCollector
{
    private T[] values = [];
    private bool[]? present;
    private int rows;

    public override void Add(BatchColumn column)
    {
        var typed = (BatchColumn<T>)column;
        var needed = rows + typed.Length;
        if (values.Length < needed) Array.Resize(ref values, (int)Math.Min(Array.MaxLength, Math.Max(needed, values.Length * 2L)));
        if (typed.Dictionary is null) typed.Values.Span.CopyTo(values.AsSpan(rows));
        else
            for (var i = 0; i < typed.Length; i++) values[rows + i] = typed[i];
        if (typed.Present is { } flags)
        {
            if (present is null) Array.Fill(present = new bool[values.Length], true, 0, rows);
            else if (present.Length < needed) Array.Resize(ref present, values.Length);
            flags.CopyTo(present, rows);
        }
        else if (present is not null)
        {
            if (present.Length < needed) Array.Resize(ref present, values.Length);
            Array.Fill(present, true, rows, typed.Length);
        }
        rows = needed;
    }

    public override BatchColumn Finish(ColumnField field) => new BatchColumn<T>(field, values.AsMemory(0, rows), present?[..rows]);
}
